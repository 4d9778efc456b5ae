package check_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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

// fixes is where solutions and wrong fixes are: LESSON/solution, others that are right as LESSON/right/NAME,
// and LESSON/wrong/FINDING/NAME.
const fixes = "../testdata"

// TestFixes holds each lesson's solution to pass its check, what a learner starts from not to, and
// each typical wrong fix to be named for what it is.
func TestFixes(t *testing.T) {
	root, err := filepath.Abs(fixes)
	if err != nil {
		t.Fatal(err)
	}
	for _, lesson := range lessons.All() {
		if !lesson.Graded() {
			continue
		}
		t.Run(lesson.ID, func(t *testing.T) {
			t.Run("start", func(t *testing.T) {
				dir := t.TempDir()
				if _, _, err := lesson.WriteFiles(dir); err != nil {
					t.Fatal(err)
				}
				if r := grade(t, lesson, dir); r.Solved {
					t.Error("what is to be fixed passes")
				} else if first := r.Findings[0].Code; check.Hint(lesson, lang.English, first, 1) == "" {
					t.Errorf("no hint is about %s, which is to be fixed", first)
				}
			})
			others, err := filepath.Glob(filepath.Join(root, lesson.ID, "right", "*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, dir := range append(others, filepath.Join(root, lesson.ID, "solution")) {
				t.Run(filepath.Base(dir), func(t *testing.T) {
					r := grade(t, lesson, dir)
					if !r.Solved || len(r.Findings) > 0 {
						t.Errorf("not solved: %+v\n%s", r.Findings, table(r))
					}
					t.Logf("%s", r.Duration)
				})
			}
			wrong, err := filepath.Glob(filepath.Join(root, lesson.ID, "wrong", "*", "*"))
			if err != nil {
				t.Fatal(err)
			}
			if len(wrong) < 3 {
				t.Errorf("%d typical wrong fixes, want 3", len(wrong))
			}
			if testing.Short() {
				t.Skip("solutions alone")
			}
			for _, dir := range wrong {
				name := assess.Code(filepath.Base(filepath.Dir(dir)))
				t.Run(string(name)+"/"+filepath.Base(dir), func(t *testing.T) {
					r := grade(t, lesson, dir)
					if r.Solved || len(r.Findings) == 0 || r.Findings[0].Code != name {
						t.Errorf("want %s first, got %+v\n%s", name, r.Findings, table(r))
					}
					if i := slices.IndexFunc(r.Findings, blamesReason); i > 0 && explainsRefusals[name] {
						t.Errorf("%s explains %s\n%s", name, r.Findings[i].Code, table(r))
					}
				})
			}
		})
	}
}

// explainsRefusals are the findings that tell why a typical fix refuses what it should for a reason that
// it should not: to blame what it says would be false.
var explainsRefusals = map[assess.Code]bool{assess.PinsOneCertificate: true, assess.TrustsSomethingElse: true, assess.ChecksAnotherName: true, assess.LimitsVersions: true}

// blamesReason reports whether a finding is about what a client says of its refusals.
func blamesReason(f check.Finding) bool {
	return slices.Contains([]assess.Code{assess.OneReason, assess.WrongReason, assess.ReasonHidden, assess.ReasonUnrecognised}, f.Code)
}

// grade checks the client in a directory, from a copy of it.
func grade(t *testing.T, lesson *lessons.Lesson, dir string) *check.Result {
	t.Helper()
	at := t.TempDir()
	if err := os.CopyFS(at, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	command := slices.Clone(lesson.Command)
	for i, word := range command {
		if _, err := os.Stat(filepath.Join(at, word)); err == nil {
			command[i] = filepath.Join(at, word)
		}
	}
	command[0] = interpreter(t, lesson)
	return run(t, lesson, at, command, 0)
}

// run checks a command that runs in a directory, where it finds the leaf of the first control.
func run(t *testing.T, lesson *lessons.Lesson, dir string, command []string, base int) *check.Result {
	t.Helper()
	t.Chdir(dir)
	l, err := lab.New(lab.Config{ClientFiles: true, Services: []serve.Service{mongodb.Embedded()}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	keepLeaf(t, l, lesson)
	r, err := check.Check(t.Context(), l, lesson, check.Options{Command: command, Parallel: 2, BasePort: base})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// keepLeaf writes leaf.pem as somebody who keeps a server's certificate has it.
func keepLeaf(t *testing.T, l *lab.Lab, lesson *lessons.Lesson) {
	t.Helper()
	good, _ := scenarios.Lookup(lesson.Controls[0])
	chain, err := l.Chain(good)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: chain.Leaf().DER}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("leaf.pem", b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// interpreter returns what runs a lesson's file: for PyMongo, the Python that has it.
func interpreter(t *testing.T, lesson *lessons.Lesson) string {
	t.Helper()
	if lesson.ID == "pymongo" {
		set, err := all.Discover(context.Background(), clients.Options{Only: []string{"pymongo/default"}, Services: []string{"mongodb"}})
		if err == nil {
			defer set.Close()
		}
		needs.Stack(t, "pymongo", err == nil && len(set.Clients) > 0, "make clients CLIENTS=pymongo installs it")
		return set.Clients[0].Path
	}
	if lesson.Command[0] == "python3" { // what it leads to: pyenv's shims take longer to start than a check
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

// programs are what the files of a lesson need beside a shell.
var programs = map[string][]string{
	"self-signed":        {"curl", "openssl"},
	"verification-guide": {"openssl"},
}

// table shows what a client did, for who reads a failed test.
func table(r *check.Result) string {
	var b strings.Builder
	for _, row := range r.Rows {
		b.WriteString(strings.Join([]string{row.ID, string(row.Outcome), string(row.Kind), string(row.Class), row.Why.Text, row.Message}, " | ") + "\n")
		for _, o := range row.Observed {
			b.WriteString("    " + string(o.End) + " " + o.Error + "\n")
		}
	}
	return b.String()
}
