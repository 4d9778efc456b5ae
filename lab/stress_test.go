package lab_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/lab/page"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// Bounds of TestStress: the number of connections, the maximum time, the number of goroutines that connect,
// and how many connections each leaves open for a while.
const (
	stressConnections = 20_000
	stressShort       = 5_000
	stressTime        = 40 * time.Second
	stressClients     = 32
	stressOpen        = 64
)

// TestStress connects to every fault and service, to the responder and to the page, and disconnects in every
// possible way at random moments. None of this may make the lab fail, every connection must be observed, and
// good must still be served afterwards.
func TestStress(t *testing.T) {
	s := bringUpAll(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	ctx, cancel := context.WithTimeout(t.Context(), stressTime)
	defer cancel()
	left := atomic.Int64{}
	left.Store(stressConnections)
	if testing.Short() {
		left.Store(stressShort)
	}
	began := time.Now()
	var clients sync.WaitGroup
	for n := range stressClients {
		clients.Go(func() {
			c := &stressClient{stress: s, Rand: rand.New(rand.NewPCG(seed, uint64(n)))}
			defer c.leave()
			for left.Add(-1) >= 0 && ctx.Err() == nil {
				c.visit()
			}
		})
	}
	clients.Wait()
	t.Logf("%d connections, %d of them to scenarios, in %s", s.made.Load(), s.counted.Load(),
		time.Since(began).Round(time.Millisecond))
	assert.Greater(t, s.made.Load(), int64(1000))
	s.judge(t)
}

// stress holds what TestStress connects to.
type stress struct {
	up      *lab.Up
	targets []string // addresses
	counts  []bool   // whether a target is a scenario that observes its clients
	hello   []byte

	made, counted, started, ended atomic.Int64
}

// bringUpAll serves a scenario for each fault and service, with a page.
func bringUpAll(t *testing.T) *stress {
	s := &stress{hello: clientHello(t)}
	faults := map[scenarios.Fault]bool{}
	var list []*scenarios.Scenario
	for _, of := range scenarios.All() {
		if !faults[of.Server.Fault] && of.Service == scenarios.HTTPS && of.Server.Fault != scenarios.FaultSYNDropped {
			faults[of.Server.Fault] = true
			list = append(list, of)
		}
	}
	for _, id := range []string{"client-certificate-missing", "good-stapled", "tls10-only", "mongo-good",
		"mongod-good"} {
		if of, ok := scenarios.Lookup(id); assert.True(t, ok, id) {
			list = append(list, of)
		}
	}
	p, err := page.Start(page.Options{Scenarios: list})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.Close()) })
	l, err := lab.New(lab.Config{
		Seed: "stress", Services: []serve.Service{mongodb.Embedded(), echoing(t)},
		Watch: func(of *scenarios.Scenario, e serve.Event) {
			p.Watch(of, e)
			switch e.Kind {
			case serve.EventStart:
				s.started.Add(1)
			case serve.EventEnd:
				s.ended.Add(1)
			}
		},
		Trouble: func(err error) { assert.NoError(t, err, "%s", trouble.Details(err)) },
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	s.up, err = l.Up(t.Context(), list, p.Listening)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.up.Close()) })
	for _, in := range s.up.Instances {
		s.add(in.Addr(), in.Scenario.Server.Fault != scenarios.FaultRefused)
	}
	chain, err := l.Chain(list[0])
	require.NoError(t, err)
	s.add(strings.TrimPrefix(strings.TrimSuffix(p.URL(), "/"), "http://"), false)
	for _, url := range chain.Leaf().Cert.OCSPServer {
		address, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
		s.add(address, false)
	}
	return s
}

func (s *stress) add(addr string, counts bool) {
	s.targets, s.counts = append(s.targets, addr), append(s.counts, counts)
}

// echoing returns a service that, as far as a relay can tell, terminates TLS itself.
func echoing(t *testing.T) serve.Service {
	return serve.Service{Name: scenarios.Mongod, Scheme: "mongodb",
		Start: func(context.Context, *scenarios.Scenario, *pki.Chain) (*serve.Upstream, error) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return nil, err
			}
			var running sync.WaitGroup
			running.Go(func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					running.Go(func() {
						defer c.Close()
						io.Copy(c, c)
					})
				}
			})
			return &serve.Upstream{Addr: l.Addr().String(), Close: func() error {
				defer running.Wait()
				return l.Close()
			}}, nil
		}}
}

// clientHello returns the first record that crypto/tls's client sends.
func clientHello(t *testing.T) []byte {
	near, far := net.Pipe()
	defer far.Close()
	go func() {
		defer near.Close()
		tls.Client(near, &tls.Config{ServerName: "localhost"}).Handshake()
	}()
	buf := make([]byte, 4096)
	n, err := far.Read(buf)
	require.NoError(t, err)
	return buf[:n]
}

// stressClient is one goroutine that connects.
type stressClient struct {
	*stress
	*rand.Rand
	open []*net.TCPConn
}

// visit connects to a random target, sends something, and disconnects in a random way.
func (c *stressClient) visit() {
	n := c.IntN(len(c.targets))
	raw, err := net.DialTimeout("tcp", c.targets[n], 5*time.Second)
	if err != nil {
		return // nothing listens there, or it is resetting connections
	}
	c.made.Add(1)
	if c.counts[n] {
		c.counted.Add(1)
	}
	conn := raw.(*net.TCPConn)
	conn.SetDeadline(time.Now().Add(2 * time.Second))
	c.say(conn)
	switch c.IntN(8) {
	case 0: // half-open for a while
		c.open = append(c.open, conn)
		if len(c.open) > stressOpen/stressClients {
			c.open[0].Close()
			c.open = c.open[1:]
		}
		return
	case 1, 2, 3, 4:
		conn.SetLinger(0) // RST
	case 5:
		conn.CloseWrite()
	}
	conn.Close()
}

// say sends what a client might send, up to a random point.
func (c *stressClient) say(conn *net.TCPConn) {
	switch c.IntN(6) {
	case 0, 1: // nothing
	case 2:
		conn.Write(c.hello[:c.IntN(len(c.hello))])
	case 3:
		conn.Write(c.hello)
		if c.IntN(2) == 0 {
			conn.SetReadDeadline(time.Now().Add(time.Duration(c.IntN(20)) * time.Millisecond))
			conn.Read(make([]byte, 1+c.IntN(4096)))
		}
	case 4:
		junk := make([]byte, c.IntN(2000))
		for i := range junk {
			junk[i] = byte(c.Uint32())
		}
		conn.Write(junk)
	case 5:
		conn.SetDeadline(time.Now().Add(time.Duration(c.IntN(100)) * time.Millisecond))
		client := tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
		if client.Handshake() == nil {
			io.WriteString(client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		}
	}
}

// leave closes the connections that were left open.
func (c *stressClient) leave() {
	for _, conn := range c.open {
		conn.Close()
	}
}

// judge checks that the lab observed every connection and still serves good.
func (s *stress) judge(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	defer cancel()
	for _, in := range s.up.Instances {
		require.NoError(t, in.Drain(ctx), in.Scenario.ID)
		assert.NoError(t, in.Trouble())
		for _, o := range in.Observations() {
			assert.NotEqual(t, serve.EndInternal, o.End, "%s: %s", in.Scenario.ID, o.Error)
		}
	}
	assert.Equal(t, s.counted.Load(), s.started.Load(), "observed starts of connections")
	assert.Equal(t, s.counted.Load(), s.ended.Load(), "observed ends of connections")
	for _, in := range s.up.Instances {
		if in.Scenario.ID != "good" {
			continue
		}
		response, err := (&http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true,
		}}).Get(fmt.Sprintf("https://%s/", in.Addr()))
		require.NoError(t, err)
		defer response.Body.Close()
		assert.Equal(t, http.StatusOK, response.StatusCode)
		return
	}
	assert.Fail(t, "good is not served")
}
