//go:build unix

package explain_test

import (
	"syscall"
	"time"
)

// processor returns the processor time that this process has used. Unlike elapsed time, it hardly depends on what else
// the machine does.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
