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

// daemon returns a program that starts another one in a new session, prints the process IDs once that has
// happened, and continues with the rest of the script.
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

// pids reads the IDs that a daemon prints: its own and its child's.
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

// gone checks that processes do not exist any more, not even as zombies.
func gone(t *testing.T, list []int) {
	t.Helper()
	for _, pid := range list {
		s, there := readState(pid)
		if !assert.False(t, there, "process %d still exists: %+v", pid, s) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// TestFamily checks that a process that has left a program's group ends with the program.
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
			cancel() // must affect only the start
			line, err := bufio.NewReader(p).ReadString('\n')
			require.NoError(t, err)
			p.Close()
			gone(t, pids(t, line))
		})
	}
}

// TestFamilyOfOthers checks that what another program has started is left alone until that program ends.
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
		assert.True(t, there && !s.zombie, "process %d was killed", pid)
	}
	other.Close()
	gone(t, theirs)
	gone(t, pids(t, cleared.Stdout)) // no running program can have started it
}

// TestFamilyTogether runs many programs concurrently that leave something behind, while os/exec waits for its
// own.
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

// TestNoFamily checks that without Adopt nothing changes.
func TestNoFamily(t *testing.T) {
	out, err := Run(t.Context(), daemon(t, "", "env"))
	require.NoError(t, err)
	assert.NotContains(t, out.Stdout, markVariable)
	first, _, _ := strings.Cut(out.Stdout, "\n")
	for _, pid := range pids(t, first) {
		assert.NoError(t, syscall.Kill(pid, syscall.SIGKILL), "it was killed, as if this process had adopted it")
	}
}

// TestEndsWithLab kills a lab and checks that its program ends.
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
