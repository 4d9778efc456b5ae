// Package atomicfile writes files atomically.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write calls write with a new temporary file in a directory, and renames the file to name if write succeeds. If write
// returns an error, Write returns it and leaves an existing file of that name unchanged. The temporary file has the
// mode, less the process's umask; write may change it. Write does not flush buffers that write has put around the file.
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

// Check returns the error that [Write] would return before it calls write. It leaves no file behind.
func Check(dir *os.Root, name string) error {
	f, temporary, err := create(dir, name, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), dir.Remove(temporary))
}

// create creates a temporary file in the directory of another file. Its errors have the other file's name.
func create(dir *os.Root, name string, mode fs.FileMode) (f *os.File, temporary string, err error) {
	temporary = filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+rand.Text()[:8]+".tmp")
	f, err = dir.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		err = &fs.PathError{Op: "create", Path: filepath.Join(dir.Name(), name), Err: failed.Err}
	}
	return f, temporary, err
}
