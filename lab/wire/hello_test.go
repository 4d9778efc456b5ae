package wire

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"example.com/tlslab/lab/internal/hellos"
)

// recordedTests are what the recorded ClientHellos offer.
var recordedTests = []struct {
	file      string
	versions  string
	suites    []string // some of them
	groups    string
	shares    string
	schemes   []string // some of them
	protocols string
	status    bool
}{
	{"go", "TLS 1.3 TLS 1.2", []string{"TLS_AES_128_GCM_SHA256"},
		"X25519MLKEM768 SecP256r1MLKEM768 SecP384r1MLKEM1024 x25519 secp256r1 secp384r1 secp521r1",
		"X25519MLKEM768 x25519",
		[]string{"rsa_pss_rsae_sha256", "ecdsa_secp256r1_sha256", "ed25519"}, "h2 http/1.1", true},
	{"openssl", "TLS 1.3 TLS 1.2 TLS 1.1 TLS 1.0",
		[]string{
			"TLS_AES_256_GCM_SHA384", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
		},
		"x25519 secp256r1 x448 secp521r1 secp384r1 ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192", "x25519",
		[]string{"ecdsa_secp256r1_sha256", "ed448", "rsa_pss_pss_sha256", "ecdsa_sha224"}, "", false},
	{"openssl-tls12", "TLS 1.2", []string{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
		"x25519 secp256r1 x448 secp521r1 secp384r1", "", []string{"ed25519"}, "", true},
	{"python", "TLS 1.3 TLS 1.2", []string{"TLS_AES_256_GCM_SHA384"},
		"x25519 secp256r1 x448 secp521r1 secp384r1 ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192", "x25519",
		[]string{"ecdsa_secp256r1_sha256"}, "", false},
	{"curl", "TLS 1.3 TLS 1.2 TLS 1.1 TLS 1.0", []string{"TLS_AES_256_GCM_SHA384"},
		"x25519 secp256r1 x448 secp521r1 secp384r1 ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192", "x25519",
		[]string{"ecdsa_secp256r1_sha256"}, "h2 http/1.1", false},
	{"node", "TLS 1.3 TLS 1.2", []string{"TLS_AES_256_GCM_SHA384"},
		"x25519 secp256r1 x448 secp521r1 secp384r1 ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192", "x25519",
		[]string{"ecdsa_secp256r1_sha256"}, "", false},
}

func TestParseClientHello(t *testing.T) {
	all := hellos.Recorded()
	for _, test := range recordedTests {
		t.Run(test.file, func(t *testing.T) {
			s := clientStream(all[test.file], 1<<20)
			h, err := ParseClientHello(s.ClientHello())
			if err != nil {
				t.Fatal(err)
			}
			if h.ServerName != "localhost" || !h.SecureRenegotiation || h.StatusRequest != test.status ||
				h.Size != len(all[test.file])-RecordHeaderLen {
				t.Errorf("server name %q, status request %v, size %d", h.ServerName, h.StatusRequest, h.Size)
			}
			for _, list := range []struct {
				name, want string
				got        []string
			}{
				{"versions", test.versions, h.Versions},
				{"groups", test.groups, h.Groups},
				{"key shares", test.shares, h.KeyShares},
				{"protocols", test.protocols, h.Protocols},
			} {
				if got := strings.Join(list.got, " "); got != list.want {
					t.Errorf("%s = %s, want %s", list.name, got, list.want)
				}
			}
			for _, s := range test.suites {
				if !slices.Contains(h.CipherSuites, s) {
					t.Errorf("no suite %s in %v", s, h.CipherSuites)
				}
			}
			for _, s := range test.schemes {
				if !slices.Contains(h.SignatureSchemes, s) {
					t.Errorf("no scheme %s in %v", s, h.SignatureSchemes)
				}
			}
			// This package has a name for everything that these clients offer.
			for _, name := range slices.Concat(h.CipherSuites, h.Groups, h.SignatureSchemes) {
				if strings.HasPrefix(name, "0x") {
					t.Errorf("no name for %s", name)
				}
			}
		})
	}
}

// TestHugeHello checks that only a part of long names and lists is kept, and that it says how much is missing.
func TestHugeHello(t *testing.T) {
	named, listed := clientStream(hellos.Huge(true), 1<<20), clientStream(hellos.Huge(false), 1<<20)
	h, err := ParseClientHello(named.ClientHello())
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("n", maxNameBytes) + "... (65000 bytes)"; h.ServerName != want {
		t.Errorf("the name is %q, want %q", h.ServerName, want)
	}
	if h, err = ParseClientHello(listed.ClientHello()); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		list []string
		most int
		last string
	}{
		"suites":    {h.CipherSuites, maxListed, "5744 more"},
		"groups":    {h.Groups, maxListed, "5743 more"},
		"schemes":   {h.SignatureSchemes, maxListed, "5743 more"},
		"protocols": {h.Protocols, maxProtocols, "78 more"},
	} {
		if len(test.list) != test.most+1 || test.list[test.most] != test.last || cap(test.list) > 3*test.most {
			t.Errorf("%s: %d kept, the last is %q; want %d, %q",
				name, len(test.list), test.list[len(test.list)-1], test.most+1, test.last)
		}
	}
	if size := h.Bytes(); size > 32<<10 {
		t.Errorf("the longest hello takes %d bytes", size)
	}
}

func TestGREASE(t *testing.T) {
	for i := range 1 << 16 {
		v := uint16(i)
		want := v>>8 == v&0xff && v&0xf == 0xa // RFC 8701, section 2: 0x0A0A, 0x1A1A, ... 0xFAFA
		if isGREASE(v) != want {
			t.Errorf("isGREASE(%#04x) = %v", v, !want)
		}
	}
	// A hello like Chromium's, with GREASE in every list.
	list := func(values ...uint16) []byte {
		var b []byte
		for _, v := range values {
			b = append(b, byte(v>>8), byte(v))
		}
		return b
	}
	prefixed := func(b []byte) []byte { return append(list(uint16(len(b))), b...) }
	extension := func(kind uint16, body []byte) []byte { return append(list(kind), prefixed(body)...) }
	extensions := slices.Concat(
		extension(0x1a1a, nil),
		extension(extSupportedGroups, prefixed(list(0x2a2a, 29))),
		extension(extKeyShare, prefixed(append(extension(0x2a2a, []byte{0}), extension(29, make([]byte, 32))...))),
		extension(extSupportedVersions, append([]byte{4}, list(0x3a3a, 0x0304)...)),
		extension(extALPN, prefixed([]byte("\x02\x4a\x4a\x02h2"))),
		extension(extSignatureAlgorithms, prefixed(list(0x5a5a, 0x0804))),
	)
	body := slices.Concat([]byte{3, 3}, make([]byte, RandomLen), []byte{0}, prefixed(list(0x0a0a, 0x1301)),
		[]byte{1, 0}, prefixed(extensions))
	h, err := ParseClientHello(clientHello(body))
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Concat(h.CipherSuites, h.Groups, h.KeyShares, h.Versions, h.Protocols, h.SignatureSchemes)
	want := []string{"TLS_AES_128_GCM_SHA256", "x25519", "x25519", "TLS 1.3", "h2", "rsa_pss_rsae_sha256"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPrintable(t *testing.T) {
	if got, want := printable([]byte("a\x1b[31m\xff\"")), `a\x1b[31m\xff\"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// replay is a connection to a client that has sent everything, and waits.
type replay struct {
	net.Conn
	r bytes.Reader
}

func (c *replay) Read(p []byte) (int, error)       { return c.r.Read(p) }
func (c *replay) Write(p []byte) (int, error)      { return len(p), nil }
func (c *replay) SetWriteDeadline(time.Time) error { return nil }

// cryptoTLS returns how crypto/tls parses a ClientHello, or nil if crypto/tls refuses it.
func cryptoTLS(hello []byte) *tls.ClientHelloInfo {
	var info *tls.ClientHelloInfo
	conn := &replay{}
	var stream []byte
	for fragment := range slices.Chunk(hello, 1<<14) {
		stream = append(stream, record(RecordHandshake, fragment...)...)
	}
	conn.r.Reset(stream)
	tls.Server(conn, &tls.Config{GetConfigForClient: func(i *tls.ClientHelloInfo) (*tls.Config, error) {
		info = i
		return nil, errors.New("enough")
	}}).Handshake()
	return info
}

// clientHello returns a ClientHello with a body.
func clientHello(body []byte) []byte {
	return Message(MessageClientHello, func(b *cryptobyte.Builder) { b.AddBytes(body) })
}

// FuzzClientHello checks that every ClientHello that crypto/tls accepts is parsed, with the same result.
func FuzzClientHello(f *testing.F) {
	for _, flight := range hellos.Recorded() {
		f.Add(flight[RecordHeaderLen+MessageHeaderLen:])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		ParseClientHello(body) // any bytes as the header
		if len(body) > MaxClientHello-MessageHeaderLen {
			return
		}
		hello := clientHello(body)
		h, err := ParseClientHello(hello)
		info := cryptoTLS(hello)
		if info == nil {
			return
		}
		if err != nil {
			t.Fatalf("crypto/tls accepts it: %v", err)
		}
		var versions []uint16
		if slices.Contains(info.Extensions, extSupportedVersions) {
			versions = info.SupportedVersions
		} else {
			h.Versions = nil // crypto/tls infers a list
		}
		var protocols []string
		for _, p := range info.SupportedProtos {
			if len(p) != 2 || !isGREASE(uint16(p[0])<<8|uint16(p[1])) {
				protocols = append(protocols, name([]byte(p), maxProtocolBytes))
			}
		}
		if h.ServerName != name([]byte(info.ServerName), maxNameBytes) ||
			!slices.Equal(h.Versions, names(versions, VersionName)) ||
			!slices.Equal(h.CipherSuites, names(info.CipherSuites, CipherSuiteName)) ||
			!slices.Equal(h.Groups, names(info.SupportedCurves, GroupName[tls.CurveID])) ||
			!slices.Equal(h.SignatureSchemes, names(info.SignatureSchemes, SignatureSchemeName[tls.SignatureScheme])) ||
			!slices.Equal(h.Protocols, kept(protocols, maxProtocols)) {
			t.Errorf("got %+v\ncrypto/tls: %+v", h, info)
		}
	})
}

// names returns the names of values, without GREASE.
func names[T ~uint16](values []T, name func(T) string) []string {
	var all []string
	for _, v := range values {
		if !isGREASE(uint16(v)) {
			all = append(all, name(v))
		}
	}
	return kept(all, maxListed)
}

// kept returns what is kept of a list.
func kept(all []string, most int) []string {
	if more := len(all) - most; more > 0 {
		return append(slices.Clone(all[:most]), strconv.Itoa(more)+" more")
	}
	return all
}
