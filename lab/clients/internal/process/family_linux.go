package process

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// markVariable is the environment variable by which what a program has started is told from what others
// have: it is inherited.
const markVariable = "TLSLAB_PROGRAM"

// Family is the programs that this process has started, with all that they have started in turn.
type Family struct {
	starting sync.RWMutex // held to start a program, and alone to look for orphans
	mu       sync.Mutex   // guards what follows
	running  map[int]string
	zombies  map[int]time.Time // orphans that have ended, and when that was first seen
}

type familyKey struct{}

// Adopt has this process become the parent of what its programs leave behind (PR_SET_CHILD_SUBREAPER),
// for as long as it runs: it is for a command, and not for a library. Programs that are started with the
// context that it returns end with all that they have started, though it has left their process groups. A
// program gets the variable TLSLAB_PROGRAM, by which its orphans are known. An orphan that has cleared its
// environment is ended with the last program that runs.
//
// Where the kernel does not have what that takes, Adopt returns ctx.
func Adopt(ctx context.Context) context.Context {
	if fd, err := unix.PidfdOpen(os.Getpid(), 0); err != nil { // Linux 5.3
		return ctx
	} else {
		unix.Close(fd)
	}
	if _, err := os.ReadFile(childrenFile(os.Getpid(), os.Getpid())); err != nil { // CONFIG_PROC_CHILDREN
		return ctx
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return ctx
	}
	return context.WithValue(ctx, familyKey{}, &Family{running: map[int]string{}, zombies: map[int]time.Time{}})
}

// familyOf returns the family of a context; nil if it has none. A nil family does nothing.
func familyOf(ctx context.Context) *Family {
	f, _ := ctx.Value(familyKey{}).(*Family)
	return f
}

// start starts a program as one of the family, and returns its mark.
func (f *Family) start(cmd *exec.Cmd) (mark string, err error) {
	if f == nil {
		return "", cmd.Start()
	}
	mark = rand.Text()
	cmd.Env = append(slices.Clip(cmd.Env), markVariable+"="+mark)
	f.starting.RLock()
	defer f.starting.RUnlock()
	if err := cmd.Start(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running[cmd.Process.Pid] = mark
	return mark, nil
}

// killTree ends what a program that runs has started, as far as their parents are still there. The program
// itself is stopped, for the caller to end. What it returns is for [Family.end].
func (f *Family) killTree(program *os.Process) hunt {
	h := hunt{}
	if f == nil || program.Signal(unix.SIGSTOP) != nil { // it has been waited for: its number may be another's
		return h
	}
	for h.stop(below(program.Pid)) {
	}
	h.signal(unix.SIGKILL)
	return h
}

// end ends the orphans of a program that has ended and been waited for, and reaps those and what killTree has
// killed.
func (f *Family) end(program int, mark string, killed hunt) {
	if f == nil {
		return
	}
	f.starting.Lock()
	defer f.starting.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.running, program)
	killed.reap()
	for f.hunt(mark) {
	}
}

// hunt ends the orphans of a program that there are now, and reports whether it is worth while to look again.
func (f *Family) hunt(mark string) bool {
	h := hunt{}
	for h.stop(f.orphans(mark)) {
	}
	h.signal(unix.SIGKILL)
	return h.reap() && len(h) > 0
}

// orphans returns the processes that this one has become the parent of and that are of the program with a
// mark, and what is below them. Those of others that have ended are reaped.
func (f *Family) orphans(mark string) []int {
	self := os.Getpid()
	var list []int
	for _, pid := range childrenOf(self, self) { // the kernel gives orphans to the first thread
		if _, started := f.running[pid]; started {
			continue
		}
		if s, ok := readState(pid); !ok || s.zombie {
			f.reapLater(pid, ok)
			continue
		}
		if f.belongs(pid, mark) {
			list = append(append(list, pid), below(pid)...)
		}
	}
	return list
}

// belongs reports whether an orphan was started by the program with a mark, or by no program that still runs.
func (f *Family) belongs(pid int, mark string) bool {
	env, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return false
	}
	entries := strings.Split(string(env), "\x00")
	if i := slices.IndexFunc(entries, func(e string) bool { return strings.HasPrefix(e, markVariable+"=") }); i >= 0 {
		return entries[i] == markVariable+"="+mark
	}
	// It has no mark. What a library has started in this process has this one's environment.
	return len(f.running) == 0 && slices.ContainsFunc(os.Environ(), func(e string) bool { return !slices.Contains(entries, e) })
}

// patience is how long a child that has ended is left alone: whoever has started it and waits for it, as a
// library may, has done so by then.
const patience = time.Second

// reapLater reaps an orphan that has ended, some time after it was first seen to have.
func (f *Family) reapLater(pid int, ended bool) {
	first, seen := f.zombies[pid]
	switch {
	case !ended:
		delete(f.zombies, pid)
	case !seen:
		f.zombies[pid] = time.Now()
	case time.Since(first) > patience:
		reap(pid)
		delete(f.zombies, pid)
	}
}

// reap takes note of the end of a child, if it has ended.
func reap(pid int) { unix.Wait4(pid, nil, unix.WNOHANG, nil) }

// below returns all that a process has started, directly or not, whose parents are still there.
func below(pid int) []int {
	var list []int
	threads, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if err != nil {
		return nil
	}
	for _, t := range threads {
		tid, _ := strconv.Atoi(t.Name())
		for _, child := range childrenOf(pid, tid) {
			list = append(append(list, child), below(child)...)
		}
	}
	return list
}

func childrenFile(pid, tid int) string {
	return "/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(tid) + "/children"
}

// childrenOf returns the children of a thread.
func childrenOf(pid, tid int) []int {
	data, err := os.ReadFile(childrenFile(pid, tid))
	if err != nil {
		return nil
	}
	var list []int
	for _, field := range bytes.Fields(data) {
		if n, err := strconv.Atoi(string(field)); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// state is what the kernel says of a process.
type state struct {
	zombie  bool
	parent  int
	started string // in ticks since the machine started
}

// readState reads /proc/PID/stat (proc(5)). It is false if there is no such process.
func readState(pid int) (state, bool) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return state{}, false
	}
	_, rest, _ := strings.Cut(string(data[bytes.LastIndexByte(data, ')')+1:]), " ") // the name may hold anything
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return state{}, false
	}
	parent, _ := strconv.Atoi(fields[1])
	return state{zombie: fields[0] == "Z" || fields[0] == "X", parent: parent, started: fields[19]}, true
}
