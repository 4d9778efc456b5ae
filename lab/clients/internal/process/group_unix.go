//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// group is a program's process group.
type group struct{ id int }

// startGroup starts cmd as the leader of a session of its own: a session is a process
// group without a terminal. Without a terminal no library can stop to ask a user
// for a passphrase, and an interrupt from the keyboard reaches the lab alone, which
// then ends its programs in order.
//
// There is no parent-death signal (Linux's Pdeathsig), as it is tied to the life
// of a thread and Go moves between threads. If the lab is killed, a worker ends at
// the end of its input, and any other program at its own time limit.
func startGroup(cmd *exec.Cmd) (*group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &group{id: cmd.Process.Pid}, nil
}

// kill ends every process of the group. That there is none any more is the only
// way in which it can fail.
func (g *group) kill() { syscall.Kill(-g.id, syscall.SIGKILL) }

// end ends what the program left behind in its group, after it has ended itself.
func (g *group) end() { g.kill() }
