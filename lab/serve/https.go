package serve

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

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// Session is what a server knows of a connection after the handshake. The
// https service answers with it. The fields are those of [Observation].
type Session struct {
	Scenario          string            `json:"scenario"` // its ID
	Version           string            `json:"version"`
	CipherSuite       string            `json:"cipher_suite"`
	Group             string            `json:"group,omitempty"`
	HelloRetry        bool              `json:"hello_retry,omitempty"`
	Protocol          string            `json:"protocol,omitempty"`
	ClientCertificate string            `json:"client_certificate,omitempty"`
	Hello             *wire.ClientHello `json:"hello,omitempty"`
}

// Bounds of a request.
const (
	maxRequestHeader = 64 << 10
	maxRequestBody   = 1 << 20
)

// HTTPS returns the service that answers one request of any method and path with the
// [Session] as a JSON document, and closes: over HTTP/1.1 (RFC 9112), or over HTTP/2 (RFC 9113)
// if ALPN has agreed on that.
//
// HTTP/1.1 is preferred, so that HTTP/2 is left to clients that speak nothing else, as gRPC's do. A
// client that speaks both is then judged by its TLS alone: HTTP/2 forbids most cipher suites of TLS
// 1.2 (RFC 9113, section 9.2.2), and has its own words for a connection that breaks.
func HTTPS() Service {
	return Service{Name: scenarios.HTTPS, Scheme: "https", Protocols: []string{protocolHTTP11, protocolHTTP2}, Serve: serveHTTP}
}

// serveHTTP answers in the version of HTTP that ALPN has agreed on, and in HTTP/1.1 if it has not.
func serveHTTP(conn net.Conn, s Session) error {
	if s.Protocol == protocolHTTP2 {
		return serveHTTP2(conn, s)
	}
	return serveHTTP1(conn, s)
}

// serveHTTP1 is not net/http's server: that would want a listener, a goroutine and
// a connection state for what is one request here.
func serveHTTP1(conn net.Conn, s Session) error {
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

	body, err := s.document()
	if err != nil {
		return err
	}
	return respond(conn, req, http.StatusOK, body)
}

// document returns the session as the body of an answer.
func (s Session) document() ([]byte, error) {
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
