package serve

import (
	"testing"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/lab/wire"
)

// FuzzAwait sends anything instead of the ClientHello for which many faults wait.
func FuzzAwait(f *testing.F) {
	for _, hello := range hellos.Recorded() {
		f.Add(hello, false)
		f.Add(hello[:len(hello)-1], true)
	}
	f.Add(record(wire.RecordHandshake), true)
	f.Add([]byte{0x80, 0x2e, 1, 0, 2}, true)
	f.Fuzz(func(t *testing.T, says []byte, again bool) {
		client := &hellos.Client{Sends: says, Again: again}
		tapped := newTap(client)
		err := tapped.await()
		if client.Sent > 2*maxAhead {
			t.Errorf("read %d bytes", client.Sent)
		}
		// crypto/tls can still read what await has read.
		ahead := len(tapped.ahead)
		if int64(ahead) != client.Sent {
			t.Errorf("read %d bytes and kept %d: %v", client.Sent, ahead, err)
		}
		tapped.hello()
	})
}
