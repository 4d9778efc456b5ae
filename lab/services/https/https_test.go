package https

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

func TestHTTPS(t *testing.T) {
	chain := mint(t)
	big := strings.Repeat("x", maxRequestBody/2)
	head := func(method, more string) string {
		return method + " /any/path?x HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n"
	}
	tests := []struct {
		name    string
		request string
		status  int
		end     serve.End
	}{
		{"get", head("GET", ""), 200, serve.EndServed},
		{"head", head("HEAD", ""), 200, serve.EndServed},
		{"http/1.0", "GET / HTTP/1.0\r\n\r\n", 200, serve.EndServed},
		{"options", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, serve.EndServed},
		{"post", head("POST", fmt.Sprintf("Content-Length: %d\r\n", len(big))) + big, 200, serve.EndServed},
		{"chunked", head("PUT", "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n", 200, serve.EndServed},
		{"expect", head("POST", "Expect: 100-continue\r\nContent-Length: 5\r\n") + "hello", 200, serve.EndServed},
		{"body too long", head("POST", "Content-Length: 1048577\r\n") + big + big + "x", 200, serve.EndServed},
		{"header too long", head("GET", "X: "+strings.Repeat("x", maxRequestHeader)+"\r\n"), 431, serve.EndError},
		{"headers without end", head("GET", strings.Repeat("X: y\r\n", maxRequestHeader/6)), 431, serve.EndError},
		{"no http", "EHLO localhost\r\n\r\n", 400, serve.EndError},
		{"bad chunk", head("PUT", "Transfer-Encoding: chunked\r\n") + "nonsense\r\n", 0, serve.EndError},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := start(t, scenarios.Server{}, chain, serve.Options{})
			c := tls.Client(dial(t, srv), &tls.Config{RootCAs: chain.Anchors(), ServerName: "localhost"})
			defer c.Close()
			if _, err := io.WriteString(c, test.request); err != nil {
				t.Fatal(err)
			}
			// The connection must end with close_notify, and not with a reset.
			answer, err := io.ReadAll(c)
			if err != nil {
				t.Fatalf("%v after %q", err, answer)
			}
			c.Close()
			o := one(t, srv)
			if o.End != test.end || !o.ApplicationData || (o.Error == "") != (test.end == serve.EndServed) {
				t.Errorf("end %s, want %s: %q", o.End, test.end, o.Error)
			}
			if test.status != 0 {
				checkResponse(t, test.request, answer, test.status)
			}
		})
	}
}

// checkResponse checks the answer to a request.
func checkResponse(t *testing.T, request string, answer []byte, status int) {
	t.Helper()
	answer = bytes.TrimPrefix(answer, []byte("HTTP/1.1 100 Continue\r\n\r\n"))
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status || !response.Close || response.ContentLength < 0 {
		t.Errorf("status %s, want %d; close %v, length %d, %v",
			response.Status, status, response.Close, response.ContentLength, err)
	}
	var s serve.Session
	switch {
	case method == "HEAD":
		if len(body) != 0 || response.ContentLength == 0 {
			t.Errorf("length %d, body %q", response.ContentLength, body)
		}
	case status == http.StatusOK:
		if err := json.Unmarshal(body, &s); err != nil || s.Version != "TLS 1.3" || s.Scenario != "test" {
			t.Errorf("%v: %s", err, body)
		}
	}
}
