package serve

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// faultNames returns the names of all faults, sorted.
func faultNames() []scenarios.Fault {
	return slices.Sorted(maps.Keys(faults))[1:] // without the empty name
}

// Errors of crypto/tls's client.
const (
	saysReset     = "connection reset by peer"
	saysNotTLS    = "first record does not look like a TLS handshake"
	saysTooLong   = "oversized record received with length 65535"
	saysSSL3      = "server selected unsupported protocol version 300"
	saysTruncated = "unexpected EOF"
)

// faultTests are what the client gets from each fault, and what the server observes.
var faultTests = map[scenarios.Fault]struct {
	maxVersion uint16
	says       string // the client's error
	end        End
	alert      string // received or sent
	record     string // the start of Observation.Error
}{
	scenarios.FaultResetOnAccept:   {0, saysReset, EndBrokenOff, "", "reset on accept"},
	scenarios.FaultResetAfterHello: {0, saysReset, EndBrokenOff, "", "reset after the ClientHello"},
	scenarios.FaultResetAfterCertificate: {
		tls.VersionTLS12, saysReset, EndBrokenOff, "", "reset after the Certificate",
	},
	scenarios.FaultCloseAfterHello:    {0, "EOF", EndBrokenOff, "", "closed after the ClientHello"},
	scenarios.FaultSilent:             {0, "i/o timeout", EndEOF, "", "EOF"},
	scenarios.FaultStalledCertificate: {tls.VersionTLS12, "i/o timeout", EndEOF, "", "EOF"},
	scenarios.FaultSlow:               {0, "", EndServed, "", ""},
	scenarios.FaultTruncatedResponse:  {0, saysTruncated, EndBrokenOff, "", "closed in the middle of the answer"},
	scenarios.FaultPlainHTTP:          {0, saysNotTLS, EndEOF, "", "EOF"},
	scenarios.FaultBannerSSH:          {0, saysNotTLS, EndEOF, "", "EOF"},
	scenarios.FaultBannerMySQL:        {0, saysNotTLS, EndEOF, "", "EOF"},
	scenarios.FaultGarbage:            {0, saysNotTLS, EndEOF, "", "EOF"},
	scenarios.FaultOversizedRecord:    {0, saysTooLong, EndAlertReceived, "record_overflow (22)", ""},
	scenarios.FaultShortRecord:        {0, saysTruncated, EndBrokenOff, "", "closed in the middle of a record"},
	scenarios.FaultPlainService:       {0, "EOF", EndBrokenOff, "", "closed on a ClientHello, in plaintext"},
	scenarios.FaultSSL3:               {0, saysSSL3, EndAlertReceived, "protocol_version (70)", "EOF"},
	scenarios.FaultInternalError: {
		0, "internal error", EndAlertSent, "internal_error (80)", "the server sent internal_error on purpose",
	},
	scenarios.FaultVersionIntolerant: {
		tls.VersionTLS12, "EOF", EndBrokenOff, "", "closed on a ClientHello that offers TLS 1.3",
	},
	scenarios.FaultOneSegment: {0, saysReset, EndBrokenOff, "", "reset on a ClientHello above 1,460 bytes"},
	scenarios.FaultSmallDH: {
		tls.VersionTLS12, "handshake failure", EndAlertSent, "handshake_failure (40)",
		"the client does not offer this server's only cipher suite",
	},
	scenarios.FaultLegacyRenegotiation: {tls.VersionTLS12, "", EndServed, "", ""},
}

// TestFaults checks what crypto/tls's client gets from every fault, and what the server observes.
func TestFaults(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	// These have tests of their own below.
	listener := []scenarios.Fault{scenarios.FaultUnresolved, scenarios.FaultRefused, scenarios.FaultSYNDropped}
	for _, fault := range faultNames() {
		if needsPrologue(fault) { // see TestPrologue
			continue
		}
		test, ok := faultTests[fault]
		if !ok {
			if !slices.Contains(listener, fault) {
				t.Errorf("%s is not tested", fault)
			}
			continue
		}
		t.Run(string(fault), func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{Fault: fault, MaxVersion: test.maxVersion}), source, Options{})
			err := request(t, srv, &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"}, patienceFor(test.says))
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("the client's error is %v, want %q", err, test.says)
			}
			o := one(t, srv)
			if o.End != test.end || test.record != "" && !strings.HasPrefix(o.Error, test.record) {
				t.Errorf("end %s, want %s: %q, want %q", o.End, test.end, o.Error, test.record)
			}
			alert := firstAlert(o.AlertReceived, o.AlertSent)
			if alert == nil && test.alert != "" || alert != nil && alert.String() != test.alert {
				t.Errorf("alert %v, want %s", alert, test.alert)
			}
			if fault != scenarios.FaultResetOnAccept && (o.Hello == nil || o.Hello.ServerName != "localhost") {
				t.Errorf("hello = %+v", o.Hello)
			}
		})
	}
}

// patienceFor returns a client's timeout: a short one if the test expects it to time out.
func patienceFor(says string) time.Duration {
	if strings.Contains(says, "timeout") {
		return 200 * time.Millisecond
	}
	return 30 * time.Second
}

// request connects with crypto/tls's client, sends a request and reads the answer. It returns the client's error.
func request(t *testing.T, srv *Server, config *tls.Config, limit time.Duration) error {
	t.Helper()
	raw := dial(t, srv)
	raw.SetDeadline(time.Now().Add(limit))
	c := tls.Client(raw, config)
	defer c.Close()
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		return err
	}
	// crypto/tls accepts an end without close_notify between two records. Only HTTP can tell that something is missing.
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// TestFaultsTaken checks that the faults that depend on the ClientHello serve other clients.
func TestFaultsTaken(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	for fault, config := range map[scenarios.Fault]*tls.Config{
		scenarios.FaultVersionIntolerant: {MaxVersion: tls.VersionTLS12},
		scenarios.FaultOneSegment:        {CurvePreferences: []tls.CurveID{tls.X25519}},
	} {
		t.Run(string(fault), func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{Fault: fault}), source, Options{})
			config.RootCAs, config.ServerName = ca.pool(), "localhost"
			if err := request(t, srv, config, 30*time.Second); err != nil {
				t.Error(err)
			}
			if o := one(t, srv); o.End != EndServed || o.Hello == nil {
				t.Errorf("end %s: %s; hello %+v", o.End, o.Error, o.Hello)
			}
		})
	}
}

// TestFaultsBounded checks that every fault drops a client that sends nothing, or something other than a ClientHello.
func TestFaultsBounded(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	hello := hellos.Recorded()["openssl"]
	for _, fault := range faultNames() {
		if faults[fault].open != nil {
			continue // no client is accepted
		}
		for name, said := range map[string][]byte{
			"nothing": nil, "half a hello": hello[:100], "no TLS": []byte("GET / HTTP/1.1\r\n\r\n"),
			"empty records": bytes.Repeat(record(wire.RecordHandshake), 100_000),
		} {
			t.Run(string(fault)+"/"+name, func(t *testing.T) {
				t.Parallel()
				s := scenario(scenarios.Server{Fault: fault, MaxVersion: tls.VersionTLS12})
				srv := start(t, s, source, Options{Timeout: 200 * time.Millisecond, Service: serviceFor(fault)})
				c := dial(t, srv)
				c.Write(said)
				io.Copy(io.Discard, c) // until the server closes the connection
				c.Close()
				served := fault == scenarios.FaultPlainService && name == "no TLS"
				if o := one(t, srv); o.BytesReceived > 2*lingerBytes || (o.End == EndServed) != served {
					t.Errorf("end %s after %d bytes: %s", o.End, o.BytesReceived, o.Error)
				}
			})
		}
	}
}

// TestCloseDuringFault checks that closing a server ends the connections that a fault keeps open.
func TestCloseDuringFault(t *testing.T) {
	ca := newAuthority(t)
	for _, fault := range []scenarios.Fault{
		scenarios.FaultSilent, scenarios.FaultStalledCertificate, scenarios.FaultSlow,
	} {
		t.Run(string(fault), func(t *testing.T) {
			s := scenario(scenarios.Server{Fault: fault, MaxVersion: tls.VersionTLS12})
			srv := start(t, s, ca.source(t), Options{Timeout: time.Hour})
			c := dial(t, srv)
			c.Write(hellos.Recorded()["openssl"])
			if err := srv.drainBacklog(ctx(t)); err != nil {
				t.Fatal(err)
			}
			srv.Close() // hangs until the test times out, if it fails
			if _, err := io.Copy(io.Discard, c); err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Error(err)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	ca := newAuthority(t)
	s := scenario(scenarios.Server{Fault: scenarios.FaultRefused})
	srv := start(t, s, ca.source(t), Options{})
	for _, l := range srv.acceptors {
		if c, err := net.Dial("tcp", l.Addr().String()); err == nil || !strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: %v, %v", l.Addr(), c, err)
		}
	}
	if err := srv.Drain(ctx(t)); err != nil {
		t.Error(err)
	}
	other, err := Start(s, ca.source(t), Options{Service: web, Port: srv.Port()})
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("starting on a port that is held: %v, %v", other, err)
	}
	if other, err := net.Listen("tcp4", srv.Addr()); err == nil {
		other.Close()
		t.Error("another program could listen on the port")
	}
	port := srv.Port()
	srv.Close()
	start(t, s, ca.source(t), Options{Port: port})
}

func TestSYNDropped(t *testing.T) {
	ca := newAuthority(t)
	s := scenario(scenarios.Server{Fault: scenarios.FaultSYNDropped})
	srv, err := Start(s, ca.source(t), Options{Service: web})
	if runtime.GOOS != "linux" && errors.Is(err, errors.ErrUnsupported) { // Linux can do it
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	for _, l := range srv.acceptors {
		for range 3 {
			c, err := net.DialTimeout("tcp", l.Addr().String(), 100*time.Millisecond)
			if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() {
				t.Errorf("%s: %v, %v", l.Addr(), c, err)
			}
		}
	}
	if err := srv.Drain(ctx(t)); err != nil {
		t.Error(err)
	}
	port := srv.Port()
	srv.Close()
	again, err := Start(s, ca.source(t), Options{Service: web, Port: port}) // the port is free again
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestUnresolved(t *testing.T) {
	s := scenario(scenarios.Server{Fault: scenarios.FaultUnresolved})
	s.Host = "does-not-exist.invalid"
	e := start(t, s, newAuthority(t).source(t), Options{}).Endpoint(Files{})
	if e.Connect != "" || e.Host != s.Host || e.Port == 0 {
		t.Errorf("endpoint = %+v", e)
	}
}

func TestUnknownFault(t *testing.T) {
	s := scenario(scenarios.Server{Fault: "no such"})
	srv, err := Start(s, newAuthority(t).source(t), Options{Service: web})
	if err == nil || !strings.Contains(err.Error(), `"no such"`) {
		t.Errorf("%v, %v", srv, err)
	}
}

// TestNotRecords checks that nothing that is sent instead of TLS looks like a record.
func TestNotRecords(t *testing.T) {
	for name, b := range map[string][]byte{
		"http": plainHTTP(), "ssh": bannerSSH(), "mysql": bannerMySQL(), "garbage": garbage(),
	} {
		stream := wire.Stream{Keep: wire.MaxClientHello}
		stream.Feed(b)
		if !stream.NotTLS {
			t.Errorf("%s looks like TLS: %x", name, b[:wire.RecordHeaderLen])
		}
	}
	if b := bannerMySQL(); int(b[0]) != len(b)-4 || b[4] != 10 {
		t.Errorf("the MySQL packet is %d bytes and says %d", len(b)-4, b[0])
	}
	if !bytes.Equal(garbage(), garbage()) {
		t.Error("garbage differs from call to call")
	}
}
