package mimic_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/mimic"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
)

// served is a scenario that a lab serves, with what a client trusts.
type served struct {
	seen  *ask.Seen
	roots [][]byte
}

// look serves a scenario and asks its server.
func look(t *testing.T, l *lab.Lab, s *scenarios.Scenario) served {
	t.Helper()
	in, err := l.Serve(t.Context(), s)
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	chain, err := l.Chain(s)
	require.NoError(t, err)
	target := ask.Target{Host: s.Host, Port: in.Endpoint.Port, Connect: in.Endpoint.Connect, STARTTLS: "none",
		Timeout: 2 * time.Second}
	if c, ok := chain.ClientCertificate(); ok {
		target.Certificate = &c
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	defer cancel()
	seen, err := ask.Server(ctx, target)
	require.NoError(t, err)
	var roots [][]byte
	for _, c := range chain.Trusted {
		roots = append(roots, c.DER)
	}
	return served{seen, roots}
}

func newLab(t *testing.T) *lab.Lab {
	l, err := lab.New(lab.Config{Seed: "mimic", ClientFiles: true, Timeout: time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

// again writes a copy to a file and reads it, so that what is served is what the file says.
func again(t *testing.T, c *mimic.Copy) []*scenarios.Scenario {
	t.Helper()
	data, err := mimic.Marshal(c)
	require.NoError(t, err)
	list, err := file.Parse("copy.yaml", data)
	require.NoError(t, err, "%s", data)
	return list
}

// differ lists the scenarios whose copy differs, because the difference cannot be seen from outside.
var differ = map[string]string{
	"impostor-intermediate": "a signature by another key cannot be told from a damaged one",
	"expires-while-serving": "the copy does not wait: it has expired",
}

// TestServers closes the loop over sockets: a server is asked, copied, written to a file, read, served and asked again.
// The same is wrong with the copy, its chain cannot be told from the original's, and nothing is wrong with its control.
func TestServers(t *testing.T) {
	l := newLab(t)
	for _, s := range scenarios.All() {
		if differ[s.ID] != "" {
			continue
		}
		if s.Waits() || s.Setup != (scenarios.Setup{}) {
			continue
		}
		id := s.ID
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			original := look(t, l, s)
			c, err := mimic.Server(original.seen, original.roots, mimic.Options{ID: "copy-" + id})
			require.NoError(t, err)
			list := again(t, c)
			copy := look(t, l, list[0])

			assert.Equal(t, codes(original), codes(copy), "notes: %v", c.Notes)
			assert.Empty(t, differences(original, copy), "notes: %v", c.Notes)
			if c.Good != c.Scenario {
				r := diagnose.Tell(look(t, l, list[1]).seen, rootsOf(t, l, list[1]), diagnose.Options{})
				assert.False(t, r.Wrong(), "the control: %v", r.Failures())
			}
		})
	}
}

func rootsOf(t *testing.T, l *lab.Lab, s *scenarios.Scenario) diagnose.Roots {
	chain, err := l.Chain(s)
	require.NoError(t, err)
	var roots diagnose.Roots
	for _, c := range chain.Trusted {
		roots.Certificates = append(roots.Certificates, c.DER)
	}
	return roots
}

// codes lists what is wrong with a server.
func codes(s served) []string {
	list := []string{}
	for _, f := range diagnose.Tell(s.seen, diagnose.Roots{Certificates: s.roots}, diagnose.Options{}).Failures() {
		list = append(list, f.Code)
	}
	slices.Sort(list)
	return list
}

// differences compares the chains that were sent, from outside.
func differences(original, copy served) []pki.Difference {
	of := func(s served) pki.Seen {
		for _, a := range s.seen.Attempts {
			if len(a.Certificates) > 0 {
				return pki.Seen{Sent: a.Certificates, Roots: s.roots, Staple: a.Staple,
					At:   s.seen.At.UTC().Truncate(24 * time.Hour),
					Host: s.seen.Target.Host, KeyProven: a.KeyProven}
			}
		}
		return pki.Seen{}
	}
	if a, b := of(original), of(copy); a.Sent != nil {
		return pki.CompareSeen(b, a)
	}
	return nil
}

// TestNeutral checks that nothing that identifies the original is in a file: no name, serial number, key or address.
func TestNeutral(t *testing.T) {
	sent, roots, at := chainOf(t, pki.Recipe{
		Root: pki.Certificate{Permit: []string{"any"}, NotBefore: "-1h", NotAfter: "47h", CommonName: "Corp Secret Root",
			Organization: "Corp Secret AG"},
		Intermediates: []pki.Certificate{{CommonName: "Corp Secret Issuing CA 7", Organization: "Corp Secret AG"}},
		Leaf: pki.Certificate{
			CommonName: "db7.corp-secret.example", Organization: "Corp Secret AG", NotBefore: "-2000h", NotAfter: "-72h",
			SAN:  []string{"DNS:db7.corp-secret.example", "DNS:*.corp-secret.example", "IP:10.77.3.9", "email:ops@corp-secret.example"},
			OCSP: true, CRL: true,
		},
	})
	c, err := mimic.Chain(sent, roots, "db7.corp-secret.example", at, mimic.Options{})
	require.NoError(t, err)
	data, err := mimic.Marshal(c)
	require.NoError(t, err)
	suite, err := mimic.Suite(c)
	require.NoError(t, err)
	for _, content := range suite {
		data = append(data, content...)
	}
	var identifying []string
	for _, der := range slices.Concat(sent, roots) {
		parsed, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		identifying = append(identifying, parsed.SerialNumber.String(), fmt.Sprintf("%x", parsed.SerialNumber),
			fmt.Sprintf("%x", parsed.SubjectKeyId), base64.StdEncoding.EncodeToString(parsed.SubjectKeyId))
	}
	for _, word := range append(identifying, "corp-secret", "Corp Secret", "10.77.3.9", "db7", "Issuing CA 7") {
		assert.NotContains(t, strings.ToLower(string(data)), strings.ToLower(word))
	}

	kept, err := mimic.Chain(sent, roots, "db7.corp-secret.example", at,
		mimic.Options{Keep: pki.RecipeOptions{KeepNames: true, KeepSubjects: true}})
	require.NoError(t, err)
	data, err = mimic.Marshal(kept)
	require.NoError(t, err)
	assert.Contains(t, string(data), "db7.corp-secret.example")
	assert.Contains(t, string(data), "Corp Secret AG")
	_, err = file.Parse("kept.yaml", data)
	assert.NoError(t, err)
}
