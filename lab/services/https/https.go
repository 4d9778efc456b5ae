// Package https is the service https, which is the default for scenarios.
package https

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// Limits of a request, in bytes.
const (
	maxRequestHeader = 64 << 10
	maxRequestBody   = 1 << 20
)

// The names of HTTP's versions in ALPN (RFC 9112, section 12.4; RFC 9113, section 3.2).
const (
	protocolHTTP11 = "http/1.1"
	protocolHTTP2  = "h2"
)

// Service returns a service that answers one request, with any method and path, and closes the connection. The answer
// is the [serve.Session] as JSON. It speaks HTTP/1.1 (RFC 9112), or HTTP/2 (RFC 9113) if ALPN selected that.
//
// HTTP/1.1 is preferred, so only clients without it, such as gRPC's, get HTTP/2. Clients that speak both are thus
// judged by their TLS alone: HTTP/2 forbids most cipher suites of TLS 1.2 (RFC 9113, section 9.2.2), and has its own
// errors for broken connections.
func Service() serve.Service {
	return serve.Service{
		Name: scenarios.HTTPS, Scheme: "https", Protocols: []string{protocolHTTP11, protocolHTTP2},
		Serve: serveHTTP, Answer: answerIn,
	}
}

// answerIn returns where the answer is in one write. In HTTP/2, it is the first DATA frame with a body.
func answerIn(s serve.Session, written []byte) (start, end int) {
	if s.Protocol == protocolHTTP2 {
		return firstData(written)
	}
	return 0, len(written)
}

// serveHTTP answers in the version of HTTP that ALPN selected, or in HTTP/1.1 without ALPN.
func serveHTTP(conn net.Conn, s serve.Session) error {
	if s.Protocol == protocolHTTP2 {
		return serveHTTP2(conn, s)
	}
	return serveHTTP1(conn, s)
}

// serveHTTP1 answers one request over HTTP/1.1. It does not use net/http's server, which would need a listener, another
// goroutine and connection states for a single request.
func serveHTTP1(conn net.Conn, s serve.Session) error {
	bounded := &io.LimitedReader{R: conn, N: maxRequestHeader}
	req, err := http.ReadRequest(bufio.NewReaderSize(bounded, 1<<10)) // few requests are longer
	switch {
	case err == nil:
	case bounded.N <= 0:
		respond(conn, nil, http.StatusRequestHeaderFieldsTooLarge, nil)
		return fmt.Errorf("http: request header above %d bytes", maxRequestHeader)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isNet(err):
		return err
	default:
		respond(conn, nil, http.StatusBadRequest, nil)
		return fmt.Errorf("http: not a request: %w", err)
	}

	if strings.EqualFold(req.Header.Get("Expect"), "100-continue") {
		if _, err := io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return err
		}
	}
	bounded.N = maxRequestBody
	if _, err := io.Copy(io.Discard, req.Body); err != nil && bounded.N > 0 {
		return fmt.Errorf("http: reading the request's body: %w", err)
	}

	body, err := document(s)
	if err != nil {
		return err
	}
	return respond(conn, req, http.StatusOK, body)
}

// document returns the session as the body of a response.
func document(s serve.Session) ([]byte, error) {
	body, err := json.MarshalIndent(s, "", "  ")
	return append(body, '\n'), err
}

// isNet reports whether an error is about the connection, and not about the message.
func isNet(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// respond writes a response with a JSON document and announces that the connection
// will be closed.
func respond(conn net.Conn, req *http.Request, status int, body []byte) error {
	var b bytes.Buffer
	response := http.Response{
		StatusCode: status,
		ProtoMajor: 1, ProtoMinor: 1,
		Request:       req,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Close:         true,
	}
	if err := response.Write(&b); err != nil {
		return err
	}
	_, err := conn.Write(b.Bytes()) // at once: one record
	return err
}
