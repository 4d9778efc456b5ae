// Package https is the service https: what talks behind TLS unless a scenario says otherwise.
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

// Bounds of a request.
const (
	maxRequestHeader = 64 << 10
	maxRequestBody   = 1 << 20
)

// What HTTP is called in ALPN (RFC 9112, section 12.4; RFC 9113, section 3.2).
const (
	protocolHTTP11 = "http/1.1"
	protocolHTTP2  = "h2"
)

// Service returns the service that answers one request of any method and path with the
// [serve.Session] as a JSON document, and closes: over HTTP/1.1 (RFC 9112), or over HTTP/2 (RFC 9113)
// if ALPN has agreed on that.
//
// HTTP/1.1 is preferred, so that HTTP/2 is left to clients that speak nothing else, as gRPC's do. A
// client that speaks both is then judged by its TLS alone: HTTP/2 forbids most cipher suites of TLS
// 1.2 (RFC 9113, section 9.2.2), and has its own words for a connection that breaks.
func Service() serve.Service {
	return serve.Service{
		Name: scenarios.HTTPS, Scheme: "https", Protocols: []string{protocolHTTP11, protocolHTTP2},
		Serve: serveHTTP, Answer: answerIn,
	}
}

// answerIn returns where in what is written at once the answer stands: under HTTP/2, in its first frame with a body.
func answerIn(s serve.Session, written []byte) (start, end int) {
	if s.Protocol == protocolHTTP2 {
		return firstData(written)
	}
	return 0, len(written)
}

// serveHTTP answers in the version of HTTP that ALPN has agreed on, and in HTTP/1.1 if it has not.
func serveHTTP(conn net.Conn, s serve.Session) error {
	if s.Protocol == protocolHTTP2 {
		return serveHTTP2(conn, s)
	}
	return serveHTTP1(conn, s)
}

// serveHTTP1 is not net/http's server: that would want a listener, a goroutine and
// a connection state for what is one request here.
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
		return fmt.Errorf("http: no request: %w", err)
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

// document returns the session as the body of an answer.
func document(s serve.Session) ([]byte, error) {
	body, err := json.MarshalIndent(s, "", "  ")
	return append(body, '\n'), err
}

// isNet reports whether an error is the connection's and not the message's.
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
