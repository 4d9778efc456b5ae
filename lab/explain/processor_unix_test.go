//go:build unix

package explain_test

import (
	"syscall"
	"time"
)

// processor returns how much of the processor's time this process has taken: what else the machine does makes that no
// longer.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
