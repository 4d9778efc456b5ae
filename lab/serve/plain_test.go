package serve

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/scenarios"
)

// asking is the service web, behind a prologue of one line: a client that sends "tls" gets "yes" or "no". A client that
// sends "plain" is served in plaintext, or gets "never".
func asking() Service {
	s := web
	s.Prologue = func(conn net.Conn, _ Session, p Plain) (bool, error) {
		line, err := lineOf(conn)
		switch {
		case err != nil:
			return false, err
		case line == "tls" && p.NoTLS:
			io.WriteString(conn, "no\n")
			return false, errors.New("the client wants TLS")
		case line == "tls":
			_, err := io.WriteString(conn, "yes\n")
			return true, err
		case line == "plain" && p.RequireTLS:
			io.WriteString(conn, "never\n")
			return false, errors.New("the client does not want TLS")
		case line == "plain":
			_, err := io.WriteString(conn, "served\n")
			return false, err
		}
		return false, errors.New("what?")
	}
	return s
}

// lineOf reads a line, byte by byte: what follows must stay unread.
func lineOf(conn net.Conn) (string, error) {
	var line []byte
	for {
		var b [1]byte
		if _, err := conn.Read(b[:]); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return string(line), nil
		}
		line = append(line, b[0])
	}
}

// needsPrologue reports whether a fault is about the prologue of a service.
func needsPrologue(name scenarios.Fault) bool { return checkPlain(name, faults[name], web) != nil }

// serviceFor returns the service web, behind a prologue if the fault needs one.
func serviceFor(name scenarios.Fault) Service {
	if needsPrologue(name) {
		return asking()
	}
	return web
}

// direct is the service asking, whose clients may also begin TLS at once.
func direct() Service {
	s := asking()
	s.Direct = true
	return s
}

// TestPrologue checks what clients get that ask for TLS, that do not, and that begin TLS at once, and what is observed.
func TestPrologue(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	const startTLS, plainly, atOnce = "tls\n", "plain\n", ""
	tests := []struct {
		name    string
		service Service
		fault   scenarios.Fault
		says    string
		answer  string // in plaintext
		end     End
		seen    Plaintext
	}{
		{"asks for TLS", asking(), "", startTLS, "yes", EndServed, Plaintext{4, 4, true}},
		{"does not", asking(), "", plainly, "served", EndServed, Plaintext{6, 7, false}},
		{"asks where both are possible", direct(), "", startTLS, "yes", EndServed, Plaintext{4, 4, true}},
		{"begins at once", direct(), "", atOnce, "", EndServed, Plaintext{}},
		{"not offered", direct(), scenarios.FaultSTARTTLSNotOffered, startTLS, "no", EndError, Plaintext{4, 3, false}},
		{"not offered, goes on", direct(), scenarios.FaultSTARTTLSNotOffered, plainly, "served", EndServed,
			Plaintext{6, 7, false}},
		{"required", direct(), scenarios.FaultTLSRequired, startTLS, "yes", EndServed, Plaintext{4, 4, true}},
		{"required, not wanted", direct(), scenarios.FaultTLSRequired, plainly, "never", EndError,
			Plaintext{6, 6, false}},
		{"at once", asking(), scenarios.FaultTLSAtOnce, atOnce, "", EndServed, Plaintext{}},
		{"a fault of the handshake", asking(), scenarios.FaultCloseAfterHello, startTLS, "yes", EndBrokenOff,
			Plaintext{4, 4, true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{Fault: test.fault}), source, Options{Service: test.service})
			raw := dial(t, srv)
			io.WriteString(raw, test.says)
			if test.answer != "" {
				if got, err := lineOf(raw); err != nil || got != test.answer {
					t.Fatalf("got %q, %v", got, err)
				}
			}
			if test.says == atOnce || test.answer == "yes" {
				err := askOver(tls.Client(raw, &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"}))
				if (err == nil) != (test.end == EndServed) {
					t.Error(err)
				}
			}
			raw.Close()
			o := one(t, srv)
			if o.End != test.end || o.Plaintext != test.seen {
				t.Errorf("end %s: %s; %+v", o.End, o.Error, o.Plaintext)
			}
			overTLS := o.End == EndServed && test.says != plainly
			if o.ApplicationData != (o.End == EndServed) || o.HandshakeComplete != overTLS {
				t.Errorf("%+v", o)
			}
			if o.BytesReceived < test.seen.BytesReceived || overTLS && o.BytesReceived < 200 {
				t.Errorf("%d bytes received", o.BytesReceived)
			}
		})
	}
}

// askOver sends a request over a connection and reads the answer.
func askOver(c net.Conn) error {
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		return err
	}
	answer, err := bufio.NewReader(c).ReadString('\n')
	if err == nil && !strings.Contains(answer, "200 OK") {
		err = errors.New(answer)
	}
	return err
}

// TestPrologueSpokenToInPlain checks a server that begins TLS at once with a client that asks for it in plaintext.
func TestPrologueSpokenToInPlain(t *testing.T) {
	srv := start(t, scenario(scenarios.Server{Fault: scenarios.FaultTLSAtOnce}), newAuthority(t).source(t),
		Options{Service: direct()})
	raw := dial(t, srv)
	io.WriteString(raw, "tls, please\n")
	io.Copy(io.Discard, raw)
	if o := one(t, srv); o.End != EndNotTLS || o.Plaintext != (Plaintext{}) || o.BytesReceived == 0 {
		t.Errorf("%+v", o)
	}
}

// TestPrologueBeforeFault checks that a fault below TLS comes instead of the prologue.
func TestPrologueBeforeFault(t *testing.T) {
	srv := start(t, scenario(scenarios.Server{Fault: scenarios.FaultPlainHTTP}), newAuthority(t).source(t),
		Options{Service: asking()})
	raw := dial(t, srv)
	io.WriteString(raw, "tls\n")
	if got, err := lineOf(raw); err != nil || !strings.HasPrefix(got, "HTTP/1.1 400") {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestPrologueBounded checks that clients that send nothing or too much in plaintext are dropped.
func TestPrologueBounded(t *testing.T) {
	source := newAuthority(t).source(t)
	for name, test := range map[string]struct {
		says string
		end  End
		err  string
	}{
		"nothing":  {"", EndTimeout, "i/o timeout"},
		"half":     {"tl", EndTimeout, "i/o timeout"},
		"too much": {strings.Repeat("x", maxPlaintext), EndError, errFlood.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			timeout := 30 * time.Second
			if test.end == EndTimeout {
				timeout = 200 * time.Millisecond
			}
			srv := start(t, scenario(scenarios.Server{}), source, Options{Service: asking(), Timeout: timeout})
			raw := dial(t, srv)
			io.WriteString(raw, test.says)
			io.Copy(io.Discard, raw)
			raw.Close()
			o := one(t, srv)
			if o.End != test.end || !strings.Contains(o.Error, test.err) || o.Plaintext.TLS ||
				o.Plaintext.BytesReceived != int64(len(test.says)) {
				t.Errorf("%+v", o)
			}
		})
	}
}

// TestPrologueMissing checks that a fault of the prologue is refused for a service that has none.
func TestPrologueMissing(t *testing.T) {
	s := scenario(scenarios.Server{Fault: scenarios.FaultTLSRequired})
	_, err := Start(s, newAuthority(t).source(t), Options{Service: web})
	if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "choose a service such as postgres") {
		t.Error(err)
	}
}
