package image

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/pki"
)

// Images of make images.
const (
	debian  = "tlslab-client:bullseye-curl"
	scratch = "tlslab-client:scratch" // no file besides one program
)

// openFor connects to Docker, with a static program that does in a container what testdata/guest/main.go says. The
// test is skipped without Docker or the image.
func openFor(t *testing.T, image string, o Options) *Runner {
	t.Helper()
	name := strings.ReplaceAll(strings.TrimPrefix(image, "tlslab-"), ":", "-")
	r, err := Open(t.Context(), o)
	if err == nil {
		t.Cleanup(func() { assert.NoError(t, r.Close()) })
		_, err = r.inspect(t.Context(), image)
	}
	needs.Any(t, name, err)
	t.Setenv(ProgramVariable, guest(t))
	return r
}

var build struct {
	sync.Once
	path string
	err  error
}

// guest builds the program once.
func guest(t *testing.T) string {
	t.Helper()
	build.Do(func() {
		var dir string
		if dir, build.err = os.MkdirTemp("", "tlslab-guest"); build.err != nil {
			return
		}
		build.path = filepath.Join(dir, "guest")
		cmd := exec.Command("go", "build", "-o", build.path, "./testdata/guest")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
		cmd.Stderr = os.Stderr
		build.err = cmd.Run()
	})
	require.NoError(t, build.err)
	return build.path
}

func TestMain(m *testing.M) {
	status := m.Run()
	if build.path != "" {
		os.RemoveAll(filepath.Dir(build.path))
	}
	os.Exit(status)
}

// run runs the program in a container and returns what it wrote.
func (r *Runner) run(t *testing.T, image string, files []File, args ...string) (out, errs string, status int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status, err := r.Run(t.Context(), image, Command{Args: args, Files: files, Stdout: &stdout, Stderr: &stderr})
	require.NoError(t, err, stderr.String())
	r.nothingLeft(t)
	return stdout.String(), stderr.String(), status
}

// containers returns the containers of the runner.
func (r *Runner) containers(t *testing.T) []string {
	t.Helper()
	list, err := r.client.ContainerList(context.Background(), client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", labelOwner+"="+r.owner),
	})
	require.NoError(t, err)
	var ids []string
	for _, c := range list.Items {
		ids = append(ids, c.ID)
	}
	return ids
}

// nothingLeft checks that the runner has no container.
func (r *Runner) nothingLeft(t *testing.T) {
	t.Helper()
	assert.Empty(t, r.containers(t))
}

// TestRun runs a program in containers of all shapes.
func TestRun(t *testing.T) {
	for _, image := range []string{debian, scratch} {
		for name, o := range map[string]Options{
			"as it is":  {},
			"user":      {User: "1234:5678"},
			"read-only": {ReadOnly: true, User: "1234"},
		} {
			t.Run(image+"/"+name, func(t *testing.T) {
				o.Env = []string{"COLOR=blue sky"}
				r := openFor(t, image, o)
				file := File{Name: "note", Data: []byte("a note")}
				out, errs, status := r.run(t, image, []File{file}, "look", Folder+"/note", "COLOR")
				assert.Equal(t, 7, status)
				assert.Equal(t, "to stderr\n", errs)
				user := map[string]string{"as it is": "0", "user": "1234", "read-only": "1234"}[name]
				for _, want := range []string{
					"uid " + user, "file a note", "COLOR=blue sky", "tmp ok", "interfaces lo", "listens 127.0.0.1", "listens ::1",
				} {
					assert.Contains(t, out, want+"\n")
				}
				if o.ReadOnly {
					assert.Contains(t, out, "root read-only file system\n")
				}
				assert.Contains(t, out, "PATH=/")
			})
		}
	}
}

// TestEntrypoint starts the program through one of the image.
func TestEntrypoint(t *testing.T) {
	r := openFor(t, debian, Options{Entrypoint: "/usr/bin/env"})
	out, _, status := r.run(t, debian, nil, "look", "/proc/1/comm", "HOME")
	assert.Equal(t, 7, status)
	assert.Contains(t, out, "HOME=/root\n")
	_, err := openFor(t, debian, Options{Entrypoint: "/no/such"}).Run(t.Context(), debian, Command{
		Stdout: io.Discard, Stderr: io.Discard,
	})
	assert.ErrorContains(t, err, "/no/such")
	r.nothingLeft(t)
}

// TestMounts mounts a directory, and a directory in place of /tmp.
func TestMounts(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data"), []byte("from here"), 0o644))
	mounts := []string{"type=bind,src=" + dir + ",dst=/data,readonly", "type=tmpfs,dst=/tmp"}
	r := openFor(t, debian, Options{Mounts: mounts})
	out, _, _ := r.run(t, debian, nil, "look", "/data/data", "COLOR")
	assert.Contains(t, out, "file from here\n")
	assert.Contains(t, out, "tmp ok\n")
}

// waiting starts a program that waits, and returns when it runs. The channel gets the error of Run.
func waiting(ctx context.Context, t *testing.T, r *Runner, args ...string) <-chan error {
	t.Helper()
	in, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := r.Run(ctx, debian, Command{Args: args, Stdout: out, Stderr: io.Discard})
		out.CloseWithError(io.EOF)
		ended <- err
	}()
	_, err := io.ReadFull(in, make([]byte, len("waiting")))
	require.NoError(t, err)
	go io.Copy(io.Discard, in)
	return ended
}

// TestInterrupt ends a run early. The program is told, and removed if it does not listen.
func TestInterrupt(t *testing.T) {
	for _, args := range [][]string{{"wait"}, {"stay"}} {
		t.Run(args[0], func(t *testing.T) {
			r := openFor(t, debian, Options{})
			ctx, cancel := context.WithCancel(t.Context())
			ended := waiting(ctx, t, r, args...)
			assert.Len(t, r.containers(t), 1)
			cancel()
			assert.ErrorIs(t, <-ended, context.Canceled)
			r.nothingLeft(t)
		})
	}
}

// TestRemoved removes the container of a run from outside.
func TestRemoved(t *testing.T) {
	r := openFor(t, debian, Options{})
	ended := waiting(t.Context(), t, r, "stay")
	for _, id := range r.containers(t) {
		require.NoError(t, r.remove(t.Context(), id))
	}
	<-ended // with status 137, or with an error of Docker's
	r.nothingLeft(t)
}

// TestKilled kills a process that runs a container. Its program ends by itself if it listens; otherwise the next
// runner removes the container.
func TestKilled(t *testing.T) {
	for _, does := range []string{"wait", "stay"} {
		t.Run(does, func(t *testing.T) {
			r := openFor(t, debian, Options{})
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestChild$")
			cmd.Env = append(os.Environ(), "TLSLAB_CHILD="+does)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			owner := make([]byte, len("waiting"))
			_, err = io.ReadFull(out, owner)
			require.NoError(t, err)
			require.Equal(t, "waiting", string(owner))
			r.owner = strings.TrimSpace(readLine(t, out))
			require.Len(t, r.containers(t), 1)
			require.NoError(t, cmd.Process.Kill())
			cmd.Wait()
			if does == "stay" {
				next, err := Open(t.Context(), Options{})
				require.NoError(t, err)
				require.NoError(t, next.Close())
			}
			require.Eventually(t, func() bool { return len(r.containers(t)) == 0 }, time.Minute, 50*time.Millisecond)
		})
	}
}

// readLine reads until the end of a line.
func readLine(t *testing.T, r io.Reader) string {
	t.Helper()
	var line []byte
	for b := make([]byte, 1); ; line = append(line, b[0]) {
		_, err := io.ReadFull(r, b)
		require.NoError(t, err)
		if b[0] == '\n' && len(line) > 0 {
			return string(line)
		}
	}
}

// TestChild is the process that TestKilled kills.
func TestChild(t *testing.T) {
	does := os.Getenv("TLSLAB_CHILD")
	if does == "" {
		return
	}
	r, err := Open(t.Context(), Options{})
	require.NoError(t, err)
	r.Run(t.Context(), debian, Command{Args: []string{does, r.owner}, Stdout: os.Stdout, Stderr: os.Stderr})
}

// TestAlive checks that another runner's containers are left alone while it lives.
func TestAlive(t *testing.T) {
	r := openFor(t, debian, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := waiting(ctx, t, r, "wait")
	next, err := Open(t.Context(), Options{})
	require.NoError(t, err)
	require.NoError(t, next.Close())
	assert.Len(t, r.containers(t), 1)
	cancel()
	<-ended
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		options Options
		says    string
	}{
		{Options{Env: []string{"=x"}}, `--env "=x": want NAME=VALUE`},
		{Options{Platform: "windows/amd64"}, `--platform "windows/amd64": want linux`},
		{Options{Platform: "a/b/c/d"}, `--platform "a/b/c/d"`},
		{Options{Mounts: []string{"type=bind,target=/x"}}, "it has no source"},
		{Options{Mounts: []string{"type=npipe,src=a,target=/x"}}, `the type is "npipe"`},
		{Options{Mounts: []string{"src=a,target=x"}}, "the target is not absolute"},
		{Options{Mounts: []string{"color=red"}}, `it has "color"`},
		{Options{Mounts: []string{`"`}}, "--mount"},
	} {
		_, err := Open(t.Context(), c.options)
		require.ErrorIs(t, err, ErrUsage, c.says)
		assert.ErrorContains(t, err, c.says)
	}
}

func TestOptions(t *testing.T) {
	t.Setenv("TLSLAB_TEST", "a value")
	env, err := environment([]string{"A=b=c", "TLSLAB_TEST", "TLSLAB_TEST_UNSET", "B="})
	require.NoError(t, err)
	assert.Equal(t, []string{"A=b=c", "TLSLAB_TEST=a value", "B="}, env)

	m, err := parseMount("type=bind,source=data,destination=/data,ro")
	require.NoError(t, err)
	assert.Equal(t, "/data", m.Target)
	assert.True(t, m.ReadOnly && filepath.IsAbs(m.Source))
	m, err = parseMount("src=cache,dst=/cache,readonly=false")
	require.NoError(t, err)
	assert.Equal(t, mount{Type: "volume", Source: "cache", Target: "/cache"}, m)
}

// TestNoDaemon names an address at which no daemon is.
func TestNoDaemon(t *testing.T) {
	t.Setenv(client.EnvOverrideHost, "unix://"+filepath.Join(t.TempDir(), "docker.sock"))
	_, err := Open(t.Context(), Options{})
	assert.ErrorContains(t, err, "no Docker daemon answers at unix://")
}

// TestFits checks which programs can run in an image.
func TestFits(t *testing.T) {
	f, err := os.Open(guest(t))
	require.NoError(t, err)
	defer f.Close()
	here, other := runtime.GOARCH, "arm64"
	if here == other {
		other = "amd64"
	}
	require.NoError(t, fits(f, here))
	assert.ErrorContains(t, fits(f, other), "but the image for "+other)
	assert.ErrorContains(t, fits(strings.NewReader("#!/bin/sh"), here), "no program for Linux")

	// A program with a dynamic loader: the header of one is enough.
	data, err := os.ReadFile(guest(t))
	require.NoError(t, err)
	data[int(data[32])] = 3 // the type of the first program header becomes PT_INTERP
	assert.ErrorContains(t, fits(bytes.NewReader(data), here), "not static")
}

// TestAbandoned checks whose containers are removed.
func TestAbandoned(t *testing.T) {
	held, err := pki.TempDir(t.TempDir(), lockPrefix)
	require.NoError(t, err)
	defer held.Delete()
	assert.False(t, abandoned(map[string]string{labelLock: held.Path()}), "its lab lives")
	assert.False(t, abandoned(map[string]string{labelLock: "/no/such/" + lockPrefix + "1"}), "it is of another machine")
	assert.False(t, abandoned(nil))
	left, err := pki.TempDir(t.TempDir(), lockPrefix)
	require.NoError(t, err)
	require.NoError(t, left.Close())
	assert.True(t, abandoned(map[string]string{labelLock: left.Path()}))
}
