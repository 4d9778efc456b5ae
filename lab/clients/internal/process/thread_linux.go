package process

import (
	"runtime"
	"syscall"
)

// endWithParent makes the kernel kill the program when the thread that started it ends, which includes the
// end of this process for any reason. What the program itself has started is not killed.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// boundToThread locks the calling goroutine to its thread, so that the thread does not end, until the
// returned function is called. The caller starts a program in between and waits for its end. Waiting needs a
// thread anyway.
func boundToThread() (release func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
