//go:build !linux

package socket

import "net"

// Acknowledge does nothing on systems without this option. Clients that wait for an acknowledgement then take longer.
func Acknowledge(net.Conn) {}
