// Package process runs client programs: each in its own process group, without a terminal, with a clean
// environment and with limits on its output. Whatever a program does (ignore signals, flood its output, leave
// children behind that hold its pipes), it can be ended with all its children.
//
// A child that leaves the process group, as daemons do with setsid, is also ended if the system provides a
// way to find it: always on Windows, because the program's job object contains it; on Linux if [Adopt] was
// called; on other systems never.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// maxStdout is how much of the output [Run] keeps from the beginning, in bytes.
	maxStdout = 1 << 20
	// maxTail is how much of the output Run keeps from the end, where the end is what matters.
	maxTail = 16 << 10
	// maxStderr is how much of the error output is kept, from the end.
	maxStderr = 4 << 10
	// pipeDelay is how long pipes may stay open after a program and its process group have ended. If they are
	// open longer, something that the program left behind holds them.
	pipeDelay = 5 * time.Second
)

// Command describes a program to run.
type Command struct {
	Path  string
	Args  []string // without the program's name
	Env   []string // in addition to Environ
	Stdin string   // what Run writes to it
	// Environ, if not nil, replaces [Environ].
	Environ []string
	// Tail makes Run keep the end of the output instead of the beginning.
	Tail bool
	// Files become file descriptors 3 and up. This does not work on Windows.
	Files []*os.File
	// Hold makes Run keep the standard input open until the program ends. Some programs stop reading the
	// response at the end of their input.
	Hold bool
}

// Output is a program's output and how it ended.
type Output struct {
	Stdout string // if long, only its beginning or its end: see Command.Tail
	Stderr string // if long, only its end
	Code   int    // the exit status; -1 if it was killed
	Status string // the same in words: "exit status 60", "signal: killed"
}

// Run runs a program until it ends. An error means that the program could not be started or that ctx ended
// it; a non-zero exit status is not an error. When Run returns, the program's whole process group has ended.
func Run(ctx context.Context, c Command) (Output, error) {
	if ctx.Err() != nil {
		return Output{}, fmt.Errorf("starting %s: %w", c.Path, context.Cause(ctx))
	}
	cmd := exec.Command(c.Path, c.Args...)
	var stdout keeper = &head{limit: maxStdout}
	if c.Tail {
		stdout = &tail{limit: maxTail}
	}
	stderr := &tail{limit: maxStderr}
	cmd.Stdin = strings.NewReader(c.Stdin)
	feed := func() {}
	if c.Hold {
		cmd.Stdin = nil
		stdin, err := cmd.StdinPipe()
		if err != nil {
			return Output{}, fmt.Errorf("starting %s: %w", c.Path, err)
		}
		feed = func() { io.WriteString(stdin, c.Stdin) } // it fails if the program ends without reading it
	}
	written, err := pipes(cmd, stdout, stderr)
	if err != nil {
		return Output{}, fmt.Errorf("starting %s: %w", c.Path, err)
	}
	defer boundToThread()()
	g, err := start(ctx, cmd, c)
	cmd.Stdout.(io.Closer).Close()
	cmd.Stderr.(io.Closer).Close()
	if err != nil {
		written.end()
		return Output{}, err
	}
	// exec.CommandContext may cancel before the group is known.
	stop := context.AfterFunc(ctx, g.kill)
	feed()
	err = cmd.Wait() // this closes the input held open
	ended := !stop()
	g.end()
	written.end()
	out := Output{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode(),
		Status: cmd.ProcessState.String()}
	var status *exec.ExitError
	switch {
	case ended:
		return out, fmt.Errorf("running %s: %w", c.Path, context.Cause(ctx))
	case err == nil, errors.As(err, &status), errors.Is(err, exec.ErrWaitDelay):
		return out, nil
	}
	return out, fmt.Errorf("running %s: %w", c.Path, err)
}

// start starts cmd in its own group.
func start(ctx context.Context, cmd *exec.Cmd, c Command) (*group, error) {
	cmd.Env = c.Environ
	if cmd.Env == nil {
		cmd.Env = Environ()
	}
	cmd.Env = append(slices.Clip(cmd.Env), c.Env...)
	cmd.ExtraFiles = c.Files
	cmd.WaitDelay = pipeDelay
	g, err := startGroup(cmd, familyOf(ctx))
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	return g, nil
}

// Process is a running program with pipes for its input and output.
type Process struct {
	stdin  io.WriteCloser
	stdout *os.File
	stderr *tail
	group  *group
	kill   sync.Once
	done   chan struct{}
}

// Start starts a program that runs until [Process.Close]. It ignores Command.Stdin. Only whether [Adopt] was
// called matters about ctx; its end does not end the program.
func Start(ctx context.Context, c Command) (*Process, error) {
	cmd := exec.Command(c.Path, c.Args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.Path, err)
	}
	stdout, theirs, err := os.Pipe()
	if err != nil {
		stdin.Close()
		return nil, fmt.Errorf("starting %s: %w", c.Path, err)
	}
	defer theirs.Close()
	p := &Process{stdin: stdin, stdout: stdout, stderr: &tail{limit: maxStderr}, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = theirs, p.stderr
	started := make(chan error, 1)
	go func() {
		defer boundToThread()()
		g, err := start(ctx, cmd, c)
		p.group = g
		started <- err
		if err != nil {
			return
		}
		defer close(p.done)
		cmd.Wait() // its readers notice that it ended; how does not matter
		g.end()
	}()
	if err := <-started; err != nil {
		stdout.Close() // exec has closed stdin
		return nil, err
	}
	return p, nil
}

// Write writes to the program's standard input. Kill ends a blocked write.
func (p *Process) Write(b []byte) (int, error) { return p.stdin.Write(b) }

// Read reads the program's standard output. io.EOF or another error means that the program has ended. Kill
// ends a blocked read.
func (p *Process) Read(b []byte) (int, error) { return p.stdout.Read(b) }

// Stderr returns the end of the program's standard error.
func (p *Process) Stderr() string { return p.stderr.String() }

// Done is closed when the program and its process group have ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Kill kills the program and its process group, and does not wait.
func (p *Process) Kill() {
	p.kill.Do(func() {
		p.group.kill()
		p.stdin.Close()
		p.stdout.Close() // a child that left the group may still hold the other end
	})
}

// Close kills the program like Kill and waits until it has ended.
func (p *Process) Close() {
	p.Kill()
	<-p.done
}
