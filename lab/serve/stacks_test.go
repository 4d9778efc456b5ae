package serve

import (
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/scenarios"
)

// stacks are real clients. Each connects to a port on 127.0.0.1 as localhost, trusts the CA in a file, speaks no newer
// version than max ("1.2", "1.3"), and sends a request if it accepts the certificate.
var stacks = map[string]func(port int, ca, max string) *exec.Cmd{
	"openssl": func(port int, ca, max string) *exec.Cmd {
		cmd := exec.Command("openssl", "s_client", "-connect", fmt.Sprint("127.0.0.1:", port),
			"-servername", "localhost", "-verify_hostname", "localhost",
			"-CAfile", ca, "-verify_return_error", "-quiet", "-ign_eof",
			map[string]string{"1.2": "-no_tls1_3", "1.3": "-tls1_3"}[max])
		cmd.Stdin = strings.NewReader("GET / HTTP/1.0\r\n\r\n")
		return cmd
	},
	"curl": func(port int, ca, max string) *exec.Cmd {
		return exec.Command("curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", ca, "--tls-max", max,
			"--connect-to", fmt.Sprint("localhost::127.0.0.1:", port), fmt.Sprintf("https://localhost:%d/", port))
	},
	"python3": func(port int, ca, max string) *exec.Cmd {
		return exec.Command("python3", "-c", `
import socket, ssl, sys
port, ca, newest = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.maximum_version = ssl.TLSVersion["TLSv" + newest.replace(".", "_")]
with context.wrap_socket(socket.create_connection(("127.0.0.1", int(port))), server_hostname="localhost") as s:
    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
    while s.recv(65536): pass
`, fmt.Sprint(port), ca, max)
	},
	"node": func(port int, ca, max string) *exec.Cmd {
		return exec.Command("node", "-e", `
const [port, ca, newest] = process.argv.slice(1);
const lookup = (name, options, done) =>
	options.all ? done(null, [{address: "127.0.0.1", family: 4}]) : done(null, "127.0.0.1", 4);
require("https").get({
	host: "localhost", port, ca: require("fs").readFileSync(ca), maxVersion: "TLSv" + newest, agent: false, lookup,
}, response => response.resume()).on("error", err => { console.error(err.message); process.exitCode = 1 });
`, fmt.Sprint(port), ca, max)
	},
}

// TestStacks checks the observations of real clients: their reason to refuse a certificate is parsed from the wire,
// even where crypto/tls cannot read it.
func TestStacks(t *testing.T) {
	ca := newAuthority(t)
	key := newKey(t, elliptic.P256())
	tests := []struct {
		name  string
		edit  func(*x509.Certificate)
		trust *authority
		end   End
		alert string
	}{
		{"good", nil, ca, EndServed, ""},
		{"untrusted", nil, newAuthority(t), EndAlertReceived, "unknown_ca (48)"},
		{"expired", func(c *x509.Certificate) {
			c.NotAfter = time.Now().Add(-time.Minute)
		}, ca, EndAlertReceived, "certificate_expired (45)"},
	}
	for stack, command := range stacks {
		_, err := exec.LookPath(stack)
		for _, max := range []string{"1.2", "1.3"} {
			for _, test := range tests {
				t.Run(stack+"/TLS "+max+"/"+test.name, func(t *testing.T) {
					needs.Stack(t, stack, err == nil, "no "+stack+" on PATH")
					file := filepath.Join(t.TempDir(), "ca.pem")
					block := &pem.Block{Type: "CERTIFICATE", Bytes: test.trust.cert.Raw}
					if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o644); err != nil {
						t.Fatal(err)
					}
					srv := start(t, scenario(scenarios.Server{}), material(ca.issue(t, key, test.edit), nil), Options{})
					out, err := command(srv.Port(), file, max).CombinedOutput()
					if (err == nil) != (test.end == EndServed) {
						t.Errorf("%s: %v: %s", stack, err, out)
					}
					o := one(t, srv)
					if o.Version != "TLS "+max || o.Hello == nil || o.Hello.ServerName != "localhost" {
						t.Errorf("version %s, hello %+v", o.Version, o.Hello)
					}
					if stack == "node" && test.end == EndAlertReceived {
						// Node verifies only after the handshake, and closes the connection without an alert.
						if o.AlertReceived != nil || o.ApplicationData || o.End == EndServed {
							t.Errorf("end %s, alert %v", o.End, o.AlertReceived)
						}
						return
					}
					if o.End != test.end || o.AlertSent != nil || (o.AlertReceived == nil) != (test.alert == "") ||
						o.AlertReceived != nil && o.AlertReceived.String() != test.alert {
						t.Errorf("end %s, received %v, sent %v: %s; %s: %s",
							o.End, o.AlertReceived, o.AlertSent, o.Error, stack, out)
					}
				})
			}
		}
	}
}
