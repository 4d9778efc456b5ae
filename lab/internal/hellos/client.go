package hellos

import (
	"bytes"
	"io"
	"net"
	"time"
)

// Client is a connection to a client that sends the same bytes, once or forever. After sending them once, it closes its
// side.
type Client struct {
	net.Conn        // nil
	Sends    []byte // what the client sends
	Again    bool   // it sends that forever

	Sent     int64        // the number of bytes sent so far
	Received bytes.Buffer // what the client has received

	at int
}

// Read implements net.Conn.
func (c *Client) Read(p []byte) (int, error) {
	if c.at == len(c.Sends) {
		if !c.Again || len(c.Sends) == 0 {
			return 0, io.EOF
		}
		c.at = 0
	}
	n := copy(p, c.Sends[c.at:])
	c.at += n
	c.Sent += int64(n)
	return n, nil
}

// Write implements net.Conn.
func (c *Client) Write(p []byte) (int, error) { return c.Received.Write(p) }

// SetDeadline implements net.Conn.
func (c *Client) SetDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn.
func (c *Client) SetWriteDeadline(time.Time) error { return nil }
