//go:build !unix

package realserver

import (
	"os"
	"os/exec"
)

func (o *owner) apply(*exec.Cmd) {}

// terminate kills a process: this system has no request to end.
func terminate(p *os.Process) error { return p.Kill() }
