package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Limits of the event streams.
const (
	maxStreams = 256
	// pace is the minimum time between two notices to one listener. Changes in between are combined.
	pace = 200 * time.Millisecond
	// heartbeat is the maximum silence on a stream, so that each end notices when the other has gone.
	heartbeat = 15 * time.Second
	// writeTime is how long a listener may take to read one notice.
	writeTime = 10 * time.Second
)

// events is a stream of notices (HTML Living Standard, section 9.2, server-sent events). A notice says which scenarios
// have changed, and its ID is where to resume. The page then requests the changes themselves, so a slow listener misses
// nothing and delays nobody.
func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" { // it cannot read the stream, but would take up a slot
		plainly(w, http.StatusForbidden, "only this page itself may read the stream\n")
		return
	}
	if !p.hub.subscribe() {
		w.Header().Set("Retry-After", "5")
		plainly(w, http.StatusServiceUnavailable, "too many pages are open: close some\n")
		return
	}
	defer p.hub.unsubscribe()
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	send := func(text string) bool {
		out.SetWriteDeadline(time.Now().Add(writeTime))
		if _, err := w.Write([]byte(text)); err != nil {
			return false
		}
		return out.Flush() == nil
	}
	version := p.resume(r)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	if !send("retry: 1000\n\n") {
		return
	}
	for first := true; ; first = false {
		n, more := p.hub.next(version)
		if n.Version > version || first {
			data, err := json.Marshal(n)
			if err != nil || !send(fmt.Sprintf("id: %s-%d\nevent: news\ndata: %s\n\n", p.epoch, n.Version, data)) {
				return
			}
			version = n.Version
			beat.Reset(heartbeat)
			if !p.pause(r, pace) {
				return
			}
		}
		select {
		case <-more:
		case <-beat.C:
			if !send(": still here\n\n") {
				return
			}
		case <-r.Context().Done():
			return
		case <-p.closing:
			return
		}
	}
}

// pause waits, and reports whether the stream is still open.
func (p *Page) pause(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d) // a rate limit, not a wait for an event
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	case <-p.closing:
		return false
	}
}

// resume returns the version that a listener has seen. Browsers send the ID of the last event when they reconnect; IDs
// of another run of the lab are ignored.
func (p *Page) resume(r *http.Request) uint64 {
	epoch, number, ok := strings.Cut(r.Header.Get("Last-Event-ID"), "-")
	version, err := strconv.ParseUint(number, 10, 64)
	if !ok || epoch != p.epoch || err != nil {
		return 0
	}
	return version
}
