package check_test

import (
	"context"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/lessons/check"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
	"example.com/tlslab/scenarios"
)

// fixes is the directory of the solutions, LESSON/solution, of other right fixes, LESSON/right/NAME, and of wrong
// fixes, LESSON/wrong/FINDING/NAME.
const fixes = "../testdata"

// TestFixes checks that each lesson's solution passes its check, that the file a learner starts from does not, and
// that each typical wrong fix gets the finding that explains it.
func TestFixes(t *testing.T) {
	root, err := filepath.Abs(fixes)
	require.NoError(t, err)
	for _, lesson := range lessons.All() {
		if !lesson.Graded() {
			continue
		}
		t.Run(lesson.ID, func(t *testing.T) {
			t.Run("start", func(t *testing.T) {
				dir := t.TempDir()
				_, _, err := lesson.WriteFiles(dir)
				require.NoError(t, err)
				r := grade(t, lesson, dir)
				require.False(t, r.Solved, "the file to fix passes")
				first := r.Findings[0].Code
				assert.NotEmpty(t, check.Hint(lesson, lang.English, first, 1), "no hint is about %s", first)
			})
			others, err := filepath.Glob(filepath.Join(root, lesson.ID, "right", "*"))
			require.NoError(t, err)
			for _, dir := range append(others, filepath.Join(root, lesson.ID, "solution")) {
				t.Run(filepath.Base(dir), func(t *testing.T) {
					r := grade(t, lesson, dir)
					assert.True(t, r.Solved, table(r))
					assert.Empty(t, r.Findings, table(r))
					t.Logf("%s", r.Duration)
				})
			}
			wrong, err := filepath.Glob(filepath.Join(root, lesson.ID, "wrong", "*", "*"))
			require.NoError(t, err)
			assert.GreaterOrEqual(t, len(wrong), 3, "typical wrong fixes")
			if testing.Short() {
				t.Skip("runs the solutions only")
			}
			for _, dir := range wrong {
				name := assess.Code(filepath.Base(filepath.Dir(dir)))
				t.Run(string(name)+"/"+filepath.Base(dir), func(t *testing.T) {
					r := grade(t, lesson, dir)
					assertFirst(t, name, r)
					if explainsRefusals[name] {
						i := slices.IndexFunc(r.Findings, blamesReason)
						assert.LessOrEqual(t, i, 0, "another finding blames what %s explains: %+v\n%s", name,
							r.Findings, table(r))
					}
				})
			}
		})
	}
}

// assertFirst asserts that a lesson is not solved, and that its first finding is want.
func assertFirst(t *testing.T, want assess.Code, r *check.Result) {
	t.Helper()
	assert.False(t, r.Solved, table(r))
	if assert.NotEmpty(t, r.Findings, "want %s\n%s", want, table(r)) {
		assert.Equal(t, want, r.Findings[0].Code, "%+v\n%s", r.Findings, table(r))
	}
}

// explainsRefusals are the findings that explain why a typical wrong fix refuses the right servers for the wrong
// reason. To blame the client's messages as well would be false.
var explainsRefusals = map[assess.Code]bool{
	assess.PinsOneCertificate: true, assess.TrustsSomethingElse: true, assess.ChecksAnotherName: true,
	assess.LimitsVersions: true,
}

// blamesReason reports whether a finding is about the reasons that a client gives for its refusals.
func blamesReason(f check.Finding) bool {
	about := []assess.Code{assess.OneReason, assess.WrongReason, assess.ReasonHidden, assess.ReasonUnrecognised}
	return slices.Contains(about, f.Code)
}

// grade checks the client in a directory, from a copy of it.
func grade(t *testing.T, lesson *lessons.Lesson, dir string) *check.Result {
	t.Helper()
	at := t.TempDir()
	require.NoError(t, os.CopyFS(at, os.DirFS(dir)))
	command := slices.Clone(lesson.Command)
	for i, word := range command {
		if _, err := os.Stat(filepath.Join(at, word)); err == nil {
			command[i] = filepath.Join(at, word)
		}
	}
	command[0] = interpreter(t, lesson)
	return run(t, lesson, at, command, 0)
}

// run checks a command that runs in a directory, which holds the leaf of the first control.
func run(t *testing.T, lesson *lessons.Lesson, dir string, command []string, base int) *check.Result {
	t.Helper()
	t.Chdir(dir)
	l, err := lab.New(lab.Config{ClientFiles: true, Services: []serve.Service{mongodb.Embedded()}})
	require.NoError(t, err)
	defer func() { assert.NoError(t, l.Close()) }()
	keepLeaf(t, l, lesson)
	r, err := check.Check(t.Context(), l, lesson, check.Options{Command: command, Parallel: 2, BasePort: base})
	require.NoError(t, err)
	return r
}

// keepLeaf writes leaf.pem, the certificate that a client which pins the server's certificate has kept.
func keepLeaf(t *testing.T, l *lab.Lab, lesson *lessons.Lesson) {
	t.Helper()
	good, _ := scenarios.Lookup(lesson.Controls[0])
	chain, err := l.Chain(good)
	require.NoError(t, err)
	leaf := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain.Leaf().DER})
	require.NoError(t, os.WriteFile("leaf.pem", leaf, 0o600))
}

// interpreter returns the program that runs a lesson's file: for PyMongo, the Python that has it.
func interpreter(t *testing.T, lesson *lessons.Lesson) string {
	t.Helper()
	if lesson.ID == "pymongo" {
		set, err := all.Discover(context.Background(), clients.Options{
			Only: []string{"pymongo/default"}, Services: []string{"mongodb"},
		})
		if err == nil {
			defer set.Close()
		}
		needs.Stack(t, "pymongo", err == nil && len(set.Clients) > 0, "make clients CLIENTS=pymongo installs it")
		return set.Clients[0].Path
	}
	if lesson.Command[0] == "python3" { // the interpreter itself: a shim of pyenv starts more slowly than a check runs
		out, err := exec.Command("python3", "-c", "import ssl, sys; print(sys.executable)").Output()
		needs.Any(t, "python", err)
		return strings.TrimSpace(string(out))
	}
	for _, name := range programs[lesson.ID] {
		_, err := exec.LookPath(name)
		needs.Stack(t, name, err == nil, "it is not on PATH")
	}
	return lesson.Command[0]
}

// programs lists the programs that the files of a lesson need besides a shell.
var programs = map[string][]string{
	"self-signed":        {"curl", "openssl"},
	"verification-guide": {"openssl"},
}

// table shows what a client did, for the message of a failed test.
func table(r *check.Result) string {
	var b strings.Builder
	for _, row := range r.Rows {
		cells := []string{row.ID, string(row.Outcome), string(row.Kind), string(row.Class), row.Why.Text, row.Message}
		b.WriteString(strings.Join(cells, " | ") + "\n")
		for _, o := range row.Observed {
			b.WriteString("    " + string(o.End) + " " + o.Error + "\n")
		}
	}
	return b.String()
}
