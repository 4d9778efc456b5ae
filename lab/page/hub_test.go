package page

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// happen reports a complete connection to a hub.
func happen(h *hub, s *scenarios.Scenario, conn uint64, hello *wire.ClientHello) {
	h.watch(s, serve.Event{Conn: conn, Kind: serve.EventStart, At: time.Now()})
	h.watch(s, serve.Event{Conn: conn, Kind: serve.EventHello, Hello: hello})
	for i := range 6 {
		h.watch(s, serve.Event{Conn: conn, Kind: serve.EventRecord, Index: i,
			Record: wire.Record{Type: wire.RecordHandshake, Messages: []string{"Finished"}}})
	}
	h.watch(s, serve.Event{Conn: conn, Kind: serve.EventEnd,
		Observation: &serve.Observation{Hello: hello, End: serve.EndEOF, Error: strings.Repeat("x", 1000)}})
}

// hostileHello is a ClientHello as full as one can be.
func hostileHello() *wire.ClientHello {
	h := &wire.ClientHello{ServerName: strings.Repeat("s", 64<<10)}
	for i := range 30000 {
		h.CipherSuites = append(h.CipherSuites, fmt.Sprintf("%04x", i))
		h.Protocols = append(h.Protocols, strings.Repeat("p", 500))
	}
	return h
}

func TestHubRemembersABoundedNumber(t *testing.T) {
	h := newHub()
	for i := range uint64(3000) {
		s := &scenarios.Scenario{ID: fmt.Sprint("s", i%20)}
		happen(h, s, i, nil)
	}
	all := h.since("", 0, 10000)
	assert.Len(t, all.Connections, maxConnections)
	assert.Equal(t, uint64(3000), all.Total)
	assert.Equal(t, uint64(3000), all.Connections[0].Number, "the newest first")
	assert.Len(t, h.since("s1", 0, 10000).Connections, 25)

	h = newHub()
	one, other := &scenarios.Scenario{ID: "one"}, &scenarios.Scenario{ID: "other"}
	happen(h, other, 1, nil)
	for i := range uint64(1000) {
		happen(h, one, i, nil)
	}
	assert.Len(t, h.since("one", 0, 10000).Connections, maxOfScenario)
	assert.Len(t, h.since("other", 0, 10000).Connections, 1, "who floods one scenario does not drive others out")
	assert.Empty(t, h.open)
}

// TestHubForgetsOpenConnections has more of them open than are remembered: what happens on those that are
// forgotten is of no interest.
func TestHubForgetsOpenConnections(t *testing.T) {
	h := newHub()
	s := &scenarios.Scenario{ID: "s"}
	for i := range uint64(200) {
		h.watch(s, serve.Event{Conn: i, Kind: serve.EventStart})
	}
	assert.Len(t, h.open, maxOfScenario)
	for i := range uint64(200) {
		h.watch(s, serve.Event{Conn: i, Kind: serve.EventEnd, Observation: &serve.Observation{}})
	}
	assert.Empty(t, h.open)
	assert.Zero(t, h.since("s", 0, 10).Open)
}

func TestHubTellsWhatHasChanged(t *testing.T) {
	h := newHub()
	s := &scenarios.Scenario{ID: "s"}
	happen(h, s, 1, nil)
	h.watch(s, serve.Event{Conn: 2, Kind: serve.EventStart})
	b := h.since("s", 0, 10)
	assert.Len(t, b.Connections, 2)
	assert.Equal(t, 1, b.Open)
	assert.Empty(t, h.since("s", b.Version, 10).Connections)
	_, more := h.next(b.Version)
	h.watch(s, serve.Event{Conn: 2, Kind: serve.EventHello, Hello: &wire.ClientHello{}})
	told := false
	select {
	case <-more:
		told = true
	default:
	}
	assert.True(t, told, "listeners are notified")
	again := h.since("s", b.Version, 10)
	if assert.Len(t, again.Connections, 1) {
		assert.Equal(t, uint64(2), again.Connections[0].Number)
	}
	assert.Nil(t, b.Connections[0].Hello, "what was handed out does not change")
}

// TestHubMemory measures what a full history takes, of common clients and of those that send as much as
// they can.
func TestHubMemory(t *testing.T) {
	common := &wire.ClientHello{ServerName: "localhost", Versions: []string{"TLS 1.3", "TLS 1.2"},
		CipherSuites: make([]string, 30), Groups: make([]string, 10), SignatureSchemes: make([]string, 20),
		Protocols: []string{"h2", "http/1.1"}}
	for _, c := range []struct {
		name  string
		hello *wire.ClientHello
		most  uint64 // bytes
	}{{"common", common, 4 << 20}, {"hostile", hostileHello(), 32 << 20}} {
		before := heap()
		h := newHub()
		for i := range uint64(2 * maxConnections) {
			happen(h, &scenarios.Scenario{ID: fmt.Sprint("s", i%25)}, i, c.hello)
		}
		took := heap() - before
		t.Logf("%s: %d connections take %d KiB", c.name, len(h.list), took>>10)
		assert.Less(t, took, c.most, c.name)
		runtime.KeepAlive(h)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestHubIsSafe has writers and readers at work at once, for the race detector.
func TestHubIsSafe(t *testing.T) {
	h := newHub()
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range uint64(300) {
				happen(h, &scenarios.Scenario{ID: fmt.Sprint("s", w)}, i, &wire.ClientHello{Protocols: []string{"h2"}})
			}
		})
		all.Go(func() {
			for range 300 {
				b := h.since("", 0, 20)
				for _, c := range b.Connections {
					diagram(&c)
				}
				h.next(b.Version)
			}
		})
	}
	all.Wait()
}

// TestHubHoldsBoundedMemory has clients fill all that is remembered of a connection, on many scenarios.
func TestHubHoldsBoundedMemory(t *testing.T) {
	hello := hostileHello()
	h := newHub()
	before := heap()
	const clients = 2 * maxConnections
	for n := range uint64(clients) {
		s := &scenarios.Scenario{ID: fmt.Sprint("s", n%20)}
		h.watch(s, serve.Event{Conn: n, Kind: serve.EventStart, At: time.Now()})
		h.watch(s, serve.Event{Conn: n, Kind: serve.EventHello, Hello: hello})
		for i := range 64 {
			h.watch(s, serve.Event{Conn: n, Kind: serve.EventRecord, Index: i,
				Record: wire.Record{Type: wire.RecordHandshake, Messages: make([]string, 16)}})
		}
		assert.LessOrEqual(t, h.held, int64(maxHeld))
	}
	grown := int64(heap()) - int64(before)
	t.Logf("%d of %d are remembered; the heap has grown by %d bytes", len(h.list), clients, grown)
	assert.Less(t, grown, int64(maxHeld*5/4))
	assert.Greater(t, len(h.list), 100)
	assert.Less(t, len(h.list), maxConnections)
	assert.Equal(t, uint64(clients), h.since("", 0, 1).Total)
	var sum int64
	for _, c := range h.list {
		sum += c.takes()
	}
	assert.Equal(t, sum, h.held)
	assert.Len(t, h.open, len(h.list))
	runtime.KeepAlive(h)
	runtime.KeepAlive(hello)
}

// TestTroubleIsShown checks that the page shows failures of the lab itself, once and with control characters spelled
// out.
func TestTroubleIsShown(t *testing.T) {
	r := bringUp(t, "good")
	assert.NotContains(t, r.get("/live").body, "The lab itself had trouble")
	for range 3 {
		r.page.Trouble(fmt.Errorf("serving good: %w: accept: too many", serve.ErrOutOfFiles))
		r.page.Trouble(errors.New("serving <b>: \x1b"))
	}
	for path, says := range map[string]string{"/live": "The lab itself had trouble",
		"/scenario/good": "The lab itself had trouble", "/live/connections": "The lab itself had trouble"} {
		body := r.get(path).body
		assert.Contains(t, body, says, path)
		assert.Equal(t, 1, strings.Count(body, serve.ErrOutOfFiles.Error()), path)
		assert.Contains(t, body, `serving &lt;b&gt;: `, path)
		assert.NotContains(t, body, "\x1b", path)
	}
	assert.Contains(t, r.get("/live", "Accept-Language", "zh-CN").body, "实验室自身出了问题")
}
