package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/pki/atomicfile"
)

// stdoutName stands for standard output where a file can be named.
const stdoutName = "-"

// outfile is a file named by a flag, and what writes its contents.
type outfile struct {
	flag, path string
	write      func(io.Writer, *result.Run) error
}

// check returns what is wrong with the path, if anything. It leaves no file behind.
func (o *outfile) check() error {
	if o.path == stdoutName {
		return nil
	}
	target, replace, err := o.target()
	if err != nil || !replace {
		return err
	}
	dir, err := os.OpenRoot(filepath.Dir(target))
	if err == nil {
		err = errors.Join(atomicfile.Check(dir, filepath.Base(target)), dir.Close())
	}
	if err != nil {
		return o.failed(err)
	}
	return nil
}

// target returns the file that the path leads to, and whether it is replaced. A file that is not regular, such as a
// pipe, is not replaced but written to.
func (o *outfile) target() (path string, replace bool, err error) {
	path, err = filepath.EvalSymlinks(o.path)
	if errors.Is(err, fs.ErrNotExist) {
		return o.path, true, nil
	}
	if err != nil {
		return "", false, o.failed(err)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", false, o.failed(err)
	case info.IsDir():
		return "", false, usageError{fmt.Errorf("%s %s: this is a directory: name a file", o.flag, o.path)}
	}
	return path, info.Mode().IsRegular(), nil
}

func (o *outfile) failed(err error) error {
	return usageError{fmt.Errorf("%s %s: %w: name a file in a writable directory", o.flag, o.path, err)}
}

// put writes the complete file, or nothing if writing fails or ctx ends.
func (o *outfile) put(ctx context.Context, stdout io.Writer, write func(io.Writer) error) error {
	if o.path == stdoutName {
		return write(stdout)
	}
	target, replace, err := o.target()
	if err != nil {
		return err
	}
	if !replace {
		_, err := bounded.Until(ctx, func() (struct{}, error) { // nobody may read the pipe
			f, err := os.OpenFile(target, os.O_WRONLY, 0)
			if err != nil {
				return struct{}{}, o.failed(err)
			}
			return struct{}{}, errors.Join(write(f), f.Close())
		})
		return err
	}
	dir, err := os.OpenRoot(filepath.Dir(target))
	if err != nil {
		return o.failed(err)
	}
	defer dir.Close()
	err = atomicfile.Write(dir, filepath.Base(target), 0o666, func(f *os.File) error {
		buffered := bufio.NewWriter(f)
		return cmp.Or(write(buffered), buffered.Flush(), ctx.Err())
	})
	if err != nil {
		return fmt.Errorf("writing %s %s: %w", o.flag, o.path, err)
	}
	return nil
}

// checkAll checks the files, and that no two are the same.
func checkAll(files []*outfile) error {
	taken := map[string]string{}
	for _, o := range files {
		if other, twice := taken[filepath.Clean(o.path)]; twice {
			return usageError{fmt.Errorf("%s and %s are both %s: give each its own file", other, o.flag, o.path)}
		}
		taken[filepath.Clean(o.path)] = o.flag
		if err := o.check(); err != nil {
			return err
		}
	}
	return nil
}
