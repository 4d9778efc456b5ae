// Package process runs client programs: each in a process group of its own, away
// from the terminal, with a clean environment and with bounds on what it may
// write. Whatever a program does (ignore signals, flood its output, leave children
// behind that hold its pipes), it ends with all its children when it is told to.
//
// A child that leaves the process group, as daemons do by setsid, is ended as well where the system has a way
// to find it: on Windows always, as the program's job object has all of them; on Linux in a process that has
// called [Adopt]; elsewhere not.
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
	// maxStdout is how much of its output [Run] keeps, from the beginning.
	maxStdout = 1 << 20
	// maxTail is how much of it Run keeps from the end, where that is what tells.
	maxTail = 16 << 10
	// maxStderr is how much of its error output is kept, from the end.
	maxStderr = 4 << 10
	// pipeDelay is how long pipes may stay open after a program and its process group have ended: longer means that
	// something it left behind has them, and not that they are being read.
	pipeDelay = 5 * time.Second
)

// Command says what to run.
type Command struct {
	Path  string
	Args  []string // without the program's name
	Env   []string // beyond Environ
	Stdin string   // what Run writes to it
	// Environ, if not nil, is what it gets in place of [Environ].
	Environ []string
	// Tail has Run keep the end of the output, and not its beginning.
	Tail bool
	// Files are what it gets as file descriptors 3 and following. Windows has no such thing.
	Files []*os.File
	// Hold has Run keep the standard input open until the program ends: some take its
	// end for the end of the conversation, and read no more of the answer.
	Hold bool
}

// Output is what a program wrote and how it ended.
type Output struct {
	Stdout string // its beginning, where it is long, or its end: see Command.Tail
	Stderr string // its end, where it is long
	Code   int    // its exit status; -1 if it was killed
	Status string // the same in words: "exit status 60", "signal: killed"
}

// Run runs a program to its end. Its error says that the program could not be
// started, or that ctx ended it; a status other than zero is no error. When it
// returns, the program's whole process group is gone.
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
		feed = func() { io.WriteString(stdin, c.Stdin) } // a program that does not read it may have ended
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
	// Not exec.CommandContext, which may cancel before the group is known.
	stop := context.AfterFunc(ctx, g.kill)
	feed()
	err = cmd.Wait() // closes the input that was held
	ended := !stop()
	g.end()
	written.end()
	out := Output{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode(), Status: cmd.ProcessState.String()}
	var status *exec.ExitError
	switch {
	case ended:
		return out, fmt.Errorf("running %s: %w", c.Path, context.Cause(ctx))
	case err == nil, errors.As(err, &status), errors.Is(err, exec.ErrWaitDelay):
		return out, nil
	}
	return out, fmt.Errorf("running %s: %w", c.Path, err)
}

// start starts cmd in a group of its own.
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

// Process is a program that runs on: one writes to it and reads from it.
type Process struct {
	stdin  io.WriteCloser
	stdout *os.File
	stderr *tail
	group  *group
	kill   sync.Once
	done   chan struct{}
}

// Start starts a program that runs until [Process.Close]. It does not use
// Command.Stdin. The context says whether [Adopt] was called; its end does not end the program.
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
		cmd.Wait() // how it ended is of no interest: its readers see that it did
		g.end()
	}()
	if err := <-started; err != nil {
		stdout.Close() // exec has closed stdin
		return nil, err
	}
	return p, nil
}

// Write writes to the program's standard input. Kill ends a write that waits.
func (p *Process) Write(b []byte) (int, error) { return p.stdin.Write(b) }

// Read reads the program's standard output: io.EOF, or another error, says that
// it has ended. Kill ends a read that waits.
func (p *Process) Read(b []byte) (int, error) { return p.stdout.Read(b) }

// Stderr returns the end of what the program wrote to its standard error.
func (p *Process) Stderr() string { return p.stderr.String() }

// Done is closed when the program has ended, and its process group with it.
func (p *Process) Done() <-chan struct{} { return p.done }

// Kill ends the program with its process group, and does not wait for it.
func (p *Process) Kill() {
	p.kill.Do(func() {
		p.group.kill()
		p.stdin.Close()
		p.stdout.Close() // a child that left the group may still hold the other end
	})
}

// Close ends the program as Kill does, and waits until it is gone.
func (p *Process) Close() {
	p.Kill()
	<-p.done
}
