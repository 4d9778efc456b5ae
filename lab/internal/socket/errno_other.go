//go:build !windows

package socket

import (
	"errors"
	"syscall"
)

// isAddrInUse reports whether an address is in use.
func isAddrInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// IsOutOfFiles reports whether this process, or the whole system, has no file descriptor left.
func IsOutOfFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// IsReset reports whether the peer broke the connection off.
func IsReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// IsRefused reports whether nothing listens at the address.
func IsRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// IsUnreachable reports whether there is no route to the address.
func IsUnreachable(err error) bool {
	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH) ||
		errors.Is(err, syscall.EADDRNOTAVAIL)
}
