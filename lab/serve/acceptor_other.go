//go:build !unix

package serve

import "net"

func newTCPAcceptor(l *net.TCPListener) (acceptor, error) { return announce(l), nil }
