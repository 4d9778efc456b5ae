package process

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const (
	// mode makes this test's program a child that misbehaves in one way.
	mode = "TLSLAB_TEST_MODE"
	// address is where such a child connects to the test.
	address = "TLSLAB_TEST_ADDRESS"
	// noDelay keeps the race detector from delaying the end of a child by a second.
	noDelay = "GORACE=atexit_sleep_ms=0"
)

var modes = map[string]func(){
	"echo":  func() { io.Copy(os.Stdout, os.Stdin); fmt.Fprint(os.Stderr, "heard it"); os.Exit(3) },
	"env":   func() { fmt.Println(strings.Join(os.Environ(), "\n")) },
	"flood": flood,
	"deaf":  func() { signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP); fmt.Println("ready"); hang() },
	"hang":  hang,
	// The program ends while its child still runs and holds the pipes.
	"parent": func() { leave("child"); call("parent") },
	"child":  func() { call("child"); hang() },
	// A lab that does nothing while its program runs.
	"lab": func() { keep("child"); hang() },
	// The program's child floods the output.
	"parent of a flood": func() { leave("flood") },
}

// call connects to the test, says who calls, and waits for an answer.
func call(who string) {
	c, err := net.Dial("tcp", os.Getenv(address))
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(c, who)
	c.Read(make([]byte, 1))
}

// hang waits longer than any test takes. The runtime would detect an empty select and end the program.
func hang() { time.Sleep(time.Hour) }

func flood() {
	for block := make([]byte, 64<<10); ; {
		if _, err := os.Stdout.Write(block); err != nil {
			return
		}
		os.Stderr.Write(block)
	}
}

// keep starts a program as a lab does.
func keep(behaviour string) {
	_, err := Start(context.Background(), Command{Path: os.Args[0],
		Env: []string{mode + "=" + behaviour, address + "=" + os.Getenv(address)}})
	if err != nil {
		panic(err)
	}
}

// leave starts a child with this program's output.
func leave(child string) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), mode+"="+child)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
}

func TestMain(m *testing.M) {
	if behave, ok := modes[os.Getenv(mode)]; ok {
		behave()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// child returns a command with this behaviour.
func child(t *testing.T, behaviour string) Command {
	t.Helper()
	require.Contains(t, modes, behaviour)
	self, err := os.Executable()
	require.NoError(t, err)
	return Command{Path: self, Env: []string{mode + "=" + behaviour, noDelay}}
}

func TestRun(t *testing.T) {
	c := child(t, "echo")
	c.Stdin = "one\ntwo\n"
	out, err := Run(t.Context(), c)
	require.NoError(t, err)
	assert.Equal(t, Output{Stdout: "one\ntwo\n", Stderr: "heard it", Code: 3, Status: "exit status 3"}, out)
}

func TestEnviron(t *testing.T) {
	for _, name := range []string{"SSL_CERT_FILE", "https_proxy", "NODE_OPTIONS", "PYTHONPATH", "OPENSSL_CONF",
		"LC_ALL"} {
		t.Setenv(name, "x")
	}
	t.Setenv("HOME", "/home/of/the/test")
	out, err := Run(t.Context(), child(t, "env"))
	require.NoError(t, err)
	assert.Contains(t, out.Stdout, "HOME=/home/of/the/test")
	assert.NotContains(t, out.Stdout, "=x\n")
}

func TestRunMissing(t *testing.T) {
	_, err := Run(t.Context(), Command{Path: t.TempDir() + "/none"})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestRunFlood checks that a program which floods its output is ended by the context without using much
// memory.
func TestRunFlood(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := child(t, "flood")
	done := make(chan struct{})
	go func() {
		defer close(done)
		out, err := Run(ctx, c)
		assert.ErrorIs(t, err, context.Canceled)
		assert.LessOrEqual(t, len(out.Stdout), maxStdout)
		assert.LessOrEqual(t, len(out.Stderr), maxStderr)
	}()
	cancel()
	<-done
}

// TestRunTail checks that only the end of a long output is kept.
func TestRunTail(t *testing.T) {
	c := child(t, "echo")
	c.Stdin, c.Tail = strings.Repeat("x", 2*maxTail)+"the end", true
	out, err := Run(t.Context(), c)
	require.NoError(t, err)
	assert.Len(t, out.Stdout, maxTail)
	assert.True(t, strings.HasSuffix(out.Stdout, "the end"))
}

// TestRunEnviron checks that a program gets exactly the given environment.
func TestRunEnviron(t *testing.T) {
	c := child(t, "env")
	c.Environ = []string{"ONLY=this"}
	out, err := Run(t.Context(), c)
	require.NoError(t, err)
	assert.Equal(t, append([]string{"ONLY=this"}, c.Env...), strings.Split(strings.TrimSpace(out.Stdout), "\n"))
}

// family listens for a parent and its child. It returns the address and a function that waits for both
// connections.
func family(t *testing.T) (string, func() (parent, child net.Conn)) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return address + "=" + l.Addr().String(), func() (parent, child net.Conn) {
		for parent == nil || child == nil {
			c, err := l.Accept()
			require.NoError(t, err)
			t.Cleanup(func() { c.Close() })
			switch who, _ := bufio.NewReader(c).ReadString('\n'); who {
			case "parent\n":
				parent = c
			case "child\n":
				child = c
			}
		}
		return parent, child
	}
}

// waitEnd returns when the process at the other end has ended, because the system then closes its
// connections.
func waitEnd(c net.Conn) { io.Copy(io.Discard, c) }

// TestRunLeavesNoChild checks that a program which leaves a child with its pipes behind does not block Run,
// and that the child is killed.
func TestRunLeavesNoChild(t *testing.T) {
	env, calls := family(t)
	c := child(t, "parent")
	c.Env = append(c.Env, env)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err := Run(t.Context(), c)
		assert.NoError(t, err)
	}()
	parent, left := calls()
	io.WriteString(parent, "!") // the parent ends
	<-done
	waitEnd(left)
}

func TestRunLeavesFlood(t *testing.T) {
	_, err := Run(t.Context(), child(t, "parent of a flood"))
	require.NoError(t, err)
}

func TestRunCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Run(ctx, child(t, "echo"))
	require.ErrorIs(t, err, context.Canceled)
}

func TestProcess(t *testing.T) {
	p, err := Start(t.Context(), child(t, "echo"))
	require.NoError(t, err)
	_, err = p.Write([]byte("one\n"))
	require.NoError(t, err)
	line, err := bufio.NewReader(p).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "one\n", line)
	p.Close()
	p.Close()
	_, err = p.Read(make([]byte, 1))
	require.Error(t, err)
	_, err = p.Write([]byte("two\n"))
	require.Error(t, err)
}

func TestProcessMissing(t *testing.T) {
	_, err := Start(t.Context(), Command{Path: t.TempDir() + "/none"})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestProcessIgnoresSignals(t *testing.T) {
	p, err := Start(t.Context(), child(t, "deaf"))
	require.NoError(t, err)
	_, err = bufio.NewReader(p).ReadString('\n') // from now on it ignores them
	require.NoError(t, err)
	p.Close()
}

// TestProcessFamily checks that ending a program ends its children.
func TestProcessFamily(t *testing.T) {
	env, calls := family(t)
	c := child(t, "parent")
	c.Env = append(c.Env, env)
	p, err := Start(t.Context(), c)
	require.NoError(t, err)
	parent, left := calls()
	p.Close()
	waitEnd(parent)
	waitEnd(left)
}

// TestProcessKill checks that Kill ends a blocked read.
func TestProcessKill(t *testing.T) {
	p, err := Start(t.Context(), child(t, "hang"))
	require.NoError(t, err)
	read := make(chan error)
	go func() {
		_, err := p.Read(make([]byte, 1))
		read <- err
	}()
	p.Kill()
	require.Error(t, <-read)
	<-p.Done()
}

func TestHead(t *testing.T) {
	h := &head{limit: 5}
	for _, s := range []string{"abc", "", "def", "ghi"} {
		n, err := h.Write([]byte(s))
		require.NoError(t, err)
		assert.Equal(t, len(s), n)
	}
	assert.Equal(t, "abcde", string(h.data))
}

func TestTail(t *testing.T) {
	b := &tail{limit: 5}
	for _, step := range []struct{ write, want string }{
		{"abc", "abc"}, {"", "abc"}, {"de", "abcde"}, {"fg", "cdefg"}, {"0123456789", "56789"}, {"x", "6789x"},
	} {
		n, err := b.Write([]byte(step.write))
		require.NoError(t, err)
		assert.Equal(t, len(step.write), n)
		assert.Equal(t, step.want, b.String())
	}
}
