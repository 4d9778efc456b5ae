package pki

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// temporary marks a directory that is removed when its lab ends.
const temporary = ".temporary"

// TempDir makes a directory inside dir whose name begins with prefix. [Dir.Delete] removes it, or [SweepTemp]
// if the process was killed.
func TempDir(dir, prefix string) (*Dir, error) {
	path, err := os.MkdirTemp(dir, prefix) // mode 0700
	if err != nil {
		return nil, err
	}
	d, err := OpenDir(path)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	if err := d.Write("", File{Name: temporary}); err != nil {
		return nil, errors.Join(err, d.Delete())
	}
	return d, nil
}

// SweepTemp removes this user's directories that [TempDir] made with the same parent and prefix, and whose
// lock is not held: the process that made them was killed. It ignores errors.
func SweepTemp(dir, prefix string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), prefix) {
			if d := abandoned(filepath.Join(dir, e.Name())); d != nil {
				d.Delete()
			}
		}
	}
}

// Abandoned reports whether a directory is one that [SweepTemp] would remove.
func Abandoned(path string) bool {
	d := abandoned(path)
	return d != nil && d.Close() == nil
}

// abandoned opens and locks a directory that [SweepTemp] would remove, and returns nil for any other.
func abandoned(path string) *Dir {
	link, err := os.Lstat(path)
	if err != nil || !link.IsDir() {
		return nil
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil
	}
	d := &Dir{path: path, root: root}
	if info, err := root.Stat("."); err == nil && os.SameFile(info, link) && owned(info) && d.isTemporary() {
		// without O_CREATE: a missing lock is not made
		d.lock = flock.New(filepath.Join(path, lockFile), flock.SetFlag(os.O_RDWR|noFollow))
		if free, err := d.lock.TryLock(); free && err == nil {
			return d
		}
	}
	d.Close()
	return nil
}

// isTemporary reports whether the directory is the lab's and was meant to be removed.
func (d *Dir) isTemporary() bool {
	for _, name := range []string{temporary, lockFile} {
		if info, err := d.root.Lstat(name); err != nil || info.Mode()&fs.ModeType != 0 {
			return false
		}
	}
	marked, err := isMarked(d.root)
	return marked && err == nil
}
