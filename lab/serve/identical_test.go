package serve

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// repeats is how often a client is run to check that the observation is the same each time.
const repeats = 20

// account describes an observation and the records that passed, without what differs in every run: times, ports, and
// the lengths of random data.
func account(o Observation, list []wire.Record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s complete %v data %v error %q received %v sent %v\n",
		o.End, o.HandshakeComplete, o.ApplicationData, o.Error, o.AlertReceived, o.AlertSent)
	for _, r := range list {
		fmt.Fprintf(&b, "client %v type %d encrypted %v count %d messages %v alert %v text %q\n",
			r.FromClient, r.Type, r.Encrypted, r.Count, r.Messages, r.Alert, r.Text)
	}
	return b.String()
}

// sameEachTime runs a client many times, and checks that the account is the same each time.
func sameEachTime(t *testing.T, server scenarios.Server, source Source, run func(*Server)) {
	t.Helper()
	var first string
	differ := 0
	for n := range repeats {
		w := &watched{t: t, of: map[uint64][]Event{}}
		srv := start(t, scenario(server), source, Options{Watch: w.watch})
		run(srv)
		got := account(one(t, srv), w.records(1))
		srv.Close()
		if n == 0 {
			first = got
		}
		if got != first {
			if differ++; differ == 1 {
				t.Errorf("run %d:\n%s, and run 1:\n%s", n+1, got, first)
			}
		}
	}
	if differ > 0 {
		t.Errorf("%d of %d runs differ from the first", differ, repeats)
	}
}

// TestRefusalsAreTheSame has clients refuse in every possible way and then close the connection. What crypto/tls would
// answer must not be sent, and must not be observed.
func TestRefusalsAreTheSame(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	hello := clientHello(t, &tls.Config{ServerName: "localhost", NextProtos: []string{"http/1.1"}})
	old := clientHello(t, &tls.Config{ServerName: "localhost", MaxVersion: tls.VersionTLS12})
	ccs := record(wire.RecordChangeCipherSpec, 1)
	expired := alert(wire.LevelFatal, wire.AlertCertificateExpired)
	byTLS12 := scenarios.Server{MaxVersion: tls.VersionTLS12, Fault: scenarios.FaultLegacyRenegotiation}
	tests := []struct {
		name   string
		server scenarios.Server
		hello  []byte
		says   []byte
	}{
		{"in plaintext", scenarios.Server{}, hello, expired},
		{"in plaintext, as OpenSSL does", scenarios.Server{}, hello, slices.Concat(ccs, expired)},
		{"in plaintext, as a warning", scenarios.Server{}, hello, alert(wire.LevelWarning, wire.AlertUnknownCA)},
		{"under TLS 1.2", scenarios.Server{}, old, expired},
		{"under TLS 1.2, after ChangeCipherSpec", scenarios.Server{}, old, slices.Concat(ccs, expired)},
		{"to package tls12", byTLS12, old, expired},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for leaving, leave := range map[string]func(*net.TCPConn) bool{
				"at once": func(c *net.TCPConn) bool { return false },
				"waiting": func(c *net.TCPConn) bool { c.CloseWrite(); return true },
			} {
				t.Run(leaving, func(t *testing.T) {
					sameEachTime(t, test.server, source, func(srv *Server) {
						c := dial(t, srv)
						defer c.Close()
						c.Write(test.hello)
						readFlight(t, c)
						c.Write(test.says)
						if !leave(c) {
							return
						}
						if rest, err := io.ReadAll(c); err != nil || len(rest) > 0 {
							t.Errorf("the server answered a refusal with %d bytes: %x, %v", len(rest), rest, err)
						}
					})
				})
			}
		})
	}
}

// clientHello returns the first record that crypto/tls's client sends.
func clientHello(t *testing.T, config *tls.Config) []byte {
	t.Helper()
	ours, theirs := net.Pipe()
	defer ours.Close()
	go func() {
		tls.Client(theirs, config).Handshake()
		theirs.Close()
	}()
	head := make([]byte, wire.RecordHeaderLen)
	if _, err := io.ReadFull(ours, head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, int(head[3])<<8|int(head[4]))
	if _, err := io.ReadFull(ours, body); err != nil {
		t.Fatal(err)
	}
	return append(head, body...)
}

// readFlight reads the server's first flight.
func readFlight(t *testing.T, c net.Conn) {
	t.Helper()
	buf := make([]byte, 1<<16)
	for total := 0; total < 600; { // every flight is longer, and is written at once
		n, err := c.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
}

// TestStacksAreTheSame has real clients refuse and accept many times. It uses the two that start fast.
func TestStacksAreTheSame(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	for _, stack := range []string{"curl", "openssl"} {
		command := stacks[stack]
		_, err := exec.LookPath(stack)
		for _, max := range []string{"1.2", "1.3"} {
			for name, trust := range map[string]*authority{"refuses": newAuthority(t), "accepts": ca} {
				t.Run(stack+"/TLS "+max+"/"+name, func(t *testing.T) {
					needs.Stack(t, stack, err == nil, "no "+stack+" on PATH")
					file := filepath.Join(t.TempDir(), "ca.pem")
					block := &pem.Block{Type: "CERTIFICATE", Bytes: trust.cert.Raw}
					if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o644); err != nil {
						t.Fatal(err)
					}
					sameEachTime(t, scenarios.Server{}, source, func(srv *Server) {
						if out, err := command(srv.Port(), file, max).CombinedOutput(); (err == nil) != (trust == ca) {
							t.Errorf("%v: %s", err, out)
						}
					})
				})
			}
		}
	}
}
