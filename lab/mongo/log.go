package mongo

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"example.com/tlslab/lab/internal/mongolog"
)

// IDs of mongod's log lines, which exist since 4.4.
const (
	idReady           = 23016 // "Waiting for connections"
	idConnectionEnded = 22944
	idCannotRead      = 23248 // "Cannot read certificate file"
	idNoCertificate   = 23255 // "No SSL certificate provided by peer; connection rejected"
	idBadCertificate  = 23256 // "SSL peer certificate validation failed"
)

// readyMessage is what mongod logs when it is ready. Before 4.4, the line was plain text and began with a
// small letter.
const readyMessage = "aiting for connections"

// tlsLines are the IDs of lines about TLS. Errors are always included.
var tlsLines = []int{
	20574,        // error during global initialization
	22988,        // error receiving request from client: why a handshake failed
	23234, 23235, // a missing or invalid client certificate was accepted
	23236, 23237, // the client has the server's own certificate; an address among the names
	23238,                      // the name does not match
	23248, 23252, 23253, 23254, // files that cannot be read or used
	23255, 23256, 23257, // the client's certificate is missing or invalid
	23285,            // TLS 1.0 is disabled
	28652,            // the certificate has expired (4.4; newer versions use 20574)
	551190,           // the certificate has no subject alternative name
	5512202,          // nothing could be stapled
	4652601, 4652602, // the CRL
	6723801, 6723804, // a connection over TLS
}

// maxLines limits the number of lines kept of a log.
const maxLines = 10000

// serverLog collects what a container writes, line by line.
type serverLog struct {
	stream client.HijackedResponse
	done   chan struct{} // closed when the container has ended, or its output is no longer read

	mu      sync.Mutex
	lines   []mongolog.Line
	since   int // where the lines begin that come after the start
	ready   bool
	quitted bool
	changed chan struct{} // closed and replaced with every new line
}

// newServerLog reads a stream to its end. The stream is closed by quit.
func newServerLog(stream client.HijackedResponse) *serverLog {
	l := &serverLog{stream: stream, done: make(chan struct{}), changed: make(chan struct{})}
	r, w := io.Pipe()
	go func() {
		_, err := stdcopy.StdCopy(w, w, stream.Reader)
		w.CloseWithError(err)
	}()
	go func() {
		defer close(l.done)
		defer stream.Close()
		lines := bufio.NewReader(r)
		for {
			text, err := lines.ReadString('\n')
			if text = strings.TrimRight(text, "\r\n"); text != "" {
				l.add(mongolog.Parse(text))
			}
			if err != nil {
				r.CloseWithError(err)
				return
			}
		}
	}()
	return l
}

func (l *serverLog) add(n mongolog.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) < maxLines {
		l.lines = append(l.lines, n)
	}
	if !l.ready && (n.ID == idReady || n.ID == 0 && strings.Contains(n.Text, readyMessage)) {
		l.ready, l.since = true, len(l.lines)
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// until waits until a condition on the log is true, the container has ended, or ctx ends.
func (l *serverLog) until(ctx context.Context, holds func() bool) error {
	for {
		l.mu.Lock()
		ok, changed := holds(), l.changed
		l.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-l.done:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// await waits until mongod is ready or has ended, and reports whether it is ready.
func (l *serverLog) await(ctx context.Context) (bool, error) {
	err := l.until(ctx, func() bool { return l.ready })
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ready, err
}

// restart makes tls and fault ignore the lines so far; later ones are about clients.
func (l *serverLog) restart() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.since = len(l.lines)
}

// tls returns the lines about TLS, after the given number of connections has ended.
func (l *serverLog) tls(ctx context.Context, ended int) []string {
	l.until(ctx, func() bool {
		n := 0
		for _, line := range l.lines[l.since:] {
			if line.ID == idConnectionEnded || line.ID == 0 && strings.Contains(line.Text, "end connection") {
				n++
			}
		}
		return n >= ended
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []string
	for _, line := range l.lines[l.since:] {
		if isRelevant(line) {
			list = append(list, line.Text)
		}
	}
	return list
}

// isRelevant reports whether a line has to do with TLS, or is an error.
func isRelevant(n mongolog.Line) bool {
	if n.ID == 0 { // plain text
		return strings.Contains(n.Text, "SSL") || strings.Contains(n.Text, "TLS") || strings.Contains(n.Text, "rror")
	}
	return n.IsError() || slices.Contains(tlsLines, n.ID)
}

// fault returns the reason why mongod refused a client that did nothing wrong: an error that is not about
// what the client sent, or one about a CRL, because mongod was given a bad one or too few.
func (l *serverLog) fault() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.lines[l.since:] {
		aboutClient := n.ID == idNoCertificate || n.ID == idBadCertificate && !strings.Contains(string(n.Attr), "CRL")
		if n.IsError() && !aboutClient {
			return fmt.Errorf("mongod's log says that it refused the client for a reason of its own: %s", n.Text)
		}
	}
	return nil
}

// portTaken reports whether mongod did not start because its port was taken.
func (l *serverLog) portTaken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	// The ID is not enough: 20568, "Error setting up listener", is logged for other reasons, too.
	return l.says("Address already in use")
}

// says reports whether a line contains the words. The log is locked.
func (l *serverLog) says(words string) bool {
	return slices.ContainsFunc(l.lines, func(n mongolog.Line) bool { return strings.Contains(n.Text, words) })
}

// hint says what to do about a mongod that did not start.
func (l *serverLog) hint() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case slices.ContainsFunc(l.lines, func(n mongolog.Line) bool { return n.ID == idCannotRead }):
		return "it cannot read its certificate, which only one user can read: find out which user runs mongod " +
			"in the image, and pass that user's ID with --mongo-owner (ContainerOptions.Owner)"
	case l.says("nrecogni"): // unrecognised, unrecognized
		return "the image's mongod does not know an option that the lab uses: " +
			"name another image with --mongo-image or " + ImageVariable
	}
	return "its last lines say why"
}

// tail returns the last meaningful lines, each on its own line.
func (l *serverLog) tail() string {
	const most = 5
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []string
	for _, line := range l.lines {
		if isRelevant(line) || line.ID == 0 {
			list = append(list, line.Text)
		}
	}
	if len(list) == 0 {
		for _, line := range l.lines {
			list = append(list, line.Text)
		}
	}
	if len(list) == 0 {
		return " nothing"
	}
	return "\n\t" + strings.Join(list[max(0, len(list)-most):], "\n\t")
}

// ended reports whether the container ended by itself.
func (l *serverLog) ended() bool {
	select {
	case <-l.done:
	default:
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.quitted
}

// quit stops reading from the container.
func (l *serverLog) quit() {
	l.mu.Lock()
	l.quitted = true
	l.mu.Unlock()
	l.stream.Close()
}

// wait returns when all goroutines of the log have ended.
func (l *serverLog) wait() { <-l.done }
