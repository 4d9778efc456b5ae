package process

import (
	"io"
	"os"
	"os/exec"
	"time"
)

// reading reads a program's output from a pipe and writes it to a keeper.
type reading struct {
	r    *os.File
	done chan struct{}
}

// collect starts a reading and returns the file that the program must write to.
func collect(k keeper) (*reading, *os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	c := &reading{r: r, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		io.Copy(k, r)
	}()
	return c, w, nil
}

// end waits until all output has been read, however long that takes on a busy machine: the pipe ends when
// nobody holds it any more. If something that the program left behind holds it, end waits no longer than
// [pipeDelay].
func (c *reading) end() {
	late := time.AfterFunc(pipeDelay, func() { c.r.Close() })
	defer late.Stop()
	<-c.done
	c.r.Close()
}

// both are the readings of a program's standard output and standard error.
type both [2]*reading

func (b both) end() {
	for _, r := range b {
		r.end()
	}
}

// pipes connects a command's output to keepers. The caller must close the command's files after starting it.
func pipes(cmd *exec.Cmd, stdout, stderr keeper) (both, error) {
	out, w, err := collect(stdout)
	if err != nil {
		return both{}, err
	}
	cmd.Stdout = w
	errs, w, err := collect(stderr)
	if err != nil {
		cmd.Stdout.(io.Closer).Close()
		out.end()
		return both{}, err
	}
	cmd.Stderr = w
	return both{out, errs}, nil
}
