package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/needs"
)

// fixed is an environment with given plans. The real ones need the network and are made by make clients.
type fixed struct {
	called string
	plans  []plan
	why    string
}

func (f fixed) name() string                          { return f.called }
func (f fixed) plan(context.Context) ([]plan, string) { return f.plans, f.why }

// writes returns a plan for a directory with one file.
func writes(dir, stamp string) plan {
	return plan{
		dir: dir, stamp: stamp,
		there: func(dir string) bool { _, err := os.Stat(filepath.Join(dir, "file")); return err == nil },
		make: func(_ context.Context, dir string) error {
			return os.WriteFile(filepath.Join(dir, "file"), []byte(stamp), 0o644)
		},
	}
}

// names lists a directory's contents, except for the lock.
func names(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	list := []string{}
	for _, e := range entries {
		if e.Name() != ".lock" {
			list = append(list, e.Name())
		}
	}
	return list
}

func TestInstall(t *testing.T) {
	home := filepath.Join(t.TempDir(), "clients [odd]*")
	run := func(all ...maker) (string, error) {
		var out bytes.Buffer
		err := install(t.Context(), home, all, &out)
		return out.String(), err
	}
	said, err := run(fixed{called: "a", plans: []plan{writes("a-python3.9", "1")}},
		fixed{called: "b", why: "no node on PATH"})
	require.NoError(t, err)
	assert.Contains(t, said, "a-python3.9: made in ")
	assert.Contains(t, said, "b: skipped: no node on PATH\n")
	assert.Equal(t, []string{"a-python3.9"}, names(t, home))

	said, err = run(fixed{called: "a", plans: []plan{writes("a-python3.9", "1")}})
	require.NoError(t, err)
	assert.Equal(t, "a-python3.9: up to date\n", said)

	// Another stamp, and an incomplete environment.
	said, err = run(fixed{called: "a", plans: []plan{writes("a-python3.9", "2")}})
	require.NoError(t, err)
	assert.Contains(t, said, "made in ")
	require.NoError(t, os.Remove(filepath.Join(home, "a-python3.9", "file")))
	said, err = run(fixed{called: "a", plans: []plan{writes("a-python3.9", "2")}})
	require.NoError(t, err)
	assert.Contains(t, said, "made in ")

	// A failure leaves the old environment unchanged.
	bad := writes("a-python3.9", "3")
	bad.make = func(context.Context, string) error { return errors.New("no such package") }
	_, err = run(fixed{called: "a", plans: []plan{bad}})
	require.EqualError(t, err, "a-python3.9: no such package")
	text, err := os.ReadFile(filepath.Join(home, "a-python3.9", "file"))
	require.NoError(t, err)
	assert.Equal(t, "2", string(text))

	// Another interpreter, leftovers of a killed run, and a directory that is not the lab's.
	require.NoError(t, os.MkdirAll(filepath.Join(home, scratch+"123", "a-python3.9"), 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(home, "a-python-of-mine"), 0o755))
	said, err = run(fixed{called: "a", plans: []plan{writes("a-python3.13", "1")}})
	require.NoError(t, err)
	assert.Contains(t, said, "a-python3.9: removed")
	assert.Equal(t, []string{"a-python-of-mine", "a-python3.13"}, names(t, home))
}

// TestInterrupted checks that an interrupted run leaves nothing half-made.
func TestInterrupted(t *testing.T) {
	home := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	waits := writes("a-python3.9", "1")
	waits.make = func(ctx context.Context, dir string) error {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "half"), nil, 0o644))
		cancel()
		<-ctx.Done()
		return context.Cause(ctx)
	}
	err := install(ctx, home, []maker{fixed{called: "a", plans: []plan{waits}}}, &bytes.Buffer{})
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, names(t, home))
}

func TestTwoAtOnce(t *testing.T) {
	home := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	first := writes("a-python3.9", "1")
	first.make = func(context.Context, string) error {
		// A second run waits for its turn until it is cancelled.
		second := make(chan error)
		go func() { second <- install(ctx, home, nil, &bytes.Buffer{}) }()
		cancel()
		assert.ErrorIs(t, <-second, context.Canceled)
		return nil
	}
	require.NoError(t, install(t.Context(), home, []maker{fixed{called: "a", plans: []plan{first}}}, &bytes.Buffer{}))
	require.NoError(t, install(t.Context(), home, nil, &bytes.Buffer{}))
}

// TestEnvironments checks that every environment pins everything and can be planned.
func TestEnvironments(t *testing.T) {
	for _, m := range environments() {
		plans, why := m.plan(t.Context())
		assert.True(t, len(plans) > 0 || why != "", m.name())
		assert.NotContains(t, why, "\n")
		python, ok := m.(pythonEnvironment)
		if !ok {
			continue
		}
		assert.LessOrEqual(t, len(plans), 2)
		hashed(t, python.Name, python.Requirements)
		python.Oldest = "99"
		none, why := python.plan(t.Context())
		assert.Empty(t, none)
		assert.Contains(t, why, "99")
	}
}

// hashed checks that a list of requirements pins versions and file hashes, and does not say where to fetch
// from: that is up to the machine.
func hashed(t *testing.T, name, requirements string) {
	t.Helper()
	assert.NotContains(t, requirements, "://", name)
	var pins []string
	hashes := map[string]int{}
	for line := range strings.Lines(strings.ReplaceAll(requirements, "\\\n", "")) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "--hash=sha256:")
		pin, _, _ := strings.Cut(fields[0], ";")
		assert.Regexp(t, `^[a-z0-9-]+==[0-9.]+(post[0-9]+)?\s*$`, pin, name)
		pins = append(pins, pin)
		for _, hash := range fields[1:] {
			assert.Regexp(t, `^[0-9a-f]{64}\s*$`, hash, name)
			hashes[pin]++
		}
	}
	assert.NotEmpty(t, pins, name)
	for _, pin := range pins {
		assert.Positive(t, hashes[pin], "%s: %s has no hash", name, pin)
	}
}

// TestLocks checks that the locked versions are those in the lists that people edit.
func TestLocks(t *testing.T) {
	lists, err := filepath.Glob("../*/requirements*.in")
	require.NoError(t, err)
	require.Len(t, lists, 5)
	pin := regexp.MustCompile(`(?m)^([A-Za-z0-9_.-]+)==([0-9.]+(?:post[0-9]+)?)`)
	for _, list := range lists {
		var pins [2]map[string]bool
		for n, path := range []string{list, strings.TrimSuffix(list, ".in") + ".txt"} {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			pins[n] = map[string]bool{}
			for _, m := range pin.FindAllStringSubmatch(string(text), -1) {
				pins[n][strings.ToLower(strings.ReplaceAll(m[1], "_", "-"))+" "+m[2]] = true
			}
		}
		assert.Equal(t, pins[0], pins[1], "the lock of %s is out of date: it says how to update it", list)
	}
}

// TestWrongHash checks that a package with another hash than the locked one is refused. It does not use the
// network.
func TestWrongHash(t *testing.T) {
	if testing.Short() {
		t.Skip("making a virtual environment takes seconds")
	}
	wheels := t.TempDir()
	file, err := os.Create(filepath.Join(wheels, "locked-1.0-py3-none-any.whl"))
	require.NoError(t, err)
	archive := zip.NewWriter(file)
	for name, text := range map[string]string{
		"locked.py":                     "",
		"locked-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: locked\nVersion: 1.0\n",
		"locked-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: " +
			"py3-none-any\n",
		"locked-1.0.dist-info/RECORD": "",
	} {
		w, err := archive.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, errors.Join(archive.Close(), file.Close()))
	wheel, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	t.Setenv("PIP_NO_INDEX", "1")
	t.Setenv("PIP_FIND_LINKS", wheels)
	for hash, want := range map[string]string{
		fmt.Sprintf("%x", sha256.Sum256(wheel)):       "",
		fmt.Sprintf("%x", sha256.Sum256([]byte("x"))): "DO NOT MATCH THE HASHES",
		"": "--require-hashes",
	} {
		requirements := "locked==1.0"
		if hash != "" {
			requirements += " --hash=sha256:" + hash
		}
		plans, why := pythonEnvironment{Name: "x", Requirements: requirements + "\n", Oldest: "3.9"}.plan(t.Context())
		needs.Stack(t, "pymongo", len(plans) > 0, why)
		home := t.TempDir()
		err := install(t.Context(), home, []maker{fixed{called: "x", plans: plans[:1]}}, &bytes.Buffer{})
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
		assert.Empty(t, names(t, home))
	}
}

// TestPipFails checks that pip's error message is returned. It does not use the network.
func TestPipFails(t *testing.T) {
	if testing.Short() {
		t.Skip("making a virtual environment takes seconds")
	}
	requirements := "no-such-package==0.0.1 --hash=sha256:" + strings.Repeat("0", 64) + "\n"
	plans, why := pythonEnvironment{Name: "x", Requirements: requirements, Oldest: "3.9"}.plan(t.Context())
	needs.Stack(t, "pymongo", len(plans) > 0, why) // PyMongo needs such a Python too
	t.Setenv("PIP_NO_INDEX", "1")
	t.Setenv("PIP_FIND_LINKS", t.TempDir())
	home := t.TempDir()
	err := install(t.Context(), home, []maker{fixed{called: "x", plans: plans[:1]}}, &bytes.Buffer{})
	require.ErrorContains(t, err, "No matching distribution found for no-such-package==0.0.1")
	assert.Empty(t, names(t, home))
}

// TestWanted checks that environments can be selected by name, and that an unknown name is an error which
// lists them.
func TestWanted(t *testing.T) {
	all := []maker{fixed{called: "one"}, fixed{called: "two"}}
	list, err := wanted(all, nil)
	require.NoError(t, err)
	require.Equal(t, all, list)
	list, err = wanted(all, []string{"two"})
	require.NoError(t, err)
	require.Equal(t, all[1:], list)
	_, err = wanted(all, []string{"two", "three"})
	require.ErrorContains(t, err, `no environment "three": choose from one, two`)
	_, err = wanted(all, []string{"tow"})
	require.ErrorContains(t, err, `no environment "tow" (did you mean two?): choose from one, two`)
}
