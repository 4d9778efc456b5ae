package page

import (
	"io/fs"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// unexplained lists the alerts for which the page has no words: one of DTLS, and two that no implementation sends.
var unexplained = []wire.AlertCode{
	wire.AlertTooManyCIDsRequested, wire.AlertCertificateUnobtainable, wire.AlertBadCertificateHashValue,
}

// TestEveryWordIsThere checks that every word that templates and code ask for exists.
func TestEveryWordIsThere(t *testing.T) {
	w := lang.English.Words("page")
	var names []string
	asked := regexp.MustCompile(`\bt "([^"]+)"`)
	require.NoError(t, fs.WalkDir(templateFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(templateFiles, path)
		for _, m := range asked.FindAllStringSubmatch(string(data), -1) {
			names = append(names, m[1])
		}
		return err
	}))
	require.Greater(t, len(names), 50)
	for _, s := range verdict.ServerViews() {
		names = append(names, "seen."+string(s), "seen."+string(s)+".because")
	}
	for _, f := range scenarios.Families() {
		names = append(names, "family."+string(f))
	}
	for _, s := range scenarios.Services() {
		names = append(names, "service."+string(s))
	}
	for _, end := range endings {
		names = append(names, "step."+end.Word)
	}
	for _, word := range []string{wordData, wordEncrypted, wordForeign, wordFragment, wordConnect, wordWaiting,
		wordFinishedData} {
		names = append(names, "step."+word)
	}
	for _, i := range failure.All() {
		if i.Group == "certificate" {
			names = append(names, "accepted."+string(i.Class))
		}
	}
	for _, s := range scenarios.All() {
		for _, file := range downloads(s) {
			names = append(names, "file."+file)
		}
	}
	names = append(names, lackAddress, lackCRL, lackPassphrase, lackWholeCRL, "chain.signed", "chain.absent",
		"chain.no-signature",
		"problem.not-found", "problem.no-scenario", "problem.no-file", "problem.minting", "problem.language",
		"problem.no-connection")
	for _, name := range names {
		assert.Contains(t, w, name)
	}
	for code := range 256 { // whatever has a name has words
		if a := wire.AlertCode(code); a.Assigned() && !slices.Contains(unexplained, a) {
			assert.NotEqual(t, w.Say("alert.other"), w.First("alert."+a.String(), "alert.other"), a)
		}
	}
}
