package serve

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
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

// TestFaults holds every fault to what the client gets and what the record says of it. The
// clients are crypto/tls's own, and bytes that OpenSSL has sent.
func TestFaults(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	tests := map[scenarios.Fault]struct {
		maxVersion uint16
		says       string // crypto/tls's client, when it is done
		end        End
		alert      string // received or sent
		record     string // Observation.Error
	}{
		scenarios.FaultResetOnAccept:         {0, "connection reset by peer", EndBrokenOff, "", "reset on accept"},
		scenarios.FaultResetAfterHello:       {0, "connection reset by peer", EndBrokenOff, "", "reset after the ClientHello"},
		scenarios.FaultResetAfterCertificate: {tls.VersionTLS12, "connection reset by peer", EndBrokenOff, "", "reset after the Certificate"},
		scenarios.FaultCloseAfterHello:       {0, "EOF", EndBrokenOff, "", "closed after the ClientHello"},
		scenarios.FaultSilent:                {0, "i/o timeout", EndEOF, "", "EOF"},
		scenarios.FaultStalledCertificate:    {tls.VersionTLS12, "i/o timeout", EndEOF, "", "EOF"},
		scenarios.FaultSlow:                  {0, "", EndServed, "", ""},
		scenarios.FaultTruncatedResponse:     {0, "unexpected EOF", EndBrokenOff, "", "closed in the middle of the answer"},
		scenarios.FaultPlainHTTP:             {0, "first record does not look like a TLS handshake", EndEOF, "", "EOF"},
		scenarios.FaultBannerSSH:             {0, "first record does not look like a TLS handshake", EndEOF, "", "EOF"},
		scenarios.FaultBannerMySQL:           {0, "first record does not look like a TLS handshake", EndEOF, "", "EOF"},
		scenarios.FaultGarbage:               {0, "first record does not look like a TLS handshake", EndEOF, "", "EOF"},
		scenarios.FaultOversizedRecord:       {0, "oversized record received with length 65535", EndAlertReceived, "record_overflow (22)", ""},
		scenarios.FaultShortRecord:           {0, "unexpected EOF", EndBrokenOff, "", "closed in the middle of a record"},
		scenarios.FaultSSL3:                  {0, "server selected unsupported protocol version 300", EndAlertReceived, "protocol_version (70)", "EOF"},
		scenarios.FaultInternalError:         {0, "internal error", EndAlertSent, "internal_error (80)", "the server said internal_error"},
		scenarios.FaultVersionIntolerant:     {tls.VersionTLS12, "EOF", EndBrokenOff, "", "closed on a ClientHello that offers TLS 1.3"},
		scenarios.FaultOneSegment:            {0, "connection reset by peer", EndBrokenOff, "", "reset on a ClientHello above 1,460 bytes"},
		scenarios.FaultSmallDH:               {tls.VersionTLS12, "handshake failure", EndAlertSent, "handshake_failure (40)", "the client does not offer the one cipher suite"},
		scenarios.FaultLegacyRenegotiation:   {tls.VersionTLS12, "", EndServed, "", ""},
	}
	listener := []scenarios.Fault{scenarios.FaultUnresolved, scenarios.FaultRefused, scenarios.FaultSYNDropped} // below
	for _, fault := range Faults() {
		test, ok := tests[fault]
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
				t.Errorf("the client says %v, want %q", err, test.says)
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

// patienceFor returns what a client is given that is to run out of time, or not to.
func patienceFor(says string) time.Duration {
	if strings.Contains(says, "timeout") {
		return 200 * time.Millisecond
	}
	return 30 * time.Second
}

// request has crypto/tls's client connect, send a request and read the answer, and returns what
// went wrong.
func request(t *testing.T, srv *Server, config *tls.Config, limit time.Duration) error {
	t.Helper()
	raw := dial(t, srv)
	raw.SetDeadline(time.Now().Add(limit))
	c := tls.Client(raw, config)
	defer c.Close()
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		return err
	}
	// crypto/tls takes an end without close_notify for a good one between two records: it is for
	// HTTP to tell that something is missing.
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// Faults that depend on the ClientHello serve those that they can take.
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

// A client that says nothing, or what is no hello, is dropped in time by every fault.
func TestFaultsBounded(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	hello := hellos.Recorded()["openssl"]
	for _, fault := range Faults() {
		if _, held := faults[fault]; held && faults[fault].open != nil {
			continue // nobody is accepted
		}
		for name, said := range map[string][]byte{
			"nothing": nil, "half a hello": hello[:100], "no TLS": []byte("GET / HTTP/1.1\r\n\r\n"),
			"empty records": bytes.Repeat(record(wire.RecordHandshake), 100_000),
		} {
			t.Run(string(fault)+"/"+name, func(t *testing.T) {
				t.Parallel()
				srv := start(t, scenario(scenarios.Server{Fault: fault, MaxVersion: tls.VersionTLS12}), source, Options{Timeout: 200 * time.Millisecond})
				c := dial(t, srv)
				c.Write(said)
				io.Copy(io.Discard, c) // until the server has had enough
				c.Close()
				if o := one(t, srv); o.BytesReceived > 2*lingerBytes || o.End == EndServed {
					t.Errorf("end %s after %d bytes: %s", o.End, o.BytesReceived, o.Error)
				}
			})
		}
	}
}

// Closing a server ends the connections that a fault keeps open.
func TestCloseDuringFault(t *testing.T) {
	ca := newAuthority(t)
	for _, fault := range []scenarios.Fault{scenarios.FaultSilent, scenarios.FaultStalledCertificate, scenarios.FaultSlow} {
		t.Run(string(fault), func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{Fault: fault, MaxVersion: tls.VersionTLS12}), ca.source(t), Options{Timeout: time.Hour})
			c := dial(t, srv)
			c.Write(hellos.Recorded()["openssl"])
			if err := srv.drainBacklog(ctx(t)); err != nil {
				t.Fatal(err)
			}
			srv.Close() // or the test is given up
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
	if other, err := Start(s, ca.source(t), Options{Service: web, Port: srv.Port()}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("took a port that is held: %v, %v", other, err)
	}
	if other, err := net.Listen("tcp4", srv.Addr()); err == nil {
		other.Close()
		t.Error("somebody else can listen on the port")
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
	again, err := Start(s, ca.source(t), Options{Service: web, Port: port}) // nothing is left of the first
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
	if srv, err := Start(scenario(scenarios.Server{Fault: "no such"}), newAuthority(t).source(t), Options{Service: web}); err == nil || !strings.Contains(err.Error(), `"no such"`) {
		t.Errorf("%v, %v", srv, err)
	}
}

// What is said in place of TLS is what the programs say: nobody could take it for a record.
func TestNotRecords(t *testing.T) {
	for name, b := range map[string][]byte{"http": plainHTTP(), "ssh": bannerSSH(), "mysql": bannerMySQL(), "garbage": garbage()} {
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
