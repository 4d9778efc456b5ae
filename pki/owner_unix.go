//go:build unix

package pki

import (
	"io/fs"
	"os"
	"syscall"
)

// noFollow prevents a file from being opened through a link.
const noFollow = syscall.O_NOFOLLOW

// owned reports whether a file belongs to the current user.
func owned(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
