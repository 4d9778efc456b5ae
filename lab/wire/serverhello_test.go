package wire

import (
	"bytes"
	"crypto/tls"
	"reflect"
	"testing"
)

// TestServerHello checks that a marshalled ServerHello is parsed to the same values, and that a truncated one is an
// error.
func TestServerHello(t *testing.T) {
	for _, h := range []ServerHello{
		{Version: tls.VersionTLS12, CipherSuite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, SecureRenegotiation: true},
		{Version: tls.VersionTLS10, CipherSuite: tls.TLS_RSA_WITH_AES_128_CBC_SHA},
	} {
		h.Random = bytes.Repeat([]byte{7}, RandomLen)
		message := h.Marshal()
		if got, err := ParseServerHello(message); err != nil || !reflect.DeepEqual(got, h) {
			t.Errorf("got %+v, want %+v: %v", got, h, err)
		}
		for n := range message {
			if n == len(message)-7 && h.SecureRenegotiation { // a valid ServerHello without extensions
				continue
			}
			if got, err := ParseServerHello(message[:n]); err == nil {
				t.Errorf("%d of %d bytes were parsed as %+v", n, len(message), got)
			}
		}
	}
}

func FuzzServerHello(f *testing.F) {
	kind := byte(MessageServerHello)
	f.Add(append([]byte{kind, 0, 0, 38, 3, 3}, make([]byte, 36)...))
	f.Add(append([]byte{kind, 0, 0, 46, 3, 3}, append(make([]byte, 32), 0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4)...))
	f.Fuzz(func(t *testing.T, message []byte) {
		if h, err := ParseServerHello(message); err != nil && !reflect.DeepEqual(h, ServerHello{}) {
			t.Errorf("got %+v with error %v", h, err)
		}
	})
}
