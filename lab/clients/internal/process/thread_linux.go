package process

import (
	"runtime"
	"syscall"
)

// endWithParent has the kernel kill the program when the thread that started it ends, and with it this
// process, however that ends. What the program itself has started is not killed then.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// boundToThread keeps the calling goroutine on its thread, and the thread from ending, until the function
// that it returns is called: the caller starts a program in between and waits for its end.
// Waiting takes a thread anyway.
func boundToThread() (release func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
