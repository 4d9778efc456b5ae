package https

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// http2Client returns a client that speaks only HTTP/2, as gRPC clients do.
func http2Client(t testing.TB, config *tls.Config) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func TestHTTP2(t *testing.T) {
	chain := mint(t)
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
			srv := start(t, scenarios.Server{}, chain, serve.Options{})
			client := http2Client(t, &tls.Config{RootCAs: chain.Anchors(), MaxVersion: test.max})
			url := srv.Endpoint(serve.Files{}).URL + "any?x"
			request, err := http.NewRequest(test.method, url, strings.NewReader(test.body))
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
			if err != nil || response.ProtoMajor != 2 || response.StatusCode != 200 {
				t.Errorf("%s %s, %v", response.Proto, response.Status, err)
			}
			if got := response.Header.Get("Grpc-Status"); got != test.status {
				t.Errorf("gRPC status %q, want %q; header %v", got, test.status, response.Header)
			}
			var s serve.Session
			if test.method != "HEAD" && test.status == "" {
				if err := json.Unmarshal(body, &s); err != nil || s.Scenario != "test" || s.Protocol != "h2" {
					t.Errorf("%v: %s", err, body)
				}
			}
			o := one(t, srv)
			if o.End != serve.EndServed || !o.ApplicationData || !o.HandshakeComplete {
				t.Errorf("observation = %+v", o)
			}
			if o.Protocol != "h2" || o.Error != "" {
				t.Errorf("protocol %q, error %q", o.Protocol, o.Error)
			}
		})
	}
}

// TestHTTP2Ends has HTTP/2 clients that break the protocol or close the connection. Each must have the right end, and
// must leave nothing running: see TestMain.
func TestHTTP2Ends(t *testing.T) {
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	settings := string([]byte{0, 0, 0, 4, 0, 0, 0, 0, 0})
	ping := string([]byte{0, 0, 8, 6, 0, 0, 0, 0, 0}) + "12345678"
	shortPing := string([]byte{0, 0, 1, 6, 0, 0, 0, 0, 0, 0})
	const broke = "http: the client broke the rules of HTTP/2: "
	failed, silent := []serve.End{serve.EndError}, []serve.End{serve.EndTimeout}
	chain := mint(t)
	tests := []struct {
		name, says string
		leave      func(*tls.Conn)
		end        []serve.End
		err        string
	}{
		{"another protocol", "GET / HTTP/1.1\r\n\r\n", nil, failed, "http: no request"},
		{"half a preface", preface[:10], nil, silent, ""},
		{"nothing", "", nil, silent, ""},
		{"no request", preface + settings, nil, silent, ""},
		{"close_notify", preface + settings, func(c *tls.Conn) { c.Close() },
			[]serve.End{serve.EndCloseNotify, serve.EndReset}, ""},
		{"no settings", preface + ping, nil, failed, broke + "conn_PROTOCOL_ERROR_first_settings"},
		{"a frame with the wrong length", preface + settings + shortPing, nil, failed, broke + "frame_ping_length"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := start(t, scenarios.Server{}, chain, serve.Options{Timeout: time.Second})
			c, err := tls.Dial("tcp", srv.Addr(), &tls.Config{
				RootCAs: chain.Anchors(), ServerName: "localhost", NextProtos: []string{"h2"},
			})
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
			if !slices.Contains(test.end, o.End) || test.err != "" && o.Error != test.err {
				t.Errorf("end %s, error %q; want one of %s, %q", o.End, o.Error, test.end, test.err)
			}
			if want := test.says != ""; o.ApplicationData != want {
				t.Errorf("application data %v, want %v", o.ApplicationData, want)
			}
		})
	}
}

// TestTruncatedHTTP2 checks that a truncated HTTP/2 response is cut in the body: the client gets the header.
func TestTruncatedHTTP2(t *testing.T) {
	chain := mint(t)
	srv := start(t, scenarios.Server{Fault: scenarios.FaultTruncatedResponse}, chain, serve.Options{})
	response, err := http2Client(t, &tls.Config{RootCAs: chain.Anchors()}).Get(srv.Endpoint(serve.Files{}).URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || int64(len(body)) >= response.ContentLength {
		t.Errorf("%d of %d bytes, %v", len(body), response.ContentLength, err)
	}
	if o := one(t, srv); o.End != serve.EndBrokenOff || o.Error != "closed in the middle of the answer" {
		t.Errorf("%+v", o)
	}
}
