package main

import (
	"os"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// unmapProgram takes the program's own file out of resident memory, as far as it is only read: the init functions of
// all linked packages have touched most of it, and serving needs little. The kernel maps pages again when they are
// used. Errors only mean that it stays resident.
func unmapProgram() {
	path, err := os.Executable()
	if err != nil {
		return
	}
	self, err := procfs.Self()
	if err != nil {
		return
	}
	maps, err := self.ProcMaps()
	if err != nil {
		return
	}
	for _, m := range maps {
		if m.Pathname == path && !m.Perms.Write {
			unix.Syscall(unix.SYS_MADVISE, m.StartAddr, m.EndAddr-m.StartAddr, unix.MADV_DONTNEED)
		}
	}
}
