//go:build !unix

package socket

import "net"

func newAcceptor(l *net.TCPListener) (Acceptor, error) { return announce(l), nil }
