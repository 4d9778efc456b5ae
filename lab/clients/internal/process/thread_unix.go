//go:build unix && !linux

package process

import "syscall"

// endWithParent does nothing: there is no signal for that here.
func endWithParent(*syscall.SysProcAttr) {}
