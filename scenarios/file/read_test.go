package file_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
	"example.com/tlslab/scenarios/file"
)

// write writes files into a directory of the test's, and returns it.
func write(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func ids(list []*scenarios.Scenario) []string {
	var ids []string
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	return ids
}

// TestDirectory checks that a directory is a catalogue of its files, in the order of their names, and that files can
// have several scenarios in both forms.
func TestDirectory(t *testing.T) {
	dir := write(t, map[string]string{
		"b.yml": `scenarios:
  - id: two
    title: a list's first
    expect: {verdict: accept}
  - id: three
    title: a list's second
    control: two
    expect: {verdict: reject, failures: [untrusted]}
`,
		"a.yaml": "id: one\ntitle: a\ncontrol: good\nexpect: {verdict: reject, failures: [expired]}\n",
		"c.yaml": "id: four\ntitle: a\nexpect: {verdict: either, failures: [weak-key]}\n---\n" +
			"id: five\ntitle: b\nexpect: {verdict: accept}\n",
		"README":   "no scenario",
		"notes.md": "none",
	})
	c, err := file.Read(dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"two", "four-good", "five", "good", "one", "three", "four"}, ids(c.All()))
	assert.Equal(t, []string{"one", "two", "three", "four", "five"}, ids(c.Declared()))

	ports := map[int]bool{}
	for _, s := range c.All() {
		if !c.IsOwn(s.ID) {
			continue
		}
		assert.GreaterOrEqual(t, s.Port, 2500)
		assert.Less(t, s.Port, 3000)
		assert.False(t, ports[s.Port], s.ID)
		ports[s.Port] = true
	}
	assert.Len(t, ports, 6)
	for _, service := range scenarios.Services() {
		for _, s := range scenarios.Behind(service) {
			assert.False(t, ports[s.Port], s.ID)
			assert.False(t, s.Port >= 2500 && s.Port < 3000, "%s has a port of scenarios of the user's own", s.ID)
			assert.Less(t, s.Port, lab.Ports, s.ID)
		}
	}
	again, err := file.Read(dir)
	require.NoError(t, err)
	assert.Equal(t, c.All(), again.All())

	three, ok := c.Lookup("three")
	require.True(t, ok)
	two, _ := c.Lookup("two")
	assert.Same(t, two, scenarios.ControlOf(three))
	assert.Same(t, two, scenarios.ControlOf(two))
	four, _ := c.Lookup("four")
	assert.Equal(t, "four-good", scenarios.ControlOf(four).ID)
	assert.Equal(t, scenarios.Should, four.Expect.Level)
	assert.Equal(t, scenarios.Keys, four.Family)
	one, _ := c.Lookup("one")
	assert.Equal(t, "good", scenarios.ControlOf(one).ID)
	assert.Equal(t, scenarios.Validity, one.Family)
	assert.Equal(t, "localhost", one.Host)
	assert.Equal(t, scenarios.HTTPS, one.Service)
	_, ok = c.Lookup("expired")
	assert.True(t, ok, "the built-in catalogue can still be looked up")
	_, ok = scenarios.Lookup("one")
	assert.False(t, ok, "the built-in catalogue must not change")

	c, err = file.Read(filepath.Join(dir, "a.yaml"), filepath.Join(dir, "b.yml"))
	require.NoError(t, err)
	assert.Equal(t, []string{"two", "good", "one", "three"}, ids(c.All()))
}

// TestMadeControls checks that the control that is made for a scenario has its shape, and that correct clients accept
// it.
func TestMadeControls(t *testing.T) {
	c, err := file.Read(write(t, map[string]string{"a.yaml": `id: ours
title: everything at once
host: db.corp.lan
recipe:
  key: ecdsa-p384
  root: {not_after: -48h, permit: [any]}
  intermediates: [{not_after: -24h}, {key: ed25519}, {}]
  leaf: {key: rsa-2048, not_after: -24h, san: ["DNS:other"], crl: true}
  client: {not_after: -24h}
  crl: {revoke: [leaf]}
  send: [leaf]
server: {client_auth: require-and-verify, max_version: "1.2", fault: slow}
setup: {ca: empty}
expect: {verdict: reject, failures: [expired, untrusted]}
`}))
	require.NoError(t, err)
	ours, _ := c.Lookup("ours")
	good := scenarios.ControlOf(ours)
	assert.Equal(t, scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must}, good.Expect)
	assert.Equal(t, pki.Recipe{
		Key:           pki.ECDSAP384,
		Root:          pki.Certificate{Permit: []string{"any"}, NotBefore: "-1h", NotAfter: "47h"},
		Intermediates: []pki.Certificate{{}, {Key: pki.Ed25519}, {}},
		Leaf:          pki.Certificate{Key: pki.RSA2048, SAN: []string{"DNS:db.corp.lan"}, CRL: true},
		Client:        &pki.Certificate{}, CRL: &pki.CRL{},
	}, good.Recipe)
	assert.Equal(t, scenarios.Server{ClientAuth: ours.Server.ClientAuth}, good.Server)
	assert.Zero(t, good.Setup)
	assert.Equal(t, "db.corp.lan", good.Host)
}

// TestTwins checks that every scenario of the catalogue has a control that verifies if it is one of the user's own and
// names none.
func TestTwins(t *testing.T) {
	m, err := pki.New(pki.Config{Seed: "twins", At: midnight, Responder: "http://127.0.0.1:1", Refused: "http://127.0.0.1:2"})
	require.NoError(t, err)
	count := 0
	for _, s := range scenarios.Declared() {
		if s.Control == "" {
			continue
		}
		own := *s
		own.ID, own.Control = "own-"+s.ID, ""
		own.Recipe.Key = pki.ECDSAP256 // RSA is slow
		good := own.Good()
		good.Recipe.Root.Key, good.Recipe.Leaf.Key = "", ""
		chain, err := m.Mint(good.ID, good.Recipe)
		require.NoError(t, err, s.ID)
		assert.NoError(t, chain.Verify(good.Host, midnight), s.ID)
		count++
	}
	assert.Greater(t, count, 80)
}

// TestWords checks that words stand for numbers in any case, and absolute times.
func TestWords(t *testing.T) {
	list, err := file.Parse("a.yaml", []byte(`id: a
title: a
recipe: {leaf: {not_after: 2026-11-22, not_before: "2026-10-01T12:00:00Z"}}
server: {min_version: 1.2, max_version: "TLS 1.3", groups: [p-256, X25519], client_auth: Request}
patience: 2s
expect: {verdict: reject, failures: [expired]}
`))
	require.NoError(t, err)
	s := list[0]
	assert.EqualValues(t, 0x0303, s.Server.MinVersion)
	assert.EqualValues(t, 0x0304, s.Server.MaxVersion)
	assert.Len(t, s.Server.Groups, 2)
	assert.Equal(t, pki.Moment("2026-11-22"), s.Recipe.Leaf.NotAfter)
	assert.Equal(t, []failure.Class{failure.Expired}, s.Expect.Failures)
	assert.EqualValues(t, 2e9, s.Patience)
}
