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

// ctx returns a context that ends before the test times out.
func ctx(t testing.TB) context.Context {
	t.Helper()
	c, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	t.Cleanup(cancel)
	return c
}

// TestDrain checks, with both implementations, that clients that have connected are admitted before Drain returns.
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
				t.Error("draining a closed acceptor returned no error")
			}
		})
	}
}

// TestAddress checks that a client's address is known even if it has reset the connection before it was accepted.
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

// anyPort opens any free port, and returns it with a function that closes it.
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

// TestPortsInTurn checks that servers on any free port use ports in turn, so that none gets a port that another has
// just closed, and that they skip ports in use.
func TestPortsInTurn(t *testing.T) {
	first, _ := anyPort(t)
	seen := map[int]bool{first: true}
	for range 50 {
		port, done := anyPort(t)
		if seen[port] {
			t.Errorf("got port %d twice", port)
		}
		seen[port] = true
		done()
	}
	for turns := 0; nextPort() != first; turns++ { // first is still in use
		if turns == dynamicPorts {
			t.Fatalf("port %d is never tried again", first)
		}
	}
	portTurn.Add(^uint64(0))
	if port, _ := anyPort(t); port == first {
		t.Errorf("two servers have port %d", first)
	}
}

// TestTakenPortIPv6 checks that a port that is in use only on ::1 is an error, and that 127.0.0.1 is closed again.
// Another program can take the port on 127.0.0.1 meanwhile, but not every time.
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

// TestRefuse checks that a refusing port refuses every time, cannot be taken meanwhile, and is free as soon as it is
// closed.
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
