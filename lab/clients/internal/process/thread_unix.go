//go:build unix && !linux

package process

import "syscall"

// endWithParent does nothing: these systems have no signal for that.
func endWithParent(*syscall.SysProcAttr) {}
