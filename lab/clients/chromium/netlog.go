package chromium

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// netLog reads the log of a browser's network stack (--log-net-log). The log contains details that Chromium's
// error codes hide: ERR_CERT_INVALID stands for a dozen faults of a certificate, and ERR_SSL_PROTOCOL_ERROR
// for any fault of a handshake.
//
// The format is that of net/log/file_net_log_observer.cc: a JSON document with two members. The first line
// has the constants, including the event names by number. Each further line has one event.
type netLog struct {
	names map[int]string // event type names, by number
	done  chan struct{}  // closed when the log has ended

	mu sync.Mutex
	*visitLog
}

// visitLog is what the log says about a visit. Sockets and verifications have no simple ID that links them to
// their request. But the browser makes one visit at a time, so they are those that come after the first
// mention of its URL.
type visitLog struct {
	url     string
	begun   bool          // the URL has been mentioned
	request int64         // the ID of the request for it
	ended   bool          // later events are ignored
	faults  []string      // of certificates, one per line
	reasons []string      // why handshakes failed, one per line
	whole   chan struct{} // closed when the request has ended
}

// logged is an event in the log.
type logged struct {
	Type   int `json:"type"`
	Phase  int `json:"phase"` // phaseEnd and others
	Source struct {
		ID int64 `json:"id"`
	} `json:"source"`
	Params struct {
		URL         string `json:"url"`
		Errors      string `json:"errors"`       // of a path from a certificate to an anchor
		ErrorLib    int    `json:"error_lib"`    // BoringSSL's numbers, as defined
		ErrorReason int    `json:"error_reason"` // in its include/openssl/err.h and ssl.h
	} `json:"params"`
}

// phaseEnd is the phase of an event that ends something.
const phaseEnd = 2

// The relevant event types.
const (
	requestAlive   = "REQUEST_ALIVE" // a request for a URL, from its beginning to its end
	handshakeError = "SSL_HANDSHAKE_ERROR"
	readError      = "SSL_READ_ERROR"
	pathBuilt      = "CERT_VERIFY_PROC_PATH_BUILT"
)

// maxLine is the maximum length of a log line, in bytes: events can contain whole chains, and the first line
// all constants.
const maxLine = 4 << 20

// readLog reads a log until it ends.
func readLog(r io.Reader) *netLog {
	l := &netLog{done: make(chan struct{})}
	go func() {
		defer close(l.done)
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, maxLine)
		for lines.Scan() {
			l.line(lines.Bytes())
		}
		io.Copy(io.Discard, r) // after an overlong line: the browser must not block
	}()
	return l
}

// line processes a line. Lines that are neither constants nor events are ignored.
func (l *netLog) line(line []byte) {
	line = bytes.TrimRight(bytes.TrimSpace(line), ",")
	if rest, ok := bytes.CutPrefix(line, []byte(`{"constants":`)); ok {
		var constants struct {
			Types map[string]int `json:"logEventTypes"`
		}
		if json.Unmarshal(rest, &constants) == nil {
			l.names = make(map[int]string, len(constants.Types))
			for name, number := range constants.Types {
				l.names[number] = name
			}
		}
		return
	}
	var e logged
	if json.Unmarshal(line, &e) != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.visitLog != nil {
		l.event(l.names[e.Type], e)
	}
}

// event processes an event.
func (v *visitLog) event(name string, e logged) {
	if e.Params.URL == v.url {
		v.begun = true
	}
	if !v.begun || v.ended {
		return // of an earlier visit that is still ending, or of a later one
	}
	switch name {
	case requestAlive:
		if e.Params.URL == v.url {
			v.request = e.Source.ID
		}
		if e.Phase == phaseEnd && e.Source.ID == v.request {
			v.ended = true
			close(v.whole)
		}
	case pathBuilt:
		for _, fault := range faults(e.Params.Errors) {
			add(&v.faults, fault)
		}
	case handshakeError, readError:
		if e.Params.ErrorLib != libOwn && e.Params.ErrorLib != 0 {
			add(&v.reasons, fmt.Sprintf("%s (error_lib %d, error_reason %d)", name, e.Params.ErrorLib,
				e.Params.ErrorReason))
		}
	}
}

// add adds a line unless it is already there: a browser retries and fails again.
func add(lines *[]string, line string) {
	if !slices.Contains(*lines, line) {
		*lines = append(*lines, line)
	}
}

// begin records the events of a visit from now on.
func (l *netLog) begin(url string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.visitLog = &visitLog{url: url, whole: make(chan struct{})}
}

// tells waits until the log contains the end of the visit's request. It returns the log's details about the
// error code, one per line, or nothing if there are none. Certificate faults are returned only if they are
// the reason for the failure: a browser that is told to ignore them logs them anyway.
func (l *netLog) tells(ctx context.Context, code string) ([]string, error) {
	l.mu.Lock()
	v := l.visitLog
	l.mu.Unlock()
	select {
	case <-v.whole:
		l.mu.Lock()
		defer l.mu.Unlock()
		if strings.HasPrefix(code, "ERR_CERT_") {
			return slices.Clone(v.faults), nil
		}
		return slices.Clone(v.reasons), nil
	case <-l.done:
		return nil, fmt.Errorf("the browser's network log ended before the request for %s", v.url)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// libOwn is the number of the browser's own errors among BoringSSL's libraries. They only repeat the error
// code as numbers.
const libOwn = 35

// faults returns what the log says about a path from a certificate to an anchor, one line for each faulty
// certificate.
func faults(errors string) (lines []string) {
	for line := range strings.Lines(errors) {
		line = strings.TrimSpace(line)
		name, isName := strings.CutPrefix(line, "----- ")
		switch {
		case line == "":
		case isName:
			lines = append(lines, strings.TrimSuffix(name, " -----"))
		case len(lines) == 0: // a fault of the path as a whole
			lines = append(lines, line)
		default:
			lines[len(lines)-1] += ": " + line
		}
	}
	return lines
}
