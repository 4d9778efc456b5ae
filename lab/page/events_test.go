package page

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stream is a stream of events that is being read.
type stream struct {
	*http.Response
	lines *bufio.Scanner
	end   context.CancelFunc
}

// stream opens a stream, and closes it with the test.
func (r *running) stream(header http.Header) *stream {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.page.URL()+"events", nil)
	require.NoError(r, err)
	if header != nil {
		req.Header = header
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	require.NoError(r, err)
	r.Cleanup(func() { cancel(); response.Body.Close() })
	return &stream{response, bufio.NewScanner(response.Body), cancel}
}

// next returns the next notice, and its ID.
func (s *stream) next(t *testing.T) (string, notice) {
	t.Helper()
	id := ""
	for s.lines.Scan() {
		if line, ok := strings.CutPrefix(s.lines.Text(), "id: "); ok {
			id = line
		}
		if data, ok := strings.CutPrefix(s.lines.Text(), "data: "); ok {
			var n notice
			require.NoError(t, json.Unmarshal([]byte(data), &n))
			return id, n
		}
	}
	require.Fail(t, "the stream has ended", "%v", s.lines.Err())
	return "", notice{}
}

// connect connects to a scenario and leaves at once.
func (r *running) connect(id string) {
	r.Helper()
	c, err := net.Dial("tcp", r.endpoint(id).Connect)
	require.NoError(r, err)
	require.NoError(r, c.Close())
}

func TestEventsTellOfNewsAndResume(t *testing.T) {
	r := bringUp(t, "good", "expired")
	s := r.stream(nil)
	assert.Equal(t, "text/event-stream", s.Header.Get("Content-Type"))
	_, first := s.next(t) // how things stand
	assert.Equal(t, []string{"expired", "good"}, first.Scenarios)
	r.connect("expired")
	id, n := s.next(t)
	assert.Equal(t, []string{"expired"}, n.Scenarios)
	assert.Greater(t, n.Version, first.Version)
	s.end()

	r.waitFor("expired", ended(1))
	r.connect("good")
	r.waitFor("good", ended(1))
	_, n = r.stream(http.Header{"Last-Event-Id": {id}}).next(t)
	assert.Contains(t, n.Scenarios, "good", "what it has missed")
	_, n = r.stream(http.Header{"Last-Event-Id": {strings.Replace(id, id[:3], "xyz", 1)}}).next(t)
	assert.Equal(t, []string{"expired", "good"}, n.Scenarios, "the ID of another lab means nothing")
	for _, garbage := range []string{"-", "x", r.page.epoch + "-99999999999999999999999"} {
		_, n = r.stream(http.Header{"Last-Event-Id": {garbage}}).next(t)
		assert.Equal(t, []string{"expired", "good"}, n.Scenarios)
	}
}

func TestEventsAreForThePageAlone(t *testing.T) {
	r := bringUp(t, "good")
	assert.Equal(t, http.StatusForbidden, r.get("/events", "Sec-Fetch-Site", "cross-site").StatusCode)
}

// TestManyListeners has fifty streams open while a client floods the lab, one of which is never read:
// each hears of the last connection, the lab is not kept waiting, and all ends at once.
func TestManyListeners(t *testing.T) {
	r := bringUp(t, "good", "expired")
	lazy := r.stream(nil)
	defer lazy.end()
	var streams []*stream
	for range 50 {
		streams = append(streams, r.stream(nil))
	}
	const clients, each = 8, 130
	began := time.Now()
	var flood sync.WaitGroup
	for range clients {
		flood.Go(func() {
			for range each {
				c, err := net.Dial("tcp", r.endpoint("good").Connect)
				if assert.NoError(t, err) {
					c.Close()
				}
			}
		})
	}
	flood.Wait()
	r.waitFor("good", func([]connection) bool {
		b := r.page.hub.since("", 0, 1)
		return b.Total == clients*each && b.Open == 0
	})
	t.Logf("%d connections in %s", clients*each, time.Since(began))
	last := r.page.hub.since("", 0, 0).Version
	var heard sync.WaitGroup
	for _, s := range streams {
		heard.Go(func() {
			for _, n := s.next(t); n.Version < last; _, n = s.next(t) {
			}
		})
	}
	heard.Wait()

	began = time.Now()
	require.NoError(t, r.page.Close())
	assert.Less(t, time.Since(began), closeTime, "open streams do not delay the end")
	for _, s := range streams {
		_, err := io.Copy(io.Discard, s.Body)
		assert.NoError(t, err, "ended in good order")
	}
}

func TestStreamsAreBounded(t *testing.T) {
	h := newHub()
	for range maxStreams {
		require.True(t, h.subscribe())
	}
	assert.False(t, h.subscribe())
	h.unsubscribe()
	assert.True(t, h.subscribe())
}
