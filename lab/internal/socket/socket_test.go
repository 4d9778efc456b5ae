package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/tlslab/lab/internal/needs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = netip.MustParseAddr("127.0.0.1")

// ctx returns a context that ends before the test is given up.
func ctx(t testing.TB) context.Context {
	t.Helper()
	c, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return c
}

// Clients that have connected are admitted before Drain returns: in the way of this system, and in the one that works
// on all.
func TestDrain(t *testing.T) {
	for name, enter := range map[string]func(*net.TCPListener) (Acceptor, error){
		"this system's": newAcceptor,
		"announced":     func(l *net.TCPListener) (Acceptor, error) { return announce(l), nil },
	} {
		t.Run(name, func(t *testing.T) {
			l, err := ListenTCP(loopback, 0)
			if err != nil {
				t.Fatal(err)
			}
			in, err := enter(l)
			if err != nil {
				t.Fatal(err)
			}
			var admitted atomic.Int64
			admit := func(c net.Conn) { admitted.Add(1); c.Close() }
			var accepting sync.WaitGroup
			accepting.Go(func() {
				for in.Next(admit) == nil {
				}
			})
			for n := range int64(100) {
				c, err := net.Dial("tcp", in.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				c.Close()
				var several sync.WaitGroup
				for range n % 3 {
					several.Go(func() {
						if err := in.Drain(ctx(t), admit); err != nil {
							t.Error(err)
						}
					})
				}
				several.Wait()
				if err := in.Drain(ctx(t), admit); err != nil || admitted.Load() != n+1 {
					t.Fatalf("%d clients admitted, want %d: %v", admitted.Load(), n+1, err)
				}
			}
			if err := in.Close(); err != nil {
				t.Error(err)
			}
			accepting.Wait()
			if err := in.Drain(ctx(t), admit); err == nil {
				t.Error("a closed acceptor has admitted a client")
			}
		})
	}
}

// The address of a client is the one that it had when it was accepted, also if it has gone since.
func TestAddress(t *testing.T) {
	in, err := Listen(loopback, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	c, err := net.Dial("tcp", in.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
	admitted := 0
	if err := in.Drain(ctx(t), func(raw net.Conn) {
		admitted++
		if raw.RemoteAddr() == nil || raw.RemoteAddr().String() != c.LocalAddr().String() {
			t.Errorf("the client's address is %v, want %v", raw.RemoteAddr(), c.LocalAddr())
		}
		raw.Close()
	}); err != nil || admitted != 1 {
		t.Errorf("%d clients admitted: %v", admitted, err)
	}
}

// anyPort opens a port that is free, and returns it with what closes it.
func anyPort(t *testing.T) (port int, done func()) {
	t.Helper()
	list, err := Open("", 0, Listen)
	if err != nil {
		t.Fatal(err)
	}
	done = sync.OnceFunc(func() {
		for _, a := range list {
			a.Close()
		}
	})
	t.Cleanup(done)
	return list[0].Addr().(*net.TCPAddr).Port, done
}

// Servers that may have any port take turns, so that none gets what has just been another's, and
// leave out what somebody else has.
func TestPortsInTurn(t *testing.T) {
	first, _ := anyPort(t)
	seen := map[int]bool{first: true}
	for range 50 {
		port, done := anyPort(t)
		if seen[port] {
			t.Errorf("port %d a second time", port)
		}
		seen[port] = true
		done()
	}
	for turns := 0; nextPort() != first; turns++ { // first is taken still
		if turns == dynamicPorts {
			t.Fatalf("port %d does not come again", first)
		}
	}
	portTurn.Add(^uint64(0))
	if port, _ := anyPort(t); port == first {
		t.Errorf("port %d is two servers'", first)
	}
}

// A port that is taken on ::1 alone is no good either, and nothing is left behind on 127.0.0.1. Another program can
// take that port there meanwhile, but not each time.
func TestTakenPortIPv6(t *testing.T) {
	for range 10 {
		l, err := net.Listen("tcp6", "[::1]:0")
		needs.Stack(t, "ipv6", err == nil, fmt.Sprintf("no IPv6 loopback: %v", err))
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		if list, err := Open("", port, Listen); !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatalf("got %v, %v", list, err)
		}
		again, err := Listen(loopback, port)
		if err == nil {
			again.Close()
			return
		}
	}
	t.Fatal("the listener on 127.0.0.1 was left open")
}

// A port that refuses does so every time, is nobody else's meanwhile, and is free at once when it is closed.
func TestRefuse(t *testing.T) {
	a, err := Refuse(loopback, 0)
	if err != nil {
		t.Fatal(err)
	}
	port := a.Addr().(*net.TCPAddr).Port
	for range 200 {
		c, err := net.Dial("tcp", a.Addr().String())
		if err == nil {
			c.Close()
			t.Fatal("connected")
		}
		if !errors.Is(err, syscall.ECONNREFUSED) && !strings.Contains(err.Error(), "refused") {
			t.Fatal(err)
		}
	}
	for name, open := range map[string]Opener{"Listen": Listen, "Refuse": Refuse} {
		other, err := open(loopback, port)
		if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "--base-port") {
			t.Errorf("%s took the port: %v, %v", name, other, err)
		}
	}
	if err := a.Drain(ctx(t), nil); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := a.Next(nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("next after the end: %v", err)
	}
	again, err := Listen(loopback, port)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestDropSYN(t *testing.T) {
	a, err := DropSYN(loopback, 0)
	if runtime.GOOS != "linux" && errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	c, err := net.DialTimeout("tcp", a.Addr().String(), 100*time.Millisecond)
	if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() {
		t.Errorf("%v, %v", c, err)
	}
}

func TestResolve(t *testing.T) {
	for bind, want := range map[string]string{
		"127.0.0.1": "127.0.0.1", "::1": "::1", "::ffff:127.0.0.1": "127.0.0.1", "fe80::1%1": "fe80::1%1",
	} {
		if got, err := Resolve(bind); err != nil || got.String() != want {
			t.Errorf("%s is %s: %v", bind, got, err)
		}
	}
	got, err := Resolve("no such name")
	if err == nil || !strings.HasPrefix(err.Error(), "cannot listen on no such name: ") {
		t.Errorf("got %v, %v", got, err)
	}
}
