// Package atomicfile writes files that appear whole or not at all.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes a file in a directory: to a temporary file beside it, which gets its name when it is whole. A file of
// that name is replaced, and stays as it is if write returns an error, which Write returns. The temporary file has the
// mode, less the process's umask, and write may change it. What write leaves buffered is lost.
func Write(dir *os.Root, name string, mode fs.FileMode, write func(*os.File) error) error {
	f, temporary, err := create(dir, name, mode)
	if err != nil {
		return err
	}
	if err = errors.Join(write(f), f.Close()); err == nil {
		err = dir.Rename(temporary, name)
	}
	if err != nil {
		return errors.Join(err, dir.Remove(temporary))
	}
	return nil
}

// Check returns the error that [Write] would meet before it writes anything. It leaves nothing behind.
func Check(dir *os.Root, name string) error {
	f, temporary, err := create(dir, name, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), dir.Remove(temporary))
}

// create creates a temporary file beside another. Its error names the other.
func create(dir *os.Root, name string, mode fs.FileMode) (f *os.File, temporary string, err error) {
	temporary = filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+rand.Text()[:8]+".tmp")
	f, err = dir.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		err = &fs.PathError{Op: "create", Path: filepath.Join(dir.Name(), name), Err: failed.Err}
	}
	return f, temporary, err
}
