package diagnose_test

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/pki"
)

// mint mints a chain at the fixed time.
func mint(t *testing.T, r pki.Recipe) *pki.Chain {
	t.Helper()
	m, err := pki.New(pki.Config{Seed: "tell", At: fixed})
	require.NoError(t, err)
	chain, err := m.Mint("tell", r)
	require.NoError(t, err)
	return chain
}

// seenOf is what an ordinary server with a chain is seen to do an hour after the fixed time.
func seenOf(chain *pki.Chain, host string) (*ask.Seen, diagnose.Roots) {
	sent := chain.TLSCertificate()
	seen := &ask.Seen{
		Target: ask.Target{Host: host, Port: 443}, At: fixed.Add(time.Hour), Speaks: "tls",
		Addresses: []ask.Address{{Address: "127.0.0.1:443", End: ask.EndOpen}},
		Attempts: []ask.Attempt{{
			Name: "ordinary", Version: tls.VersionTLS13, Certificates: sent.Certificate, Staple: sent.OCSPStaple,
			Complete: true, End: ask.EndOpen,
		}},
		Manners: ask.Manners{Versions: []uint16{tls.VersionTLS12, tls.VersionTLS13}},
	}
	roots := diagnose.Roots{Name: "root.pem"}
	for _, m := range chain.Trusted {
		roots.Certificates = append(roots.Certificates, m.DER)
	}
	return seen, roots
}

// found lists the codes of findings with one of the severities.
func found(r *diagnose.Report, severities ...diagnose.Severity) []string {
	list := []string{}
	for _, f := range r.Findings {
		for _, s := range severities {
			if f.Severity == s {
				list = append(list, f.Code)
			}
		}
	}
	return list
}

const (
	bad  = diagnose.Failure
	warn = diagnose.Warning
	note = diagnose.Note
)

// TestSent checks what is said of the list of certificates.
func TestSent(t *testing.T) {
	other := pki.Certificate{Name: "other", SAN: []string{"DNS:other.tlslab.test"}, CommonName: "other"}
	three := make([]pki.Certificate, 3)
	for name, c := range map[string]struct {
		recipe pki.Recipe
		want   []string
	}{
		"good":      {pki.Recipe{}, []string{}},
		"root sent": {pki.Recipe{Send: []string{"leaf", "intermediate", "root"}}, []string{"root-sent"}},
		"twice":     {pki.Recipe{Send: []string{"leaf", "intermediate", "leaf"}}, []string{"certificate-twice"}},
		"unrelated": {pki.Recipe{Others: []pki.Certificate{other}, Send: []string{"leaf", "intermediate", "other"}},
			[]string{"unrelated-certificate"}},
		"order": {pki.Recipe{Intermediates: three, Send: []string{"leaf", "intermediate-2", "intermediate-1",
			"intermediate-3"}}, []string{"chain-order", "long-chain"}},
		"the leaf is not first": {pki.Recipe{Send: []string{"intermediate", "leaf"}},
			[]string{"leaf-not-first", "no-digital-signature", "leaf-is-ca", "unrelated-certificate"}},
		"one of three is missing": {pki.Recipe{Intermediates: three, Send: []string{"leaf", "intermediate-1",
			"intermediate-3"}}, []string{"missing-intermediate", "unrelated-certificate"}},
		"junk": {pki.Recipe{Leaf: pki.Certificate{Issuer: "leaf"}}, []string{"self-signed"}},
	} {
		seen, roots := seenOf(mint(t, c.recipe), "localhost")
		assert.ElementsMatch(t, c.want, found(diagnose.Tell(seen, roots, diagnose.Options{}), bad, warn, note), name)
	}
}

// TestReasons checks that each path is given the reason why it does not hold, and that an incomplete chain is said to
// be that.
func TestReasons(t *testing.T) {
	chain := mint(t, pki.Recipe{
		Others: []pki.Certificate{
			{Name: "old-root", Profile: pki.ProfileRoot, CommonName: "the old root", NotAfter: "-24h"},
			{Name: "cross", Profile: pki.ProfileIntermediate, Of: "root", Issuer: "old-root"},
		},
		Send: []string{"leaf", "intermediate", "cross"}, Trust: []string{"old-root"},
	})
	seen, roots := seenOf(chain, "localhost")
	r := diagnose.Tell(seen, roots, diagnose.Options{})
	require.Len(t, r.Chain.Paths, 1)
	assert.Equal(t, []string{"localhost", "tlslab intermediate CA", "tlslab root CA (for tests, do not trust)",
		"the old root"}, r.Chain.Paths[0].Certificates)
	assert.Equal(t, []string{`The root "the old root" expired on 2026-05-31 00:00:00Z, 1 day ago.`},
		r.Chain.Paths[0].Why)
	assert.Equal(t, []string{"expired"}, found(r, bad))
	assert.Equal(t, "root.notAfter", r.Findings[0].Where)
	assert.Equal(t, []string{"expired-root"}, r.Findings[0].Rows)

	seen, roots = seenOf(mint(t, pki.Recipe{Send: []string{"leaf"}}), "localhost")
	r = diagnose.Tell(seen, roots, diagnose.Options{})
	assert.Equal(t, []string{"missing-intermediate"}, found(r, bad))
	assert.Equal(t, "tlslab intermediate CA", r.Chain.Paths[0].Missing)
	assert.NotContains(t, r.Chain.Paths[0].Why[0], "trusted")
}

// TestFetchedIssuer checks that a fetched intermediate completes the path, and that it is still missing.
func TestFetchedIssuer(t *testing.T) {
	chain := mint(t, pki.Recipe{Send: []string{"leaf"}})
	seen, roots := seenOf(chain, "localhost")
	o := diagnose.Options{Fetched: []diagnose.Fetched{{
		Pointer: diagnose.Pointer{Kind: diagnose.PointsToIssuer, Certificate: chain.Path[0].DER},
		Status:  200, Body: chain.Path[1].DER,
	}}}
	r := diagnose.Tell(seen, roots, o)
	assert.Equal(t, []string{"missing-intermediate"}, found(r, bad))
	assert.Len(t, r.Chain.Paths[0].Certificates, 3)
	assert.Contains(t, r.Findings[0].What, "It was fetched now")
}

// TestOtherRoots checks that the given roots decide, and that a trusted leaf is a path of its own.
func TestOtherRoots(t *testing.T) {
	chain := mint(t, pki.Recipe{})
	seen, _ := seenOf(chain, "localhost")
	for name, c := range map[string]struct {
		roots [][]byte
		want  []string
	}{
		"none":             {nil, []string{"root-unknown"}},
		"the leaf":         {[][]byte{chain.Path[0].DER}, []string{}},
		"the intermediate": {[][]byte{chain.Path[1].DER}, []string{}},
		"the root":         {[][]byte{chain.Path[2].DER}, []string{}},
		"junk":             {[][]byte{{1, 2, 3}}, []string{"root-unknown"}},
	} {
		r := diagnose.Tell(seen, diagnose.Roots{Certificates: c.roots}, diagnose.Options{})
		assert.Equal(t, c.want, found(r, bad), name)
	}
}

// TestDates checks the dates at several times.
func TestDates(t *testing.T) {
	seen, roots := seenOf(mint(t, pki.Recipe{}), "localhost")
	for days, want := range map[int][]string{
		0: {}, 45: {}, 50: {"expires-soon", "expires-soon", "expires-soon"},
		61: {"expired", "expires-soon", "expires-soon"}, 100: {"expired", "expired", "expired"},
		-31: {"not-yet-valid"},
	} {
		r := diagnose.Tell(seen, roots, diagnose.Options{At: fixed.AddDate(0, 0, days)})
		assert.Equal(t, want, found(r, bad, warn), "after %d days", days)
		assert.Equal(t, days > 60 || days < 0, r.Wrong())
	}
}

// TestHandshakes checks how handshakes that fail are explained, by how they end.
func TestHandshakes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ask.Seen)
		want   []string
	}{
		"one of two addresses": {func(s *ask.Seen) {
			s.Addresses = append(s.Addresses, ask.Address{Address: "[::1]:443", End: ask.EndRefused})
		}, []string{"some-addresses-fail"}},
		"no address": {func(s *ask.Seen) {
			s.Addresses[0].End, s.Attempts, s.Manners = ask.EndUnreachable, nil, ask.Manners{}
		}, []string{"unreachable"}},
		"plaintext": {func(s *ask.Seen) {
			s.Speaks, s.Greeting, s.Attempts, s.Manners = "smtp", []byte("220 mx ESMTP\r\n"), nil, ask.Manners{}
		}, []string{"speaks-plaintext"}},
		"no STARTTLS": {func(s *ask.Seen) {
			s.Speaks, s.Greeting = "smtp", []byte("220 mx ESMTP\r\n")
			s.Attempts[0], s.Manners = ask.Attempt{End: "no-starttls"}, ask.Manners{}
		}, []string{"starttls-refused"}},
		"a proxy that refuses": {func(s *ask.Seen) {
			s.Speaks, s.Manners = "", ask.Manners{}
			s.Attempts[0] = ask.Attempt{End: "proxy", Error: "403 Forbidden"}
		}, []string{"proxy-fails"}},
		"another protocol": {func(s *ask.Seen) {
			s.Speaks, s.Attempts, s.Manners = "vnc", nil, ask.Manners{}
		}, []string{"speaks-plaintext"}},
		"old versions too": {func(s *ask.Seen) { s.Manners.Versions = []uint16{tls.VersionTLS10, tls.VersionTLS12} },
			[]string{"old-versions-too"}},
		"an alert": {func(s *ask.Seen) {
			s.Attempts[0] = ask.Attempt{Alert: wire.NewAlert(wire.AlertDecodeError), End: ask.EndAlert}
		}, []string{"alert"}},
		"nothing in common": {func(s *ask.Seen) {
			s.Attempts[0] = ask.Attempt{Alert: wire.NewAlert(wire.AlertHandshakeFailure), End: ask.EndAlert}
		}, []string{"no-shared-suite"}},
		"a name that it does not know": {func(s *ask.Seen) {
			s.Attempts[0] = ask.Attempt{Alert: wire.NewAlert(wire.AlertUnrecognizedName), End: ask.EndAlert}
		}, []string{"name-refused"}},
		"an expired leaf, and a reset": {func(s *ask.Seen) {
			s.At, s.Attempts[0].Complete, s.Attempts[0].End = fixed.AddDate(1, 0, 0), false, ask.EndReset
		}, []string{"reset-after-certificate", "expired", "expired", "expired"}},
		"an ordinary hello is too much": {func(s *ask.Seen) {
			s.Attempts = []ask.Attempt{{Name: "ordinary", End: ask.EndReset}, s.Attempts[0]}
			s.Attempts[1].Name, s.Attempts[1].Version = "tls1.2", tls.VersionTLS12
		}, []string{"intolerant-hello"}},
		"a group that only TLS 1.2 was tried without": {func(s *ask.Seen) {
			s.Manners.Versions = []uint16{tls.VersionTLS13}
			s.Manners.Groups = []tls.CurveID{tls.X25519MLKEM768}
			s.Attempts = append(s.Attempts, ask.Attempt{Name: "tls1.2", Hello: &wire.ClientHello{
				Versions: []string{"TLS 1.2"}, Groups: []string{"x25519"},
			}, Alert: wire.NewAlert(wire.AlertProtocolVersion), End: ask.EndAlert})
		}, []string{}},
		"broken TLS": {func(s *ask.Seen) {
			s.Attempts[0] = ask.Attempt{End: ask.EndInvalid, Error: "tls: unexpected message"}
		}, []string{"invalid-tls"}},
		"no certificate": {func(s *ask.Seen) { s.Attempts[0].Certificates = [][]byte{} }, []string{"no-certificate"}},
	} {
		seen, roots := seenOf(mint(t, pki.Recipe{}), "localhost")
		c.change(seen)
		assert.Equal(t, c.want, found(diagnose.Tell(seen, roots, diagnose.Options{}), bad, warn), name)
	}
}

// TestSpeed checks that a server is slow only if all its handshakes are, and not because it does not answer the request.
func TestSpeed(t *testing.T) {
	seen, roots := seenOf(mint(t, pki.Recipe{}), "localhost")
	quick := seen.Attempts[0]
	slow := quick
	slow.Duration, quick.Duration = time.Second, 10*time.Millisecond
	late := slow
	late.End = ask.EndTimeout
	for name, c := range map[string]struct {
		attempts []ask.Attempt
		want     bool
	}{
		"slow": {[]ask.Attempt{slow, slow}, true}, "one is quick": {[]ask.Attempt{slow, quick}, false},
		"no answer": {[]ask.Attempt{late}, false},
	} {
		seen.Attempts = c.attempts
		notes := found(diagnose.Tell(seen, roots, diagnose.Options{}), note)
		assert.Equal(t, c.want, slices.Contains(notes, "slow"), name)
	}
}

// TestNothingSeen checks that a report can be made of nothing.
func TestNothingSeen(t *testing.T) {
	r := diagnose.Tell(&ask.Seen{}, diagnose.Roots{}, diagnose.Options{})
	var out strings.Builder
	require.NoError(t, diagnose.Letter{}.Write(&out, r))
	assert.NotEmpty(t, out.String())
	assert.Empty(t, diagnose.Pointers(&ask.Seen{}, diagnose.Roots{}))
}
