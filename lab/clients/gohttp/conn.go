package gohttp

import (
	"net"
	"sync"
	"time"
)

// conn is a connection that signals when it has been closed, because net/http closes its connections in the
// background.
type conn struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

// Close closes the connection.
func (c *conn) Close() error {
	defer c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// wait returns when the connection is closed. If inOrder is true, net/http gets time to send a close_notify
// alert; otherwise nothing more is sent.
func (c *conn) wait(inOrder bool) {
	if inOrder {
		select {
		case <-c.closed:
		case <-time.After(closeTime):
		}
	}
	c.Close()
}
