package diagnose_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/internal/jsonform"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

var update = flag.Bool("update", false, "write the letters in testdata, and the schema, anew")

// fixed is when the lab of these tests mints: its letters are always the same.
var fixed = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// fixedLab returns a lab whose chains are always the same.
func fixedLab(t *testing.T) *lab.Lab {
	t.Helper()
	l, err := lab.New(lab.Config{Seed: "letters", At: fixed, AnyTime: true, ClientFiles: true})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

// reportOf diagnoses a scenario at a fixed time.
func reportOf(t *testing.T, l *lab.Lab, s *scenarios.Scenario, language lang.Tag) *diagnose.Report {
	t.Helper()
	seen, roots, options := standIn{l}.ask(t, s)
	seen.At = fixed.Add(time.Hour)
	options.Fetched, options.Language = nil, language
	return diagnose.Tell(seen, roots, options)
}

// letters are the scenarios of the letters in testdata.
func letters() []*scenarios.Scenario {
	var list []*scenarios.Scenario
	for _, id := range []string{"good", "expired", "missing-intermediate", "missing-authority-key-id", "plain-http"} {
		s, _ := scenarios.Lookup(id)
		list = append(list, s)
	}
	three := *list[1]
	three.ID = "three-at-once"
	three.Recipe = pki.Recipe{
		Leaf: pki.Certificate{NotAfter: "-72h", CommonName: "other.tlslab.test", SAN: []string{"DNS:other.tlslab.test"}},
		Send: []string{"leaf"},
	}
	return append(list, &three)
}

// fewPredicted returns the predictions about four stacks, so that the letters do not change with each new stack of the
// record.
func fewPredicted(list []diagnose.Prediction) []diagnose.Prediction {
	few := []string{"curl", "go", "node", "python"}
	return slices.DeleteFunc(list, func(p diagnose.Prediction) bool { return !slices.Contains(few, p.Stack) })
}

// TestLetter compares what people read, at 80 columns, with testdata: go test ./lab/diagnose -run TestLetter -update
func TestLetter(t *testing.T) {
	l := fixedLab(t)
	for _, s := range letters() {
		for _, language := range lang.All() {
			r := reportOf(t, l, s, language)
			r.Predicted = fewPredicted(r.Predicted)
			var out strings.Builder
			require.NoError(t, diagnose.Letter{Width: 80}.Write(&out, r))
			path := filepath.Join("testdata", fmt.Sprintf("letter-%s-%s.txt", s.ID, language))
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(out.String()), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), out.String(), path)
		}
	}
}

// TestLetterFits checks that a letter fits the window, with and without colors, and that only commands do not.
func TestLetterFits(t *testing.T) {
	l := fixedLab(t)
	for _, width := range []int{60, 80, 100} {
		for _, s := range letters() {
			for _, language := range lang.All() {
				r := reportOf(t, l, s, language)
				r.Clients = []diagnose.ClientAnswer{
					{Stack: "curl", Version: "8.5.0", Class: failure.Expired, Message: strings.Repeat("certificate ", 20)},
					{Stack: "go", Version: "1.26.8", Variant: "insecure", Accepts: true},
					{Stack: "java", Outcome: clients.Unsupported, Message: strings.Repeat("it cannot ", 20)},
				}
				for _, color := range []bool{false, true} {
					var out strings.Builder
					require.NoError(t, diagnose.Letter{Width: width, Color: color}.Write(&out, r))
					assert.Equal(t, color, strings.Contains(out.String(), "\x1b["))
					for line := range strings.Lines(out.String()) {
						plain := strings.TrimRight(text.StripEscape(line), "\n")
						if !strings.HasPrefix(strings.TrimSpace(plain), "$ ") {
							assert.LessOrEqual(t, text.StringWidthWithoutEscSequences(plain), width, plain)
						}
					}
				}
			}
		}
	}
}

// TestAllAtOnce checks that each of three faults is found, with a fix and a command of its own.
func TestAllAtOnce(t *testing.T) {
	list := letters()
	r := reportOf(t, fixedLab(t), list[len(list)-1], lang.English)
	rows, fixes := []string{}, map[string]bool{}
	for _, f := range r.Failures() {
		rows = append(rows, f.Rows[0])
		fixes[f.Fix] = true
		assert.Equal(t, "tlslab run "+f.Rows[0], f.Command)
	}
	assert.Equal(t, []string{"missing-intermediate", "expired", "wrong-host"}, rows)
	assert.Equal(t, rows, r.Rows)
	assert.Len(t, fixes, 3)
}

// TestPredicted checks that the record predicts by version, and that a good server has no predictions.
func TestPredicted(t *testing.T) {
	l := fixedLab(t)
	s, _ := scenarios.Lookup("missing-authority-key-id")
	found := false
	for _, p := range reportOf(t, l, s, lang.English).Predicted {
		assert.Equal(t, s.ID, p.Row)
		if p.Stack != "python" {
			continue
		}
		found = true
		require.Len(t, p.Refuses, 1)
		assert.Equal(t, failure.StrictRFC5280, p.Refuses[0].Class)
		assert.True(t, strings.HasPrefix(p.Refuses[0].Versions, "3.13."), p.Refuses[0].Versions)
		require.Len(t, p.Accepts, 1)
		assert.Contains(t, p.Accepts[0], "3.12.")
	}
	assert.True(t, found)
	good, _ := scenarios.Lookup("good")
	assert.Empty(t, reportOf(t, l, good, lang.English).Predicted)
}

// TestSchema checks that the schema of reports matches the Go type, and what is written.
func TestSchema(t *testing.T) {
	form := jsonform.Form{
		Type: reflect.TypeFor[diagnose.Report](), Title: "The results of tlslab diagnose --json",
		Version: diagnose.Schema, Words: map[reflect.Type][]any{
			reflect.TypeFor[diagnose.Severity](): jsonform.Values(diagnose.Severities()...),
		},
	}
	form.Published(t, "../schema/diagnose.json")
	l := fixedLab(t)
	for _, s := range letters() {
		data, err := json.Marshal(reportOf(t, l, s, lang.English))
		require.NoError(t, err)
		form.Holds(t, data)
	}
}
