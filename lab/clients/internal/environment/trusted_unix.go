//go:build unix

package environment

import (
	"io/fs"
	"os"
	"syscall"
)

// trusted reports whether a directory belongs to the current user and nobody else can write to it.
func trusted(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}
