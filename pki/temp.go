package pki

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// temporary is a file in a directory that is to go when its lab does.
const temporary = ".temporary"

// TempDir makes a directory that is removed by [Dir.Delete], or by [SweepTemp] after a process that was killed.
// Its parent is dir, and its name begins with prefix.
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

// SweepTemp removes those directories that [TempDir] has made with such a parent and prefix, for this user, and
// that nobody holds the lock of: whoever made them was killed. What cannot be removed stays.
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
		d.lock = flock.New(filepath.Join(path, lockFile), flock.SetFlag(os.O_RDWR|noFollow)) // none is made
		if free, err := d.lock.TryLock(); free && err == nil {
			return d
		}
	}
	d.Close()
	return nil
}

// isTemporary reports whether the directory is the lab's, and one that was to go.
func (d *Dir) isTemporary() bool {
	for _, name := range []string{temporary, lockFile} {
		if info, err := d.root.Lstat(name); err != nil || info.Mode()&fs.ModeType != 0 {
			return false
		}
	}
	marked, err := isMarked(d.root)
	return marked && err == nil
}
