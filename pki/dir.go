package pki

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"example.com/tlslab/pki/atomicfile"
)

// marker is a file that marks a directory as the lab's. markerText is its content.
const (
	marker     = ".tlslab"
	markerText = "This directory was made by tlslab, which overwrites what is in it.\n"
)

// lockFile is locked for as long as a [Dir] is open.
const lockFile = ".lock"

// [InUse] in another process holds the lock for a moment. OpenDir therefore retries every lockPause, for up
// to lockTime.
const (
	lockTime  = 500 * time.Millisecond
	lockPause = 25 * time.Millisecond
)

// ErrInUse is returned by [OpenDir] if another lab has the directory open.
var ErrInUse = errors.New("in use by another tlslab")

// A Dir is a directory that the lab made or found empty, and has locked. Everything is written and removed
// through an [os.Root], so that no link can lead out of it.
type Dir struct {
	path string
	root *os.Root
	lock *flock.Flock
}

// OpenDir makes a directory for the lab's files, or opens one that it made before, and locks it until
// [Dir.Close].
//
// It never overwrites a user's files. A directory that is not empty must contain the lab's marker: a regular
// file with the lab's text. The directory must belong to the user who runs the lab; on Windows, where the
// owner may be a group, this is not checked. If another lab has the directory open, the error wraps
// [ErrInUse].
func OpenDir(path string) (_ *Dir, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, fmt.Errorf("making the directory for the lab's files: %w", err)
	}
	d := &Dir{path: path}
	if d.root, err = os.OpenRoot(path); err != nil {
		return nil, fmt.Errorf("opening the directory for the lab's files: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	if _, err := d.mine(); err != nil { // before anything is written
		return nil, err
	}
	if err := d.take(); err != nil {
		return nil, err
	}
	marked, err := d.mine() // another lab may have used it before the lock was free
	if err == nil && !marked {
		err = d.Write("", File{Name: marker, Data: []byte(markerText)})
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// mine reports whether the directory has the lab's marker. An error says why the lab must not use the
// directory.
func (d *Dir) mine() (marked bool, err error) {
	info, err := d.root.Stat(".")
	if err != nil {
		return false, fmt.Errorf("looking at the directory for the lab's files: %w", err)
	}
	if !owned(info) {
		return false, fmt.Errorf("directory %s belongs to another user: choose one that you own, "+
			"or a new one inside it", d.path)
	}
	if marked, err := isMarked(d.root); err != nil {
		return false, fmt.Errorf("directory %s: %w: choose a new or empty one", d.path, err)
	} else if marked {
		return true, nil
	}
	entries, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		return false, fmt.Errorf("reading the directory for the lab's files: %w", err)
	}
	// A lab that was killed before it wrote the marker leaves the lock.
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != lockFile }) {
		return false, fmt.Errorf("directory %s is not empty and was not made by the lab: choose a new or empty one",
			d.path)
	}
	return false, nil
}

// isMarked reports whether a directory has the lab's marker. It is an error if the file exists but was not
// written by the lab.
func isMarked(root *os.Root) (bool, error) {
	foreign := fmt.Errorf("its file %s was not written by the lab", marker)
	info, err := root.Lstat(marker)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, foreign
	}
	f, err := root.Open(marker)
	if err != nil {
		return false, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(len(markerText))+1))
	if err != nil {
		return false, err
	}
	if string(text) != markerText {
		return false, foreign
	}
	return true, nil
}

func (d *Dir) take() error {
	if err := lockable(d.root, d.path); err != nil {
		return err
	}
	d.lock = flock.New(filepath.Join(d.path, lockFile), flock.SetFlag(os.O_CREATE|os.O_RDWR|noFollow))
	ctx, cancel := context.WithTimeout(context.Background(), lockTime)
	defer cancel()
	if locked, err := d.lock.TryLockContext(ctx, lockPause); err != nil && ctx.Err() == nil {
		return fmt.Errorf("locking the directory for the lab's files: %w", err)
	} else if !locked {
		return fmt.Errorf("directory %s is %w: stop that one, or choose another directory", d.path, ErrInUse)
	}
	return nil
}

// lockable returns an error if the lock exists but is not a regular file.
func lockable(root *os.Root, path string) error {
	info, err := root.Lstat(lockFile)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() {
		return nil
	}
	return errors.Join(err, fmt.Errorf("%s is not a regular file: remove it", filepath.Join(path, lockFile)))
}

// InUse reports whether a lab has a directory open, in this process or another. It writes nothing.
func InUse(path string) (bool, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return false, err
	}
	defer root.Close()
	if err := lockable(root, path); err != nil {
		return false, err
	}
	lock := flock.New(filepath.Join(path, lockFile), flock.SetFlag(os.O_RDONLY|noFollow))
	free, err := lock.TryLock()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && !free, errors.Join(err, lock.Close())
}

// Path returns the directory's absolute path.
func (d *Dir) Path() string { return d.path }

// Close unlocks the directory. Its contents stay.
func (d *Dir) Close() error {
	var err error
	if d.lock != nil {
		err = d.lock.Close()
	}
	return errors.Join(err, d.root.Close())
}

// Delete closes the directory and removes it with all its contents. Links are removed; what they point to is
// not touched.
func (d *Dir) Delete() error {
	err := empty(d.root, lockFile) // the lock goes last: until then no other lab takes the directory
	err = errors.Join(err, d.lock.Close(), empty(d.root, ""), d.root.Close())
	if gone := os.Remove(d.path); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	if err != nil {
		return fmt.Errorf("removing the lab's files: %w", err)
	}
	return nil
}

// empty removes the contents of a directory, except for one file.
func empty(root *os.Root, but string) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the directory is gone
	}
	for _, e := range entries {
		if e.Name() != but {
			err = errors.Join(err, root.RemoveAll(e.Name()))
		}
	}
	return err
}

// Write writes a file into a folder of the directory, atomically: it writes a temporary file and renames it.
// Private keys are readable by their owner only. A folder that is a link is refused.
func (d *Dir) Write(folder string, f File) error {
	if !filepath.IsLocal(filepath.Join(folder, f.Name)) {
		return fmt.Errorf("writing %s: not a name inside the lab's directory", filepath.Join(folder, f.Name))
	}
	root, err := d.folder(folder, true)
	if err == nil {
		err = errors.Join(write(root, f), root.Close())
	}
	if err != nil {
		return fmt.Errorf("writing the lab's files: %w", err)
	}
	return nil
}

// write writes a file below a root.
func write(root *os.Root, f File) error {
	return atomicfile.Write(root, f.Name, 0o600, func(tmp *os.File) error {
		_, err := tmp.Write(f.Data)
		if err == nil && !f.Secret {
			err = tmp.Chmod(0o644) // whatever the umask: another user's client reads it
		}
		return err
	})
}

// Remove removes a file from a folder of the directory. A missing file is not an error; a folder that is a
// link is.
func (d *Dir) Remove(folder, name string) error {
	var err error
	if folder == "" { // needs no file descriptor, so it works even if none is left
		err = d.root.Remove(name)
	} else if root, failed := d.folder(folder, false); failed != nil {
		err = failed
	} else {
		err = errors.Join(root.Remove(name), root.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing one of the lab's files: %w", err)
	}
	return nil
}

// folder opens a folder of the directory. If make is true, it makes a missing folder.
func (d *Dir) folder(name string, make bool) (*os.Root, error) {
	if name == "" {
		return d.root.OpenRoot(".")
	}
	if !filepath.IsLocal(name) {
		return nil, fmt.Errorf("%s is not a name inside the lab's directory", name)
	}
	if info, err := d.root.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return nil, fmt.Errorf("%s is a link, which could lead out of the lab's directory: remove the link",
			filepath.Join(d.path, name))
	}
	if make {
		if err := d.root.MkdirAll(name, 0o755); err != nil {
			return nil, err
		}
	}
	return d.root.OpenRoot(name)
}

// WriteChain writes a chain's files into a folder with the chain's name.
func (d *Dir) WriteChain(c *Chain) error { return d.write(c, c.Files) }

// WriteClient writes only the files that a client may be given. This is much faster than WriteChain.
func (d *Dir) WriteClient(c *Chain) error { return d.write(c, c.ClientFiles) }

func (d *Dir) write(c *Chain, of func() ([]File, error)) error {
	files, err := of()
	if err != nil {
		return err
	}
	for _, name := range fileNames { // an earlier chain with this name may have left keys
		if !slices.ContainsFunc(files, func(f File) bool { return f.Name == name }) {
			if err := d.Remove(c.Name, name); err != nil {
				return fmt.Errorf("removing the files of an earlier chain: %w", err)
			}
		}
	}
	for _, f := range files {
		if err := d.Write(c.Name, f); err != nil {
			return err
		}
	}
	return nil
}
