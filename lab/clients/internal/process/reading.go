package process

import (
	"io"
	"os"
	"os/exec"
	"time"
)

// reading is what a program writes, on its way to a keeper.
type reading struct {
	r    *os.File
	done chan struct{}
}

// collect has a keeper keep what is written to the file that it returns, for a program to write to.
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

// end waits until all that was written has been kept, however long that takes a busy machine: when nobody has the
// pipe open any more, it has an end. Something that the program left behind may have it, and is waited for no longer
// than [pipeDelay].
func (c *reading) end() {
	late := time.AfterFunc(pipeDelay, func() { c.r.Close() })
	defer late.Stop()
	<-c.done
	c.r.Close()
}

// both are a program's output and error output.
type both [2]*reading

func (b both) end() {
	for _, r := range b {
		r.end()
	}
}

// pipes has keepers keep what a command writes. The caller closes the command's files when it has been started.
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
