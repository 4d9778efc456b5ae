package wire

import (
	"bytes"
	"crypto/tls"
	"reflect"
	"slices"
	"testing"

	"example.com/tlslab/lab/internal/hellos"
)

func record(kind RecordType, body ...byte) []byte {
	return AppendRecord(nil, kind, tls.VersionTLS12, body)
}

// alert returns a record with an alert in plaintext.
func alert(level byte, code AlertCode) []byte { return record(RecordAlert, level, byte(code)) }

// clientStream returns a client's stream that was fed in pieces of n bytes.
func clientStream(stream []byte, n int) *Stream {
	s := &Stream{Keep: MaxClientHello}
	for piece := range slices.Chunk(stream, n) {
		s.Feed(piece)
	}
	return s
}

// result is what a stream keeps.
type result struct {
	Message []byte
	Alert   *Alert
	NotTLS  bool
	Bytes   int64
}

func (s *Stream) result() result { return result{s.Message, s.Alert, s.NotTLS, s.Bytes} }

func TestStream(t *testing.T) {
	flight := hellos.Recorded()["openssl"]
	hello := flight[RecordHeaderLen:]
	ccs := record(RecordChangeCipherSpec, 1)
	unknownCA := alert(LevelFatal, AlertUnknownCA)
	failure := alert(LevelFatal, AlertHandshakeFailure)
	canceled, goodbye := alert(LevelWarning, AlertUserCanceled), alert(LevelWarning, AlertCloseNotify)
	secret := record(RecordApplicationData, make([]byte, 300)...)
	encryptedAlert := record(RecordAlert, make([]byte, 26)...) // TLS 1.2
	empty := record(RecordHandshake)
	split := slices.Concat(record(RecordHandshake, hello[:3]...), empty, record(RecordHandshake, hello[3:]...))
	other := slices.Clone(hello)
	other[10] ^= 0xff

	tests := []struct {
		name   string
		stream []byte
		hello  []byte
		alert  string
		notTLS bool
	}{
		{"nothing", nil, nil, "", false},
		{"hello", flight, hello, "", false},
		{"half a hello", flight[:len(flight)-1], nil, "", false},
		{"header of a hello", flight[:RecordHeaderLen+4], nil, "", false},
		{"hello in three records", split, hello, "", false},
		{"second hello", slices.Concat(flight, ccs, record(RecordHandshake, other...)), hello, "", false},
		{"two messages in a record", record(RecordHandshake, slices.Concat(hello, other)...), hello, "", false},
		{"plaintext alert", slices.Concat(flight, ccs, unknownCA), hello, "unknown_ca (48)", false},
		{"alert alone", unknownCA, nil, "unknown_ca (48)", false},
		{"first alert counts", slices.Concat(unknownCA, failure), nil, "unknown_ca (48)", false},
		{"warning", alert(LevelWarning, AlertBadCertificate), nil, "bad_certificate (42)", false},
		{"goodbye", slices.Concat(flight, goodbye), hello, "", false},
		{"canceled", slices.Concat(canceled, goodbye), nil, "", false},
		{"encrypted alert", slices.Concat(flight, encryptedAlert), hello, "", false},
		{"after application data", slices.Concat(flight, secret, unknownCA), hello, "", false},
		{"unassigned alert", alert(LevelFatal, 200), nil, "unassigned (200)", false},
		{"http", []byte("GET / HTTP/1.1\r\n\r\n"), nil, "", true},
		{"one byte of http", []byte("G"), nil, "", true},
		{"mongodb", []byte{0x16, 0, 0, 0, 1, 0, 0, 0}, nil, "", true},
		{"ssl 2", []byte{0x80, 0x2e, 1, 0, 2}, nil, "", false},
		{"rubbish after hello", append(slices.Clone(flight), "rubbish"...), hello, "", false},
		{"another message first", record(RecordHandshake, byte(MessageCertificate), 0, 0, 1, 0), nil, "", false},
		{"empty message", record(RecordHandshake, clientHello(nil)...), clientHello(nil), "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			checkStream(t, test.stream, test.hello, test.alert, test.notTLS)
		})
	}
}

// checkStream feeds a stream in pieces of several sizes, and checks what it keeps.
func checkStream(t *testing.T, stream, hello []byte, alert string, notTLS bool) {
	t.Helper()
	for _, n := range []int{1, 2, 3, 5, 7, 1 << 20} {
		r := clientStream(stream, n)
		if got := r.ClientHello(); !bytes.Equal(got, hello) {
			t.Errorf("in pieces of %d: hello = %x, want %x", n, got, hello)
		}
		got := ""
		if r.Alert != nil {
			got = r.Alert.String()
		}
		if got != alert || r.NotTLS != notTLS || r.Bytes != int64(len(stream)) {
			t.Errorf("in pieces of %d: alert %q, NotTLS %v, %d bytes; want %q, %v, %d",
				n, got, r.NotTLS, r.Bytes, alert, notTLS, len(stream))
		}
	}
}

// TestStreamBounded checks that a client that announces and sends a message of 16 MiB costs only 64 KiB.
func TestStreamBounded(t *testing.T) {
	r := Stream{Keep: MaxClientHello}
	r.Feed(record(RecordHandshake, byte(MessageClientHello), 0xff, 0xff, 0xff))
	chunk := record(RecordHandshake, make([]byte, 1<<14)...)
	for range 1 << 10 {
		r.Feed(chunk)
	}
	if len(r.Message) != MaxClientHello || cap(r.Message) > 2*MaxClientHello || r.ClientHello() != nil {
		t.Errorf("kept %d of %d bytes", len(r.Message), cap(r.Message))
	}
}

func TestStreamDoesNotAllocate(t *testing.T) {
	stream := slices.Concat(record(RecordChangeCipherSpec, 1), record(RecordHandshake, make([]byte, 30)...),
		record(RecordApplicationData, make([]byte, 1<<14)...))
	if n := testing.AllocsPerRun(100, func() {
		r := Stream{Keep: ServerHelloRandom}
		r.Feed(stream)
	}); n > 1 { // r itself, into which Message points
		t.Errorf("%v allocations, want at most 1", n)
	}
}

// FuzzStream checks that what a stream keeps does not depend on how it is cut.
func FuzzStream(f *testing.F) {
	for _, flight := range hellos.Recorded() {
		f.Add(append(slices.Clone(flight), alert(LevelFatal, AlertUnknownCA)...), uint16(3))
	}
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), uint16(1))
	f.Add(slices.Concat(record(RecordHandshake), alert(LevelWarning, AlertUserCanceled),
		alert(LevelFatal, AlertHandshakeFailure)), uint16(1))
	f.Fuzz(func(t *testing.T, stream []byte, n uint16) {
		whole := clientStream(stream, max(1, len(stream)))
		cut := clientStream(stream, int(n)+1)
		if !reflect.DeepEqual(whole.result(), cut.result()) {
			t.Errorf("whole: %+v\nin pieces of %d: %+v", whole.result(), n+1, cut.result())
		}
		server := Stream{Keep: ServerHelloRandom}
		server.Feed(stream)
		server.IsHelloRetry()
	})
}
