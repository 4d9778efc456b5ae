package ask

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"example.com/tlslab/lab/diagnose/ask/prologue"
)

// Values of [Seen].Speaks that are not protocols.
const (
	speaksTLS     = "tls"
	speaksGarbage = "garbage"
)

// nothing says what a server is called that says nothing, by how the connection ends.
var nothing = map[End]string{EndTimeout: "silent", EndClosed: "closes", EndReset: "resets"}

// openings are how protocols begin, or how their servers answer what they cannot read. The first that matches counts.
var openings = []struct {
	protocol string
	pattern  *regexp.Regexp
}{
	{"ssh", regexp.MustCompile(`^SSH-`)},
	{"http-proxy", regexp.MustCompile(`(?is)^HTTP/.*\n(x-squid-error|proxy-[a-z]+|via):`)},
	{"http-proxy", regexp.MustCompile(`^HTTP/1\.[01] 407`)},
	{"http", regexp.MustCompile(`(?i)^(HTTP/|<!DOCTYPE|<html)`)},
	{"http", regexp.MustCompile(`(?s)^\x00\x00.\x04\x00\x00\x00\x00\x00`)}, // HTTP/2's SETTINGS
	{"ftp", regexp.MustCompile(`(?is)^(220|421|500|530)[ -].*ftp`)},
	{"smtp", regexp.MustCompile(`^(220|421|554|500)[ -]`)},
	{"imap", regexp.MustCompile(`(?i)^\* (OK|PREAUTH|BYE)`)},
	{"pop3", regexp.MustCompile(`^\+OK`)},
	{"nntp", regexp.MustCompile(`^(200|201|400) `)},
	{"sieve", regexp.MustCompile(`^"IMPLEMENTATION"`)},
	{"xmpp", regexp.MustCompile(`^(<\?xml.*)?<stream:`)},
	{"redis", regexp.MustCompile(`^-(ERR|NOAUTH|DENIED|NOPROTO)`)},
	{"mysql", regexp.MustCompile(`(?s)^...\x00(\x0a[0-9]|\xff)`)},
	{"amqp", regexp.MustCompile(`^AMQP`)},
	{"vnc", regexp.MustCompile(`^RFB `)},
	{"telnet", regexp.MustCompile(`^\xff[\xfb-\xfe]`)},
	{"ldap", regexp.MustCompile(`(?s)^\x30.{1,5}\x02\x01.[\x61-\x78]`)},
	{"postgres", regexp.MustCompile(`(?s)^(E\x00\x00|EFATAL)`)},
}

// identified returns the protocol of the first bytes that a server sent, or "garbage".
func identified(first []byte) string {
	text := latin1(first) // patterns are about bytes, not about UTF-8
	for _, o := range openings {
		if o.pattern.MatchString(text) {
			return o.protocol
		}
	}
	return speaksGarbage
}

// latin1 returns a string with a character for each byte.
func latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// speaks returns what an attempt tells about what a server speaks, or an empty string.
func speaks(t Attempt) string {
	switch {
	case t.Version != 0, len(t.Messages) > 0, t.Partial != "", t.Alert != nil, t.tls:
		return speaksTLS
	case len(t.First) > 0:
		return identified(t.First)
	}
	return ""
}

// prologueEnd returns how a connection ended on which a prologue failed, and the bytes that say what the server speaks
// instead.
func prologueEnd(err error, greeting []byte) (End, []byte) {
	switch {
	case errors.Is(err, prologue.ErrNotOffered):
		return EndNoSTARTTLS, nil
	case errors.Is(err, prologue.ErrUnexpected):
		return EndNotTLS, greeting
	}
	return endOf(err), greeting
}

// found notes what a server speaks, unless it is already known.
func (a *asker) found(protocol string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen.Speaks == "" && protocol != speaksGarbage {
		a.seen.Speaks = protocol
	}
}

// maxProbe limits what is read of the answer to a probe, in bytes.
const maxProbe = 4 << 10

// probeHTTP asks for a page in plaintext.
func (a *asker) probeHTTP(c net.Conn) {
	if a.target.prologue() != "" {
		return
	}
	c.Write(getHTTP1(a.target))
	answer, _ := io.ReadAll(io.LimitReader(c, maxProbe))
	if len(answer) > 0 {
		a.found(identified(answer))
	}
}

// probePostgres asks whether TLS could begin, as a client of PostgreSQL does.
func (a *asker) probePostgres(c net.Conn) {
	if a.target.prologue() != "" {
		return
	}
	if _, err := prologue.Run(c, "postgres", ""); err == nil || errors.Is(err, prologue.ErrNotOffered) {
		a.found("postgres")
	}
}

// throughProxy asks an HTTP proxy to connect to the target (RFC 9110, section 9.3.6).
func throughProxy(c net.Conn, t Target) error {
	proxy, err := url.Parse(t.Proxy)
	if err != nil {
		return err
	}
	address := t.address()
	request := "CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n"
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		secret := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
		request += "Proxy-Authorization: Basic " + secret + "\r\n"
	}
	if _, err := io.WriteString(c, request+"\r\n"); err != nil {
		return err
	}
	// A buffer of one byte leaves what follows the answer unread.
	answer := &oneByOne{r: io.LimitReader(c, prologue.MaxGreeting)}
	response, err := http.ReadResponse(bufio.NewReader(answer), &http.Request{Method: http.MethodConnect})
	if err != nil {
		return fmt.Errorf("the proxy %s did not answer CONNECT: %w", proxy.Host, err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy %s answers CONNECT %s with %s %s", proxy.Host, address,
			strconv.Itoa(response.StatusCode), http.StatusText(response.StatusCode))
	}
	return nil
}

// oneByOne reads a byte at a time.
type oneByOne struct{ r io.Reader }

// Read implements io.Reader.
func (o *oneByOne) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 1)]) }
