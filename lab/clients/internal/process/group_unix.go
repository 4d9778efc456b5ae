//go:build unix

package process

import (
	"maps"
	"os/exec"
	"sync"
	"syscall"
)

// group is a program's process group, and on Linux its family.
type group struct {
	id     int
	family *Family // nil if what leaves the group is left alone
	mark   string  // of the program, in the family
	cmd    *exec.Cmd

	mu     sync.Mutex // guards what follows, and kill against what takes the program's number later
	ended  bool
	killed hunt
}

// startGroup starts cmd as the leader of a session of its own: a session is a process
// group without a terminal. Without a terminal no library can stop to ask a user
// for a passphrase, and an interrupt from the keyboard reaches the lab alone, which
// then ends its programs in order.
//
// On Linux the program ends with the lab, if the lab is killed: the caller keeps the thread that it runs
// on until the program has ended, see [boundToThread]. Elsewhere a worker then ends at the end of its input,
// and any other program at its own time limit.
func startGroup(cmd *exec.Cmd, f *Family) (*group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	endWithParent(cmd.SysProcAttr)
	mark, err := f.start(cmd)
	if err != nil {
		return nil, err
	}
	return &group{id: cmd.Process.Pid, family: f, mark: mark, cmd: cmd, killed: hunt{}}, nil
}

// kill ends every process of the group, and what the program has started that left it. That there is
// none any more is the only way in which it can fail.
func (g *group) kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return
	}
	maps.Copy(g.killed, g.family.killTree(g.cmd.Process))
	syscall.Kill(-g.id, syscall.SIGKILL)
}

// end ends what the program left behind, after it has ended itself.
func (g *group) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	syscall.Kill(-g.id, syscall.SIGKILL)
	g.family.end(g.id, g.mark, g.killed)
}
