package ask

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/net/http2/hpack"
)

// Limits of the time after a handshake, and of what is read then.
const (
	maxResponse = 4 << 10
	// answerWait is how long to wait for the answer to the polite request. What answers later, or never, may not be a
	// web server at all. If the handshake took long, the wait is answerFactor times as long, up to longestWait.
	answerWait   = 500 * time.Millisecond
	answerFactor = 5
	longestWait  = 3 * time.Second
	// refusalWait is how long to wait for a refusal of the client's certificate, which under TLS 1.3 comes after the
	// handshake (RFC 8446, section 4.4.2.4), if no request is sent whose answer comes instead.
	refusalWait = time.Second
	// closeWait is how long to wait for the server to close, after a whole answer.
	closeWait = 500 * time.Millisecond
)

// quits are the commands that end a session, by prologue. Others are only closed.
var quits = map[string]string{
	"smtp": "QUIT\r\n", "pop3": "QUIT\r\n", "ftp": "QUIT\r\n", "nntp": "QUIT\r\n", "imap": "z LOGOUT\r\n",
	"sieve": "LOGOUT\r\n",
}

// after does what follows a handshake: the polite request, or the end of the session, and waits for a refusal. Only the
// ordinary attempt sends a request. took is how long the handshake took.
func (a *asker) after(raw net.Conn, c *tls.Conn, tapped *tap, p *planned, attempt *Attempt, took time.Duration) {
	quit := quits[a.target.prologue()]
	switch {
	case p.name == nameOrdinary && a.target.isHTTP():
		request := getHTTP1(a.target)
		if attempt.Protocol == protocolHTTP2 {
			request = headHTTP2(a.target)
		}
		if _, err := c.Write(request); err != nil && remoteAlert(err) == nil {
			attempt.over(tapped, err)
			return
		}
		wait := min(max(answerWait, answerFactor*took), longestWait)
		if attempt.Request != nil {
			wait = max(wait, refusalWait)
		}
		raw.SetReadDeadline(time.Now().Add(min(wait, a.target.timeout())))
	case p.name == nameOrdinary && quit != "":
		io.WriteString(c, quit)
	case attempt.Request != nil && attempt.Version == tls.VersionTLS13 &&
		(p.name == nameOrdinary || p.name == nameAnonymous):
		raw.SetReadDeadline(time.Now().Add(min(refusalWait, a.target.timeout())))
	default:
		c.Close()
		return
	}
	attempt.read(raw, c, tapped)
	c.Close()
}

// read reads the answer, and how the connection ends.
func (t *Attempt) read(raw net.Conn, c *tls.Conn, tapped *tap) {
	b := make([]byte, maxResponse)
	size := 0
	for size < len(b) {
		n, err := c.Read(b[size:])
		size += n
		t.Response = b[:size:size]
		if !t.Answered && t.isAnswer() {
			t.Answered = true
			raw.SetReadDeadline(time.Now().Add(closeWait))
		}
		if err != nil {
			t.over(tapped, err)
			break
		}
		if t.Answered && t.Protocol == protocolHTTP2 {
			break // which stays open
		}
	}
	if size == 0 {
		t.Response = nil
	}
	// there may be more, which is not read
	t.Answered = t.Answered || size == len(b) && bytes.Contains(b, []byte("\r\n\r\n"))
}

// isAnswer reports whether the response is a whole one: header and body of HTTP, or a line of other protocols.
func (t *Attempt) isAnswer() bool {
	switch {
	case t.Protocol == protocolHTTP2:
		return hasHeaders(t.Response)
	case bytes.HasPrefix(t.Response, []byte("HTTP/")):
		return isWhole(t.Response)
	}
	return bytes.Contains(t.Response, []byte("\n"))
}

// isWhole reports whether a response of HTTP/1 has arrived, with its body if its length is given. The body of others
// ends with the connection (RFC 9112, section 6.3).
func isWhole(b []byte) bool {
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), nil)
	if err != nil {
		return false
	}
	defer r.Body.Close()
	if r.ContentLength < 0 && len(r.TransferEncoding) == 0 {
		return true
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err == nil
}

// over sets how a connection ended after the handshake.
func (t *Attempt) over(tapped *tap, err error) {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() && (t.Answered || t.Request != nil) {
		return // it is still open
	}
	t.Alert = remoteAlert(err)
	switch {
	case t.Alert != nil:
		t.End, t.Error = EndAlert, err.Error()
	case errors.Is(err, io.EOF) && tapped.err == nil:
		t.End = EndCloseNotify
	default:
		t.End, t.Error = endOf(err), err.Error()
	}
}

// protocolHTTP2 is the name of HTTP/2 in ALPN (RFC 9113, section 3.2).
const protocolHTTP2 = "h2"

// userAgent is how this client calls itself.
const userAgent = "tlslab-diagnose"

// hostHeader returns the host and port as HTTP sends them (RFC 9110, section 7.2).
func hostHeader(t Target) string {
	if t.Port == services[0].port {
		if ip := net.ParseIP(t.Host); ip != nil && ip.To4() == nil {
			return "[" + t.Host + "]"
		}
		return t.Host
	}
	return net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
}

// getHTTP1 returns a GET request (RFC 9110, section 9.3.1). Some servers, as openssl s_server, do not answer HEAD. No
// more than [maxResponse] is read of the answer.
func getHTTP1(t Target) []byte {
	return []byte("GET / HTTP/1.1\r\nHost: " + hostHeader(t) + "\r\nUser-Agent: " + userAgent +
		"\r\nAccept: */*\r\nConnection: close\r\n\r\n")
}

// Frames of HTTP/2 (RFC 9113, section 6).
const (
	frameHeaderLen = 9
	frameHeaders   = 1
	frameSettings  = 4
	frameGoAway    = 7
	endStream      = 1
	endHeaders     = 4
)

// headHTTP2 returns the preface, empty settings, and a HEAD request (RFC 9113, sections 3.4 and 8.3.1).
func headHTTP2(t Target) []byte {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{
		{":method", http.MethodHead}, {":scheme", "https"}, {":authority", hostHeader(t)}, {":path", "/"},
		{"user-agent", userAgent}, {"accept", "*/*"},
	} {
		encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}) // a buffer takes everything
	}
	b := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	b = appendFrame(b, frameSettings, 0, 0, nil)
	return appendFrame(b, frameHeaders, endStream|endHeaders, 1, block.Bytes())
}

func appendFrame(b []byte, kind, flags, stream byte, body []byte) []byte {
	n := len(body)
	return append(append(b, byte(n>>16), byte(n>>8), byte(n), kind, flags, 0, 0, 0, stream), body...)
}

// hasHeaders reports whether a response of HTTP/2 has arrived, or the server has said that it sends none.
func hasHeaders(b []byte) bool {
	for len(b) >= frameHeaderLen {
		if b[3] == frameHeaders || b[3] == frameGoAway {
			return true
		}
		n := frameHeaderLen + int(b[0])<<16 + int(b[1])<<8 + int(b[2])
		b = b[min(n, len(b)):]
	}
	return false
}

// status returns the status of the HTTP response, or zero if none has arrived.
func (t *Attempt) status() int {
	if t.Protocol != protocolHTTP2 {
		words := bytes.Fields(t.Response)
		if len(words) < 2 || !bytes.HasPrefix(words[0], []byte("HTTP/")) {
			return 0
		}
		status, _ := strconv.Atoi(string(words[1])) // zero for what is no number
		return status
	}
	for b := t.Response; len(b) >= frameHeaderLen; {
		n := frameHeaderLen + int(b[0])<<16 + int(b[1])<<8 + int(b[2])
		if n > len(b) {
			return 0
		}
		if b[3] == frameHeaders {
			fields, _ := hpack.NewDecoder(maxResponse, nil).DecodeFull(b[frameHeaderLen:n])
			if len(fields) > 0 && fields[0].Name == ":status" {
				status, _ := strconv.Atoi(fields[0].Value)
				return status
			}
			return 0
		}
		b = b[n:]
	}
	return 0
}
