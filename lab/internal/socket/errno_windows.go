package socket

import (
	"errors"
	"syscall"
)

// wsaeAddrInUse is WSAEADDRINUSE, for which package syscall has no name. Its EADDRINUSE is a made-up value that Windows
// never returns.
const wsaeAddrInUse = syscall.Errno(10048)

// isAddrInUse reports whether an address is in use.
func isAddrInUse(err error) bool { return errors.Is(err, wsaeAddrInUse) }

// wsaeMFile is WSAEMFILE, for which package syscall has no name either.
const wsaeMFile = syscall.Errno(10024)

// IsOutOfFiles reports whether this process has no socket or file handle left.
func IsOutOfFiles(err error) bool {
	return errors.Is(err, wsaeMFile) || errors.Is(err, syscall.EMFILE)
}

// IsReset reports whether the peer broke the connection off.
func IsReset(err error) bool {
	return errors.Is(err, syscall.WSAECONNRESET) || errors.Is(err, syscall.WSAECONNABORTED)
}

// WSAECONNREFUSED, WSAENETUNREACH, WSAEHOSTUNREACH and WSAEADDRNOTAVAIL, for which package syscall has no names.
const (
	wsaeConnRefused  = syscall.Errno(10061)
	wsaeNetUnreach   = syscall.Errno(10051)
	wsaeHostUnreach  = syscall.Errno(10065)
	wsaeAddrNotAvail = syscall.Errno(10049)
)

// IsRefused reports whether nothing listens at the address.
func IsRefused(err error) bool { return errors.Is(err, wsaeConnRefused) }

// IsUnreachable reports whether there is no route to the address.
func IsUnreachable(err error) bool {
	return errors.Is(err, wsaeNetUnreach) || errors.Is(err, wsaeHostUnreach) || errors.Is(err, wsaeAddrNotAvail)
}
