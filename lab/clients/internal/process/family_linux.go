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

// markVariable is an environment variable that identifies the program by which a process was started: child
// processes inherit it.
const markVariable = "TLSLAB_PROGRAM"

// Family is all programs that this process has started, with everything that they have started in turn.
type Family struct {
	starting sync.RWMutex // shared while starting a program, exclusive while looking for orphans
	mu       sync.Mutex   // guards the fields below
	running  map[int]string
	zombies  map[int]time.Time // orphans that have ended, and when that was first noticed
}

type familyKey struct{}

// Adopt makes this process the parent of whatever its programs leave behind (PR_SET_CHILD_SUBREAPER), for as
// long as it runs. So it is for commands and not for libraries. Programs that are started with the returned
// context end with everything that they have started, even if it has left their process groups. Each program
// gets the variable TLSLAB_PROGRAM, which identifies its orphans. An orphan that has cleared its environment
// is killed when the last running program ends.
//
// If the kernel lacks the necessary features, Adopt returns ctx.
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

// familyOf returns the family of a context, or nil if it has none. All methods of a nil family do nothing.
func familyOf(ctx context.Context) *Family {
	f, _ := ctx.Value(familyKey{}).(*Family)
	return f
}

// start starts a program as a member of the family and returns its mark.
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

// killTree kills what a running program has started, as far as parents and children are still connected. The
// program itself is only stopped; the caller must kill it. The result is for [Family.end].
func (f *Family) killTree(program *os.Process) hunt {
	h := hunt{}
	if f == nil || program.Signal(unix.SIGSTOP) != nil { // already waited for: its ID may belong to another process
		return h
	}
	for h.stop(below(program.Pid)) {
	}
	h.signal(unix.SIGKILL)
	return h
}

// end kills the orphans of a program that has ended and been waited for. It reaps them and what killTree has
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

// hunt kills the current orphans of a program, and reports whether there may be more.
func (f *Family) hunt(mark string) bool {
	h := hunt{}
	for h.stop(f.orphans(mark)) {
	}
	h.signal(unix.SIGKILL)
	return h.reap() && len(h) > 0
}

// orphans returns the children of this process that belong to the program with a mark, and their descendants.
// It reaps children of other programs that have ended.
func (f *Family) orphans(mark string) []int {
	self := os.Getpid()
	var list []int
	for _, pid := range childrenOf(self, self) { // the kernel assigns orphans to the first thread
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

// belongs reports whether an orphan was started by the program with a mark, or by no running program.
func (f *Family) belongs(pid int, mark string) bool {
	env, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return false
	}
	entries := strings.Split(string(env), "\x00")
	if i := slices.IndexFunc(entries, func(e string) bool { return strings.HasPrefix(e, markVariable+"=") }); i >= 0 {
		return entries[i] == markVariable+"="+mark
	}
	// It has no mark. A child that a library in this process has started has the same environment as this
	// process.
	ours := os.Environ()
	return len(f.running) == 0 && slices.ContainsFunc(ours,
		func(e string) bool { return !slices.Contains(entries, e) })
}

// patience is how long an ended child is left alone. Within this time, a library that started it and waits
// for it will have done so.
const patience = time.Second

// reapLater reaps an orphan that has ended, some time after its end was first noticed.
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

// reap reaps a child if it has ended.
func reap(pid int) { unix.Wait4(pid, nil, unix.WNOHANG, nil) }

// below returns all descendants of a process that are still connected to it through their parents.
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

// state is the kernel's information about a process.
type state struct {
	zombie  bool
	started string // in ticks since the machine started
}

// readState parses /proc/PID/stat (proc(5)). It returns false if there is no such process.
func readState(pid int) (state, bool) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return state{}, false
	}
	_, rest, _ := strings.Cut(string(data[bytes.LastIndexByte(data, ')')+1:]), " ") // the name may contain anything
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return state{}, false
	}
	return state{zombie: fields[0] == "Z" || fields[0] == "X", started: fields[19]}, true
}
