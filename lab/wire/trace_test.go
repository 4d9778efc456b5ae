package wire

import (
	"slices"
	"testing"
	"time"
)

// FuzzTrace feeds bytes in pieces, and checks that what is reported is bounded.
func FuzzTrace(f *testing.F) {
	f.Add([]byte("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\x15\x03\x03\x00\x02\x02\x2a"), uint8(3))
	f.Add([]byte("\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x06\x01\x00\x00\x02ab"), uint8(1))
	f.Add([]byte("\x16\x03\x03\x00\x00\x16\x03\x03\x00\x00HTTP"), uint8(200))
	f.Fuzz(func(t *testing.T, data []byte, piece uint8) {
		records := map[int]Record{}
		trace := NewTrace(time.Now())
		told := func(ended bool) {
			for i, r := range trace.Changed(ended) {
				records[i] = r
			}
		}
		for p := range slices.Chunk(data, max(1, int(piece))) {
			trace.Feed(true, p)
			told(false)
		}
		told(true)
		if len(records) > MaxTraced {
			t.Errorf("%d records, want at most %d", len(records), MaxTraced)
		}
		for _, r := range records {
			if len(r.Messages) > maxMessages || len(r.Text) > 4*maxForeign || r.Missing < 0 || r.Missing > r.Length {
				t.Errorf("%+v", r)
			}
		}
	})
}
