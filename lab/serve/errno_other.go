//go:build !windows

package serve

import (
	"errors"
	"syscall"
)

// isAddrInUse reports whether an address could not be had because it is taken.
func isAddrInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// isReset reports whether the peer broke the connection off.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
