package pki_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/pki"
)

// wild is a chain that another program makes.
type wild struct {
	name string
	tool string // the program that must be installed
	host string // what is asked for; empty means db.corp.example
	make func(t *testing.T, dir string) (sent, roots [][]byte)
}

// whose are words in the original chains that must not be in a copy.
var whose = []string{"corp", "alice", "bankofnowhere"}

var wildMinter = sync.OnceValue(func() *pki.Minter {
	m, err := pki.New(pki.Config{Seed: "wild", At: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		panic(err) // only if the seed above were empty
	}
	return m
})

// TestWildShapes has other programs make chains, copies them, and compares the copies with two judges: CompareSeen,
// and a walk over the DER that shares no code with it. They may differ only in what a note says.
func TestWildShapes(t *testing.T) {
	chains := slices.Concat(opensslShapes(), otherShapes())
	assert.GreaterOrEqual(t, len(chains), 40)
	for _, w := range chains {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			if w.tool != "" {
				_, err := exec.LookPath(w.tool)
				labtest.Require(t, w.tool, err == nil, "no "+w.tool+" on PATH")
			}
			sent, roots := w.make(t, t.TempDir())
			original := pki.Seen{Sent: sent, Roots: roots, At: wildMinter().Config().At, Host: "db.corp.example"}
			if w.host != "" {
				original.Host = w.host
			}
			checkWild(t, original)
		})
	}
}

func checkWild(t *testing.T, original pki.Seen) {
	copied, err := pki.RecipeOf(original, pki.RecipeOptions{})
	require.NoError(t, err)
	text, err := json.MarshalIndent(copied.Recipe, "", " ")
	require.NoError(t, err)
	chain, err := wildMinter().Mint("copy", copied.Recipe)
	require.NoError(t, err, "%s", text)
	_, err = chain.Files()
	require.NoError(t, err)
	again := seenOf(chain, copied.Host)
	noted := func(minted []pki.Minted, where string) map[string]bool {
		m, name := map[string]bool{}, "chain"
		var i int
		if n, _ := fmt.Sscanf(strings.TrimLeft(where, "abcdefghijklmnopqrstuvwxyz "), "%d", &i); n == 1 {
			require.LessOrEqual(t, i, len(minted))
			name = minted[i-1].Name
		}
		for _, n := range copied.Notes {
			m[n.What] = m[n.What] || n.Where == name || n.Where == "chain"
		}
		return m
	}
	notes := func(where string) map[string]bool {
		return noted(map[bool][]pki.Minted{true: chain.Sent, false: chain.Trusted}[strings.HasPrefix(where, "sent")], where)
	}
	for _, d := range pki.CompareSeen(again, original) {
		noted := notes(d.Where)
		if (noted["key"] || noted["signatureAlgorithm"]) && d.What == "signature" {
			continue // CompareSeen cannot check signatures by keys that the lab cannot make
		}
		anchor := noted["trusted"] && strings.HasPrefix(d.Where, "trusted ")
		assert.True(t, noted[d.What] || anchor, "%s: the copy has %q, the original %q, and no note says so", d, d.Got, d.Want)
	}
	for i := range again.Sent {
		n := notes(fmt.Sprint("sent ", i+1))
		assert.Equal(t, skeleton(t, original.Sent[i], n), skeleton(t, again.Sent[i], n), "certificate %d", i+1)
	}
	checkForgotten(t, chain, text)
	checkKept(t, original)
	if t.Failed() {
		t.Logf("recipe %s, notes %s", text, copied.Notes)
	}
	t.Logf("notes %s", copied.Notes)
}

// checkKept checks that a copy which may keep names and subjects has the same octets in them.
func checkKept(t *testing.T, original pki.Seen) {
	copied, err := pki.RecipeOf(original, pki.RecipeOptions{KeepNames: true, KeepSubjects: true})
	require.NoError(t, err)
	assert.Equal(t, original.Host, copied.Host)
	chain, err := wildMinter().Mint("kept", copied.Recipe)
	require.NoError(t, err)
	for i, m := range chain.Sent {
		wantSubject, wantNames := namesIn(t, original.Sent[i])
		subject, names := namesIn(t, m.DER)
		assert.Equal(t, wantSubject, subject, m.Name)
		assert.Equal(t, wantNames, names, m.Name)
	}
}

// namesIn returns the octets of a certificate's subject, and of its subject alternative names.
func namesIn(t *testing.T, der []byte) (subject, names []byte) {
	var cert struct{ TBS asn1.RawValue }
	_, err := asn1.Unmarshal(der, &cert)
	require.NoError(t, err)
	var sequences [][]byte
	for rest := cert.TBS.Bytes; len(rest) > 0; {
		var f asn1.RawValue
		rest, err = asn1.Unmarshal(rest, &f)
		require.NoError(t, err)
		if f.Tag == asn1.TagSequence && f.Class == asn1.ClassUniversal {
			sequences = append(sequences, f.FullBytes)
		}
	}
	if _, after, found := bytes.Cut(der, []byte{6, 3, 0x55, 0x1d, 17}); found { // the extension's number
		after = bytes.TrimPrefix(after, []byte{1, 1, 0xff}) // it is critical
		var value asn1.RawValue
		_, err = asn1.Unmarshal(after, &value)
		require.NoError(t, err)
		names = value.FullBytes
	}
	const place = 3 // after the algorithm, the issuer and the validity
	return sequences[place], names
}

// checkForgotten checks that neither the recipe nor what it mints tells whose the original was.
func checkForgotten(t *testing.T, c *pki.Chain, text []byte) {
	all := bytes.ToLower(text)
	for _, m := range slices.Concat(c.Sent, c.Trusted, c.Path) {
		all = append(all, bytes.ToLower(bytes.ReplaceAll(m.DER, []byte{0}, nil))...)
	}
	for _, word := range whose {
		assert.NotContains(t, string(all), word)
	}
}

// seenOf returns a minted chain as a client sees it.
func seenOf(c *pki.Chain, host string) pki.Seen {
	s := pki.Seen{At: wildMinter().Config().At, Host: host, Staple: c.Staple}
	for _, m := range c.Sent {
		s.Sent = append(s.Sent, m.DER)
	}
	for _, m := range c.Trusted {
		s.Roots = append(s.Roots, m.DER)
	}
	return s
}

// skeleton describes the structure of a certificate: tags, object identifiers, numbers and flags, but no text. What
// a note is about is left out.
func skeleton(t *testing.T, der []byte, noted map[string]bool) []string {
	var cert struct {
		TBS       asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	_, err := asn1.Unmarshal(der, &cert)
	require.NoError(t, err)
	var out []string
	add := func(what string, lines ...string) {
		if !noted[what] {
			out = append(out, what+" "+strings.Join(lines, " "))
		}
	}
	add("signatureAlgorithm", fmt.Sprintf("%x", cert.Algorithm.FullBytes))
	var fields []asn1.RawValue
	for rest := cert.TBS.Bytes; len(rest) > 0; {
		var f asn1.RawValue
		rest, err = asn1.Unmarshal(rest, &f)
		require.NoError(t, err)
		fields = append(fields, f)
	}
	if fields[0].Class == asn1.ClassContextSpecific {
		add("version", fmt.Sprintf("%x", fields[0].Bytes))
		fields = fields[1:]
	}
	serial := fields[0].Bytes
	add("serialNumber", fmt.Sprint(len(serial), serial[0] == 0, serial[0]&0x80 != 0))
	add("signatureAlgorithm", fmt.Sprintf("%x", fields[1].FullBytes))
	add("issuer", walk(fields[2].FullBytes)...)
	add("validity", walk(fields[3].FullBytes)...)
	add("subject", walk(fields[4].FullBytes)...)
	var key struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	_, err = asn1.Unmarshal(fields[5].FullBytes, &key)
	require.NoError(t, err)
	add("key", fmt.Sprintf("%x %d", key.Algorithm.FullBytes, len(key.Key.Bytes)))
	for _, f := range fields[6:] {
		var raw []asn1.RawValue
		_, err := asn1.Unmarshal(f.Bytes, &raw)
		require.NoError(t, err)
		for _, e := range raw {
			out = append(out, extensionSkeleton(t, e, noted)...)
		}
	}
	return out
}

// wildNames are the extensions that notes call by name.
var wildNames = map[string]string{"2.5.29.35": "authorityKeyIdentifier", "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
	"2.5.29.31": "cRLDistributionPoints", "2.5.29.17": "subjectAltName", "2.5.29.30": "nameConstraints",
	"2.5.29.32": "certificatePolicies"}

func extensionSkeleton(t *testing.T, e asn1.RawValue, noted map[string]bool) []string {
	var id asn1.ObjectIdentifier
	rest, err := asn1.Unmarshal(e.Bytes, &id)
	require.NoError(t, err)
	name := id.String()
	if known := wildNames[name]; known != "" {
		name = known
	}
	var next asn1.RawValue
	after, err := asn1.Unmarshal(rest, &next)
	require.NoError(t, err)
	critical := next.Tag == asn1.TagBoolean
	if critical {
		_, err = asn1.Unmarshal(after, &next)
		require.NoError(t, err)
	}
	line := fmt.Sprintf("%s critical %t", name, critical)
	if noted[name] {
		return []string{line}
	}
	return append([]string{line}, walk(next.Bytes)...)
}

// walk lists the elements of DER.
func walk(der []byte) []string {
	var out []string
	for rest := der; len(rest) > 0; {
		var v asn1.RawValue
		after, err := asn1.Unmarshal(rest, &v)
		if err != nil {
			return []string{fmt.Sprintf("%d octets", len(der))}
		}
		rest = after
		line := fmt.Sprintf("%d.%d", v.Class, v.Tag)
		switch {
		case v.IsCompound:
			out = append(out, line+"(")
			out = append(out, walk(v.Bytes)...)
			line = ")"
		case v.Class != asn1.ClassUniversal && v.Tag == 7:
			line += fmt.Sprintf(" %d octets", len(v.Bytes))
		case v.Class != asn1.ClassUniversal:
		case v.Tag == asn1.TagOID || v.Tag == asn1.TagBoolean || v.Tag == asn1.TagBitString:
			line += " " + hex.EncodeToString(v.Bytes)
		case v.Tag == asn1.TagInteger || v.Tag == asn1.TagOctetString:
			line += fmt.Sprintf(" %d octets", len(v.Bytes))
		}
		out = append(out, line)
	}
	return out
}

// run runs a program in a directory.
func run(t *testing.T, dir, program string, args ...string) []byte {
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s %s: %s", program, strings.Join(args, " "), stderr.String())
	return out
}

// pemFile returns the certificates in a PEM file.
func pemFile(t *testing.T, dir, name string) [][]byte {
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	var list [][]byte
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			require.NotEmpty(t, list, name)
			return list
		}
		list = append(list, block.Bytes)
	}
}

func writeFile(t *testing.T, dir, name, text string) {
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}
