package process

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// daemon is a program that starts another one in a session of its own, tells its number once that has
// happened, and goes on with the rest of the script.
func daemon(t *testing.T, prefix, rest string) Command {
	t.Helper()
	_, err := exec.LookPath("setsid")
	require.NoError(t, err)
	fifo := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	return Command{Path: "/bin/sh", Args: []string{"-c", `
setsid ` + prefix + ` sh -c 'sleep 600 & echo $$ $! > "$0"; wait' "` + fifo + `" > /dev/null 2>&1 &
read pids < "` + fifo + `"
echo $pids
` + rest}}
}

// pids reads the numbers that a daemon tells: its own and its child's.
func pids(t *testing.T, line string) []int {
	t.Helper()
	var list []int
	for _, field := range strings.Fields(line) {
		pid, err := strconv.Atoi(field)
		require.NoError(t, err)
		list = append(list, pid)
	}
	require.Len(t, list, 2)
	return list
}

// gone holds that processes are not there any more, not even as zombies.
func gone(t *testing.T, list []int) {
	t.Helper()
	for _, pid := range list {
		s, there := readState(pid)
		if !assert.False(t, there, "process %d is there: %+v", pid, s) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// TestFamily ends what has left a program's group, when that ends.
func TestFamily(t *testing.T) {
	for name, prefix := range map[string]string{"daemon": "", "environment cleared": "env -i"} {
		t.Run(name, func(t *testing.T) {
			out, err := Run(Adopt(t.Context()), daemon(t, prefix, ""))
			require.NoError(t, err)
			gone(t, pids(t, out.Stdout))
		})
		t.Run(name+", in time", func(t *testing.T) {
			ctx, cancel := context.WithCancel(Adopt(t.Context()))
			p, err := Start(ctx, daemon(t, prefix, "exec sleep 600"))
			require.NoError(t, err)
			cancel() // ends the start alone
			line, err := bufio.NewReader(p).ReadString('\n')
			require.NoError(t, err)
			p.Close()
			gone(t, pids(t, line))
		})
	}
}

// TestFamilyOfOthers leaves alone what another program has started, until that ends.
func TestFamilyOfOthers(t *testing.T) {
	ctx := Adopt(t.Context())
	other, err := Start(ctx, daemon(t, "", "exec cat"))
	require.NoError(t, err)
	line, err := bufio.NewReader(other).ReadString('\n')
	require.NoError(t, err)
	theirs := pids(t, line)
	cleared, err := Run(ctx, daemon(t, "env -i", ""))
	require.NoError(t, err)
	_, err = Run(ctx, daemon(t, "", ""))
	require.NoError(t, err)
	for _, pid := range append(theirs, pids(t, cleared.Stdout)...) {
		s, there := readState(pid)
		assert.True(t, there && !s.zombie, "process %d has been ended", pid)
	}
	other.Close()
	gone(t, theirs)
	gone(t, pids(t, cleared.Stdout)) // nobody runs whose it could be
}

// TestFamilyTogether has many programs leave something behind at the same time, and os/exec wait for its own.
func TestFamilyTogether(t *testing.T) {
	ctx := Adopt(t.Context())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			out, err := Run(ctx, daemon(t, "", "exit 7"))
			assert.NoError(t, err)
			assert.Equal(t, 7, out.Code)
			gone(t, pids(t, out.Stdout))
		})
		wg.Go(func() { assert.NoError(t, exec.CommandContext(ctx, "true").Run()) })
	}
	wg.Wait()
}

// TestNoFamily starts nothing of the kind without being asked.
func TestNoFamily(t *testing.T) {
	out, err := Run(t.Context(), daemon(t, "", "env"))
	require.NoError(t, err)
	assert.NotContains(t, out.Stdout, markVariable)
	first, _, _ := strings.Cut(out.Stdout, "\n")
	for _, pid := range pids(t, first) {
		assert.NoError(t, syscall.Kill(pid, syscall.SIGKILL), "it has been ended, as if this process had adopted it")
	}
}

// TestEndsWithLab kills a lab, and sees its program end.
func TestEndsWithLab(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	lab := exec.Command(os.Args[0])
	lab.Env = append(os.Environ(), mode+"=lab", address+"="+l.Addr().String(), noDelay)
	require.NoError(t, lab.Start())
	left, err := l.Accept()
	require.NoError(t, err)
	defer left.Close()
	require.NoError(t, lab.Process.Kill())
	lab.Wait()
	waitEnd(left)
}
