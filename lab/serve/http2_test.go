package serve

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/scenarios"
)

// http2Client returns a client that speaks HTTP/2 and nothing else, as gRPC's do.
func http2Client(t testing.TB, config *tls.Config) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func TestHTTP2(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	big := strings.Repeat("x", maxRequestBody/2)
	tests := []struct {
		name, method, body, kind string
		status                   string // of gRPC
		max                      uint16
	}{
		{"get", "GET", "", "", "", 0},
		{"under TLS 1.2", "GET", "", "", "", tls.VersionTLS12},
		{"head", "HEAD", "", "", "", 0},
		{"post", "POST", big, "text/plain", "", 0},
		{"grpc", "POST", "\x00\x00\x00\x00\x00", "application/grpc+proto", "12", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{}), source, Options{})
			client := http2Client(t, &tls.Config{RootCAs: ca.pool(), MaxVersion: test.max})
			request, err := http.NewRequest(test.method, srv.Endpoint(Files{}).URL+"any?x", strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", test.kind)
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil || response.ProtoMajor != 2 || response.StatusCode != 200 || response.Header.Get("Grpc-Status") != test.status {
				t.Errorf("%s %s, header %v, %v", response.Proto, response.Status, response.Header, err)
			}
			var s Session
			if test.method != "HEAD" && test.status == "" {
				if err := json.Unmarshal(body, &s); err != nil || s.Scenario != "test" || s.Protocol != "h2" {
					t.Errorf("%v: %s", err, body)
				}
			}
			o := one(t, srv)
			if o.End != EndServed || !o.ApplicationData || !o.HandshakeComplete || o.Protocol != "h2" || o.Error != "" {
				t.Errorf("%+v", o)
			}
		})
	}
}

// TestALPN holds what is agreed on with clients of all kinds, and that nobody is refused for what
// it offers, unless the scenario says which protocols there are.
func TestALPN(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	own := scenarios.Server{Protocols: []string{"acme-tls/1"}}
	tests := []struct {
		name    string
		server  scenarios.Server
		offer   []string
		want    string
		refused bool
	}{
		{"nothing", scenarios.Server{}, nil, "", false},
		{"a browser", scenarios.Server{}, []string{"h2", "http/1.1"}, "http/1.1", false},
		{"http/1.1", scenarios.Server{}, []string{"http/1.1"}, "http/1.1", false},
		{"gRPC", scenarios.Server{}, []string{"h2"}, "h2", false},
		{"gRPC's C core of old", scenarios.Server{}, []string{"grpc-exp", "h2"}, "h2", false},
		{"psql", scenarios.Server{}, []string{"postgresql"}, "", false},
		{"HTTP/1.0", scenarios.Server{}, []string{"http/1.0"}, "", false},
		{"its own, offered", own, []string{"h2", "acme-tls/1"}, "acme-tls/1", false},
		{"its own, not offered", own, []string{"h2", "http/1.1"}, "", true},
		{"its own, and no ALPN", own, nil, "", false},
		{"another name, required", scenarios.Server{RequireSNI: true}, []string{"postgresql"}, "", false},
		{"of a flight by hand", scenarios.Server{MaxVersion: tls.VersionTLS12, Fault: scenarios.FaultLegacyRenegotiation}, []string{"postgresql"}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := start(t, scenario(test.server), source, Options{})
			c, err := tls.Dial("tcp", srv.Addr(), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost", NextProtos: test.offer})
			if (err != nil) != test.refused {
				t.Fatal(err)
			}
			if err == nil {
				if got := c.ConnectionState().NegotiatedProtocol; got != test.want {
					t.Errorf("agreed on %q, want %q", got, test.want)
				}
				c.Close()
			}
			o := one(t, srv)
			if o.HandshakeComplete == test.refused || o.Protocol != test.want || (o.AlertSent != nil) != test.refused {
				t.Errorf("%+v", o)
			}
		})
	}
}

// TestHTTP2Ends has clients of HTTP/2 go wrong or away. Each is told by its end, and none leaves
// anything running: see TestMain.
func TestHTTP2Ends(t *testing.T) {
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	settings := string([]byte{0, 0, 0, 4, 0, 0, 0, 0, 0})
	ca := newAuthority(t)
	source := ca.source(t)
	tests := []struct {
		name, says string
		leave      func(*tls.Conn)
		end        []End
		err        string
	}{
		{"another protocol", "GET / HTTP/1.1\r\n\r\n", nil, []End{EndError}, "http: no request"},
		{"half a preface", preface[:10], nil, []End{EndTimeout}, ""},
		{"says nothing", "", nil, []End{EndTimeout}, ""},
		{"no request", preface + settings, nil, []End{EndTimeout}, ""},
		{"goodbye", preface + settings, func(c *tls.Conn) { c.Close() }, []End{EndCloseNotify, EndReset}, ""},
		{"no settings", preface + string([]byte{0, 0, 8, 6, 0, 0, 0, 0, 0}) + "12345678", nil, []End{EndError}, "http: no request that HTTP/2 allows: conn_PROTOCOL_ERROR_first_settings"},
		{"a frame of another length", preface + settings + string([]byte{0, 0, 1, 6, 0, 0, 0, 0, 0, 0}), nil, []End{EndError}, "http: no request that HTTP/2 allows: frame_ping_length"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{}), source, Options{Timeout: time.Second})
			c, err := tls.Dial("tcp", srv.Addr(), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost", NextProtos: []string{"h2"}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.WriteString(c, test.says); err != nil {
				t.Fatal(err)
			}
			if test.leave != nil {
				test.leave(c)
			} else {
				io.Copy(io.Discard, c)
			}
			c.Close()
			o := one(t, srv)
			if !slices.Contains(test.end, o.End) || test.err != "" && o.Error != test.err || o.ApplicationData != (test.says != "") {
				t.Errorf("end %s, error %q, data %v", o.End, o.Error, o.ApplicationData)
			}
		})
	}
}

// TestTruncatedHTTP2 cuts an answer of HTTP/2 where there is an answer: the client gets its head.
func TestTruncatedHTTP2(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{Fault: scenarios.FaultTruncatedResponse}), ca.source(t), Options{})
	response, err := http2Client(t, &tls.Config{RootCAs: ca.pool()}).Get(srv.Endpoint(Files{}).URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || int64(len(body)) >= response.ContentLength {
		t.Errorf("%d of %d bytes, %v", len(body), response.ContentLength, err)
	}
	if o := one(t, srv); o.End != EndBrokenOff || o.Error != "closed in the middle of the answer" {
		t.Errorf("%+v", o)
	}
}

// A client that has gone is on record as such, also where only writing to it tells.
func TestGoneBeforeRead(t *testing.T) {
	ca := newAuthority(t)
	closed := make(chan struct{})
	service := HTTPS()
	service.Serve = func(c net.Conn, _ Session) error {
		<-closed
		for {
			if _, err := c.Write(make([]byte, 1<<16)); err != nil {
				return errors.New("in other words")
			}
		}
	}
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{Service: service})
	c, err := tls.Dial("tcp", srv.Addr(), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.NetConn().(*net.TCPConn).SetLinger(0); err != nil { // closing it resets it
		t.Fatal(err)
	}
	c.NetConn().Close()
	close(closed)
	if o := one(t, srv); o.End != EndReset {
		t.Errorf("end %s, error %q", o.End, o.Error)
	}
}
