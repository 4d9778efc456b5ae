//go:build unix

package process

import (
	"maps"
	"os/exec"
	"sync"
	"syscall"
)

// group is a program's process group and, on Linux, its family.
type group struct {
	id     int
	family *Family // nil if processes that leave the group are ignored
	mark   string  // the program's mark in the family
	cmd    *exec.Cmd

	mu     sync.Mutex // guards the fields below; prevents kill from using a process ID that has been reused
	ended  bool
	killed hunt
}

// startGroup starts cmd as the leader of a new session, which is a process group without a terminal. Without
// a terminal, a library cannot ask the user for a passphrase, and an interrupt from the keyboard reaches only
// the lab, which then ends its programs properly.
//
// On Linux, the program ends if the lab is killed. For this, the caller must keep its thread until the
// program has ended: see [boundToThread]. On other systems, a worker then ends at the end of its input, and
// other programs end at their own time limits.
func startGroup(cmd *exec.Cmd, f *Family) (*group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	endWithParent(cmd.SysProcAttr)
	mark, err := f.start(cmd)
	if err != nil {
		return nil, err
	}
	return &group{id: cmd.Process.Pid, family: f, mark: mark, cmd: cmd, killed: hunt{}}, nil
}

// kill kills every process of the group, and what the program has started outside of it. It can fail only if
// none is left.
func (g *group) kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return
	}
	maps.Copy(g.killed, g.family.killTree(g.cmd.Process))
	syscall.Kill(-g.id, syscall.SIGKILL)
}

// end kills what the program left behind, after the program itself has ended.
func (g *group) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	syscall.Kill(-g.id, syscall.SIGKILL)
	g.family.end(g.id, g.mark, g.killed)
}
