//go:build !linux

package socket

import "net"

// Acknowledge does nothing where a system cannot be asked to acknowledge at once: it takes a while for
// clients that wait for that.
func Acknowledge(net.Conn) {}
