package diagnose_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/pki"
)

// TestNames compares names as RFC 9525 does, and says what is wrong with those that seem to be right.
func TestNames(t *testing.T) {
	free := pki.Certificate{Permit: []string{"any"}, NotBefore: "-1h", NotAfter: "2000h"}
	for _, c := range []struct {
		host, common string
		san          []string // nil means none
		want         string   // a code; empty if the host is named
	}{
		{"a.test", "x", []string{"DNS:a.test"}, ""},
		{"a.test.", "x", []string{"DNS:a.test"}, ""},
		{"A.TEST", "x", []string{"DNS:a.test"}, ""},
		{"bücher.test", "x", []string{"DNS:xn--bcher-kva.test"}, ""},
		{"b.test", "x", []string{"DNS:a.test", "DNS:b.test"}, ""},
		{"a.b.test", "x", []string{"DNS:*.b.test"}, ""},
		{"a.c.b.test", "x", []string{"DNS:*.b.test"}, "wildcard-too-deep"},
		{"b.test", "x", []string{"DNS:*.b.test"}, "wildcard-bare"},
		{"foo.test", "x", []string{"DNS:f*.test"}, "wildcard-partial"},
		{"bar.test", "x", []string{"DNS:f*.test"}, "name-mismatch"},
		{"foo.test", "x", []string{"DNS:*"}, "wildcard-alone"},
		{"foo.bar.test", "x", []string{"DNS:foo.*.test"}, "name-mismatch"},
		{"a.test", "x", []string{"DNS:a.test\x00.b.test"}, "name-with-nul"},
		{"a.test", "x", []string{"DNS:a.test."}, "name-trailing-dot"},
		{"a.test", "x", []string{"DNS:b.test"}, "name-mismatch"},
		{"a.test", "a.test", []string{"DNS:b.test"}, "name-mismatch"},
		{"a.test", "a.test", nil, "common-name-only"},
		{"a.test", "b.test", nil, "name-mismatch"},
		{"127.0.0.1", "x", []string{"IP:127.0.0.1"}, ""},
		{"[::1]", "x", []string{"IP:::1"}, ""},
		{"::ffff:127.0.0.1", "x", []string{"IP:127.0.0.1"}, ""},
		{"127.0.0.1", "x", []string{"IP:127.0.0.2"}, "address-mismatch"},
		{"127.0.0.1", "x", []string{"DNS:127.0.0.1"}, "address-as-name"},
		{"127.0.0.1", "127.0.0.1", nil, "address-in-common-name"},
		{"127.0.0.1", "x", []string{"DNS:a.test"}, "address-not-named"},
	} {
		leaf := pki.Certificate{CommonName: c.common, SAN: c.san}
		if c.san == nil {
			leaf.Omit = []string{"subjectAltName"}
		}
		seen, roots := seenOf(mint(t, pki.Recipe{Root: free, Leaf: leaf}), c.host)
		want := []string{}
		if c.want != "" {
			want = append(want, c.want)
		}
		assert.Equal(t, want, found(diagnose.Tell(seen, roots, diagnose.Options{}), bad), "%s for %s", c.san, c.host)
	}
}
