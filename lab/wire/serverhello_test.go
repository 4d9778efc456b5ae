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

// TestServerHelloExtensions checks what is parsed and not written: HelloRetryRequest, the key share's group, ALPN.
func TestServerHelloExtensions(t *testing.T) {
	message := func(random []byte, extensions ...byte) []byte {
		body := append(append([]byte{3, 3}, random...), 0, 0x13, 1, 0, 0, byte(len(extensions)))
		body = append(body, extensions...)
		return append([]byte{byte(MessageServerHello), 0, 0, byte(len(body))}, body...)
	}
	versions := []byte{0, 43, 0, 2, 3, 4}
	for name, test := range map[string]struct {
		message []byte
		want    ServerHello
	}{
		"retry": {message(helloRetryRandom[:], append(versions, 0, 51, 0, 2, 0, 24)...),
			ServerHello{Version: tls.VersionTLS13, CipherSuite: 0x1301, HelloRetry: true, Group: 24}},
		"share": {message(make([]byte, RandomLen), append(versions, 0, 51, 0, 5, 0, 29, 0, 1, 7)...),
			ServerHello{Version: tls.VersionTLS13, CipherSuite: 0x1301, Group: 29}},
		"protocol": {message(make([]byte, RandomLen), 0, 16, 0, 5, 0, 3, 2, 'h', '2'),
			ServerHello{Version: tls.VersionTLS12, CipherSuite: 0x1301, Protocol: "h2"}},
	} {
		got, err := ParseServerHello(test.message)
		got.Random = nil
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v, want %+v: %v", name, got, test.want, err)
		}
	}
	for _, broken := range [][]byte{{0, 51, 0, 1, 0}, {0, 16, 0, 3, 0, 2, 9}, {0, 16, 0, 1, 0}} {
		if got, err := ParseServerHello(message(make([]byte, RandomLen), broken...)); err == nil {
			t.Errorf("%x was parsed as %+v", broken, got)
		}
	}
}
