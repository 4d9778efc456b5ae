package serve

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// flights returns the first flights of real clients, by name: see the comment at
// the head of each file in testdata/hellos.
func flights(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/hellos/*.hex")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no hellos in testdata: %v", err)
	}
	all := make(map[string][]byte)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var digits strings.Builder
		for line := range strings.Lines(string(data)) {
			if !strings.HasPrefix(line, "#") {
				digits.WriteString(strings.TrimSpace(line))
			}
		}
		flight, err := hex.DecodeString(digits.String())
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".hex")] = flight
	}
	return all
}

func record(kind byte, body ...byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
}

// clientRecords returns what is learnt of a client's stream, fed in pieces of n
// bytes.
func clientRecords(stream []byte, n int) records {
	r := records{limit: maxClientHello}
	for piece := range slices.Chunk(stream, n) {
		r.feed(piece)
	}
	return r
}

// learnt is what records is asked for.
type learnt struct {
	Message []byte
	Alert   *Alert
	NotTLS  bool
	Bytes   int64
}

func (r *records) learnt() learnt { return learnt{r.message, r.alert, r.notTLS, r.bytes} }

func TestRecords(t *testing.T) {
	flight := flights(t)["openssl"]
	hello := flight[recordHeaderLen:]
	ccs := record(recordChangeCipherSpec, 1)
	unknownCA := record(recordAlert, 2, 48)
	secret := record(recordApplicationData, make([]byte, 300)...)
	encryptedAlert := record(recordAlert, make([]byte, 26)...) // TLS 1.2
	split := slices.Concat(record(recordHandshake, hello[:3]...), record(recordHandshake), record(recordHandshake, hello[3:]...))
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
		{"header of a hello", flight[:recordHeaderLen+4], nil, "", false},
		{"hello in three records", split, hello, "", false},
		{"second hello", slices.Concat(flight, ccs, record(recordHandshake, other...)), hello, "", false},
		{"two messages in a record", record(recordHandshake, append(slices.Clone(hello), other...)...), hello, "", false},
		{"plaintext alert", slices.Concat(flight, ccs, unknownCA), hello, "unknown_ca (48)", false},
		{"alert alone", unknownCA, nil, "unknown_ca (48)", false},
		{"first alert counts", slices.Concat(unknownCA, record(recordAlert, 2, 40)), nil, "unknown_ca (48)", false},
		{"warning", record(recordAlert, 1, 42), nil, "bad_certificate (42)", false},
		{"goodbye", slices.Concat(flight, record(recordAlert, 1, 0)), hello, "", false},
		{"canceled", slices.Concat(record(recordAlert, 1, 90), record(recordAlert, 1, 0)), nil, "", false},
		{"encrypted alert", slices.Concat(flight, encryptedAlert), hello, "", false},
		{"after application data", slices.Concat(flight, secret, unknownCA), hello, "", false},
		{"unassigned alert", record(recordAlert, 2, 200), nil, "unassigned (200)", false},
		{"http", []byte("GET / HTTP/1.1\r\n\r\n"), nil, "", true},
		{"one byte of http", []byte("G"), nil, "", true},
		{"mongodb", []byte{0x16, 0, 0, 0, 1, 0, 0, 0}, nil, "", true},
		{"ssl 2", []byte{0x80, 0x2e, 1, 0, 2}, nil, "", false},
		{"rubbish after hello", append(slices.Clone(flight), "rubbish"...), hello, "", false},
		{"another message first", record(recordHandshake, 11, 0, 0, 1, 0), nil, "", false},
		{"empty message", record(recordHandshake, typeClientHello, 0, 0, 0), []byte{typeClientHello, 0, 0, 0}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, n := range []int{1, 2, 3, 5, 7, 1 << 20} {
				r := clientRecords(test.stream, n)
				if got := r.clientHello(); !bytes.Equal(got, test.hello) {
					t.Errorf("in pieces of %d: hello = %x, want %x", n, got, test.hello)
				}
				alert := ""
				if r.alert != nil {
					alert = r.alert.String()
				}
				if alert != test.alert || r.notTLS != test.notTLS || r.bytes != int64(len(test.stream)) {
					t.Errorf("in pieces of %d: alert %q, notTLS %v, %d bytes", n, alert, r.notTLS, r.bytes)
				}
			}
		})
	}
}

// A client that announces a message of 16 MiB and sends it costs 64 KiB.
func TestRecordsBounded(t *testing.T) {
	r := records{limit: maxClientHello}
	r.feed(record(recordHandshake, typeClientHello, 0xff, 0xff, 0xff))
	chunk := record(recordHandshake, make([]byte, 1<<14)...)
	for range 1 << 10 {
		r.feed(chunk)
	}
	if len(r.message) != maxClientHello || cap(r.message) > 2*maxClientHello || r.clientHello() != nil {
		t.Errorf("kept %d of %d bytes", len(r.message), cap(r.message))
	}
}

func TestRecordsDoNotAllocate(t *testing.T) {
	stream := slices.Concat(record(recordChangeCipherSpec, 1), record(recordHandshake, make([]byte, 30)...), record(recordApplicationData, make([]byte, 1<<14)...))
	if n := testing.AllocsPerRun(100, func() {
		r := records{limit: serverHelloLen}
		r.feed(stream)
	}); n > 1 { // r itself, which message points into
		t.Errorf("%v allocations", n)
	}
}

// FuzzRecords checks that what is learnt of a stream does not depend on how it is
// cut.
func FuzzRecords(f *testing.F) {
	for _, flight := range flights(f) {
		f.Add(append(slices.Clone(flight), record(recordAlert, 2, 48)...), uint16(3))
	}
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), uint16(1))
	f.Add(slices.Concat(record(recordHandshake), record(recordAlert, 1, 90), record(recordAlert, 2, 40)), uint16(1))
	f.Fuzz(func(t *testing.T, stream []byte, n uint16) {
		whole := clientRecords(stream, max(1, len(stream)))
		cut := clientRecords(stream, int(n)+1)
		if !reflect.DeepEqual(whole.learnt(), cut.learnt()) {
			t.Errorf("whole: %+v\nin pieces of %d: %+v", whole.learnt(), n+1, cut.learnt())
		}
		server := records{limit: serverHelloLen}
		server.feed(stream)
		server.isHelloRetry()
	})
}
