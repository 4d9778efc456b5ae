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

// netLog takes in what a browser logs of its network stack (--log-net-log), which is where
// Chromium tells what its error codes keep to themselves: ERR_CERT_INVALID is any of a dozen faults
// of a certificate, and ERR_SSL_PROTOCOL_ERROR any of a handshake.
//
// The form is that of net/log/file_net_log_observer.cc: a JSON document of two members, with the
// constants, which name the numbers of the events, on the first line, and an event on each of the others.
type netLog struct {
	names map[int]string // of the types of events, by number
	done  chan struct{}  // closed when the log has ended

	mu sync.Mutex
	*visitLog
}

// visitLog is what the log has told of a visit. Sockets and verifications are not linked to the
// request that they are made for by anything as simple as an ID: they are those that come after the
// first mention of its URL, as the browser makes one visit at a time.
type visitLog struct {
	url     string
	begun   bool          // the URL has been mentioned
	request int64         // the ID of the request for it
	ended   bool          // what comes after its end is of no interest
	faults  []string      // of certificates, a line each
	reasons []string      // why handshakes failed, a line each
	whole   chan struct{} // closed when the request has ended
}

// logged is an event of the log.
type logged struct {
	Type   int `json:"type"`
	Phase  int `json:"phase"` // phaseEnd and others
	Source struct {
		ID int64 `json:"id"`
	} `json:"source"`
	Params struct {
		URL         string `json:"url"`
		Errors      string `json:"errors"`       // of a path from a certificate to an anchor
		ErrorLib    int    `json:"error_lib"`    // BoringSSL's numbers, as its
		ErrorReason int    `json:"error_reason"` // include/openssl/err.h and ssl.h have them
	} `json:"params"`
}

// phaseEnd is the phase of an event that ends something.
const phaseEnd = 2

// The types of events that tell.
const (
	requestAlive   = "REQUEST_ALIVE" // of a request for a URL, from its beginning to its end
	handshakeError = "SSL_HANDSHAKE_ERROR"
	readError      = "SSL_READ_ERROR"
	pathBuilt      = "CERT_VERIFY_PROC_PATH_BUILT"
)

// maxLine is the longest line of the log that is read, in bytes: events with whole chains, and the
// constants.
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
		io.Copy(io.Discard, r) // after a line that is too long: the browser must not wait for a reader
	}()
	return l
}

// line takes a line in. What is none of the two kinds is passed over.
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

// event takes an event in.
func (v *visitLog) event(name string, e logged) {
	if e.Params.URL == v.url {
		v.begun = true
	}
	if !v.begun || v.ended {
		return // of a visit before, and still on its way, or of one after
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
			add(&v.reasons, fmt.Sprintf("%s (error_lib %d, error_reason %d)", name, e.Params.ErrorLib, e.Params.ErrorReason))
		}
	}
}

// add adds a line unless it is there: a browser tries again, and fails again.
func add(lines *[]string, line string) {
	if !slices.Contains(*lines, line) {
		*lines = append(*lines, line)
	}
}

// begin takes note of what comes of a visit from now on.
func (l *netLog) begin(url string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.visitLog = &visitLog{url: url, whole: make(chan struct{})}
}

// tells waits until the request of the visit has ended in the log, and returns what the log says of
// why it failed with an error code, a line each; nothing if it does not say. What it says of
// certificates counts only where they are what it failed for: a browser that is told to let them pass
// looks at them all the same.
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
		return nil, fmt.Errorf("the browser's log of its network has ended before the request for %s has", v.url)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// libOwn is the number that the browser's own errors have among BoringSSL's libraries: they repeat
// in numbers what the error code says.
const libOwn = 35

// faults returns what the log says of a path from a certificate to an anchor, a line for each
// certificate that something is wrong with.
func faults(errors string) (lines []string) {
	for line := range strings.Lines(errors) {
		line = strings.TrimSpace(line)
		name, isName := strings.CutPrefix(line, "----- ")
		switch {
		case line == "":
		case isName:
			lines = append(lines, strings.TrimSuffix(name, " -----"))
		case len(lines) == 0: // of the path as a whole
			lines = append(lines, line)
		default:
			lines[len(lines)-1] += ": " + line
		}
	}
	return lines
}
