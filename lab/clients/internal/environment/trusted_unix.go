//go:build unix

package environment

import (
	"io/fs"
	"os"
	"syscall"
)

// owned reports whether a file belongs to the current user.
func owned(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// trusted reports whether a directory belongs to the current user, and nobody else can write
// to it.
func trusted(info fs.FileInfo) bool { return owned(info) && info.Mode().Perm()&0o022 == 0 }
