//go:build linux

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// command returns the command with its own temporary directory. It ends with the test at the latest.
func command(t *testing.T, tmp string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "tlslab", args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	cmd.WaitDelay = time.Second
	return cmd
}

// eventually polls until a condition holds.
func eventually(t *testing.T, is func() bool, what string) {
	t.Helper()
	require.Eventually(t, is, patience, 5*time.Millisecond, what)
}

// there reports whether a process exists and is not a zombie.
func there(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !bytes.Contains(stat, []byte(") Z "))
}

// opened reports whether a process has a file open.
func opened(pid int, file string) bool {
	files, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
	for _, f := range files {
		if to, err := os.Readlink(f); err == nil && to == file {
			return true
		}
	}
	return false
}

// interrupted sends SIGTERM once, and checks that the command ends as interrupted.
func interrupted(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	overdue := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
	defer overdue.Stop()
	cmd.Wait()
	assert.Equal(t, exitLab, cmd.ProcessState.ExitCode(), cmd.ProcessState.String())
}

// TestReadingEnds interrupts commands while they read endless input.
func TestReadingEnds(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	quiet := filepath.Join(t.TempDir(), "nothing comes of it")
	require.NoError(t, syscall.Mkfifo(quiet, 0o600))
	lines := bytes.Repeat([]byte("\n"), 256<<10) // more than a pipe holds: when it is written, it is being read

	t.Run("standard input", func(t *testing.T) {
		cmd := command(t, t.TempDir(), "explain")
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		_, err = in.Write(lines)
		require.NoError(t, err)
		interrupted(t, cmd)
	})
	t.Run("pipe", func(t *testing.T) {
		cmd := command(t, t.TempDir(), "explain", "--file", fifo)
		require.NoError(t, cmd.Start())
		out, err := os.OpenFile(fifo, os.O_WRONLY, 0)
		require.NoError(t, err)
		defer out.Close()
		_, err = out.Write(lines)
		require.NoError(t, err)
		interrupted(t, cmd)
	})
	t.Run("device", func(t *testing.T) {
		cmd := command(t, t.TempDir(), "explain", "--file", "/dev/zero")
		require.NoError(t, cmd.Start())
		eventually(t, func() bool { return opened(cmd.Process.Pid, "/dev/zero") }, "it reads")
		interrupted(t, cmd)
	})
	for _, args := range [][]string{
		{"explain", "--file", quiet}, {"mint", "--recipe", quiet, "out"}, {"matrix", "--from", quiet},
		{"test", "--known", quiet, "--", "true"},
	} {
		t.Run(strings.Join(args[:2], " "), func(t *testing.T) {
			cmd := command(t, t.TempDir(), args...)
			require.NoError(t, cmd.Start())
			var out *os.File
			eventually(t, func() bool { // that it waits to read
				var err error
				out, err = os.OpenFile(quiet, os.O_WRONLY|syscall.O_NONBLOCK, 0)
				return err == nil
			}, "it opens the pipe")
			defer out.Close()
			interrupted(t, cmd)
		})
	}
}

// TestBounded checks that endless input is refused without reading much of it.
func TestBounded(t *testing.T) {
	cmd := command(t, t.TempDir(), "mint", "--recipe", "/dev/zero", filepath.Join(t.TempDir(), "out"))
	said, _ := cmd.CombinedOutput()
	assert.Equal(t, exitUsage, cmd.ProcessState.ExitCode())
	assert.Contains(t, string(said), "/dev/zero is larger than 1 MiB")
	used := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	assert.Less(t, used, int64(512<<20))
}

// TestKilled kills a lab that serves and one that tests a client, and starts another lab: it finds none of their
// processes, and removes their files.
func TestKilled(t *testing.T) {
	tmp := t.TempDir()
	kept, err := os.MkdirTemp(tmp, "tlslab-") // not a lab's, despite its name
	require.NoError(t, err)
	note := filepath.Join(t.TempDir(), "pid")

	up := command(t, tmp, "up", "--base-port", "0", "--no-ui", "expired")
	out, err := up.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, up.Start())
	_, err = io.ReadFull(out, make([]byte, 10))
	require.NoError(t, err)
	test := command(t, tmp, "test", "--timeout", "10m", "--", "sh", "-c", "echo $$ > "+note+"; exec sleep 600")
	require.NoError(t, test.Start())
	pid := 0
	eventually(t, func() bool {
		data, _ := os.ReadFile(note)
		pid, err = strconv.Atoi(strings.TrimSpace(string(data)))
		return err == nil
	}, "the client runs")

	alive := command(t, tmp, "up", "--base-port", "0", "--no-ui", "good") // it is left alone
	require.NoError(t, alive.Start())
	eventually(t, func() bool { return len(labs(tmp)) == 4 }, "three labs, and the other directory")
	serving := labs(tmp)

	for _, cmd := range []*exec.Cmd{up, test} {
		require.NoError(t, cmd.Process.Kill())
		cmd.Wait()
	}
	eventually(t, func() bool { return !there(pid) }, "the client ends with its lab")
	said, err := command(t, tmp, "run", "good", "--client", "go/default").CombinedOutput()
	require.NoError(t, err, string(said))
	left := labs(tmp)
	assert.Len(t, left, 2, "the lab that serves, and the other directory")
	assert.Contains(t, left, kept)
	assert.Subset(t, serving, left)
	require.NoError(t, alive.Process.Signal(os.Interrupt))
	alive.Wait()
	assert.Equal(t, []string{kept}, labs(tmp))
}

// labs lists the directories of labs in a temporary directory.
func labs(tmp string) []string {
	list, _ := filepath.Glob(filepath.Join(tmp, "tlslab-*"))
	return list
}

// TestDaemonEnds checks that a daemon left behind by a client under test is killed.
func TestDaemonEnds(t *testing.T) {
	note := filepath.Join(t.TempDir(), "pids")
	script := `setsid sh -c 'echo $$ >> "$0"; exec sleep 600' ` + note + ` > /dev/null 2>&1 & ` +
		`until [ -s ` + note + ` ]; do :; done; exit 1`
	said, _ := command(t, t.TempDir(), "test", "--id", "expired", "--", "sh", "-c", script).CombinedOutput()
	data, err := os.ReadFile(note)
	require.NoError(t, err, string(said))
	for field := range strings.FieldsSeq(string(data)) {
		pid, err := strconv.Atoi(field)
		require.NoError(t, err)
		if !assert.False(t, there(pid), "process %d is there", pid) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
