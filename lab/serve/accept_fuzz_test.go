package serve

import (
	"context"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/scenarios"
)

// What the clients of FuzzAccept can do.
const (
	doConnect = iota
	doConnectMany
	doSay
	doHello
	doHalfClose
	doClose
	doReset
	doRead
	doDrain
	doHowMany
)

// FuzzAccept makes clients of a real server connect, send something, close and reset their connections in any order,
// many at once, with any fault. The server must observe each of them, and must not fail itself.
func FuzzAccept(f *testing.F) {
	f.Add([]byte{0, doConnect, doReset, doDrain})
	f.Add([]byte{0, doConnect, doHello, doRead, doHalfClose, doConnectMany, doReset, doReset, doDrain, doClose})
	f.Add([]byte{3, doConnectMany, doSay, doHello, doReset, doConnect, doHalfClose, doSay})
	servers := acceptServers(f)
	hello := hellos.Recorded()["go"]
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) == 0 || len(script) > 64 {
			return
		}
		srv := servers[int(script[0])%len(servers)]
		before := srv.Observations()
		lost := srv.Forgotten()
		c := &acceptClients{T: t, srv: srv, hello: hello}
		for i, b := range script[1:] {
			c.do(int(b)%doHowMany, i)
		}
		for len(c.open) > 0 {
			c.do(doClose, 0)
		}
		if err := srv.Drain(ctx(t)); err != nil {
			t.Fatal(err)
		}
		after := srv.Observations()
		if got := len(after) - len(before) + int(srv.Forgotten()-lost); got != c.made {
			t.Errorf("%d observations, want %d", got, c.made)
		}
		if err := srv.Trouble(); err != nil {
			t.Error(err)
		}
	})
}

// acceptServers starts a server without a fault, and one for each fault with which clients are accepted.
func acceptServers(f *testing.F) []*Server {
	source := newAuthority(f).source(f)
	var list []*Server
	for _, fault := range slices.Sorted(maps.Keys(faults)) {
		if faults[fault].open == nil {
			list = append(list, start(f, scenario(scenarios.Server{Fault: fault}), source, Options{
				Service: serviceFor(fault),
				Bind:    "127.0.0.1", Timeout: 2 * time.Second, MaxConns: 8, Watch: func(Event) {},
			}))
		}
	}
	return list
}

// acceptClients are the clients of one script.
type acceptClients struct {
	*testing.T
	srv   *Server
	hello []byte
	open  []*net.TCPConn
	made  int
}

// do does one thing. n selects one of the open connections.
func (c *acceptClients) do(what, n int) {
	switch what {
	case doConnect:
		c.connect()
		return
	case doConnectMany:
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if raw, err := net.Dial("tcp", c.srv.Addr()); err == nil {
					raw.(*net.TCPConn).SetLinger(0)
					raw.Close()
				} else {
					c.Error(err)
				}
			})
		}
		wg.Wait()
		c.made += 8
		return
	case doDrain: // returns when it times out if connections are still open
		soon, cancel := context.WithTimeout(c.Context(), time.Millisecond)
		defer cancel()
		c.srv.Drain(soon)
		return
	}
	if len(c.open) == 0 {
		return
	}
	n %= len(c.open)
	conn := c.open[n]
	switch what {
	case doSay:
		conn.Write(c.hello[:n%len(c.hello)])
	case doHello:
		conn.Write(c.hello)
	case doHalfClose:
		conn.CloseWrite()
	case doRead:
		conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		io.ReadAll(io.LimitReader(conn, 100))
	case doReset:
		conn.SetLinger(0)
		fallthrough
	case doClose:
		conn.Close()
		c.open = slices.Delete(c.open, n, n+1)
	}
}

func (c *acceptClients) connect() {
	raw, err := net.Dial("tcp", c.srv.Addr())
	if err != nil {
		c.Fatal(err)
	}
	c.made++
	c.open = append(c.open, raw.(*net.TCPConn))
}
