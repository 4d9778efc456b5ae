package lessons

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"example.com/tlslab/lab/internal/bounded"
)

// ErrTaken is returned by [Lesson.WriteFiles] if a file of the lesson has the same name as another file.
var ErrTaken = errors.New("move it away, or name another directory with --dir")

// WriteFiles writes a learner's starting files into a directory, which it makes if necessary. It never
// overwrites a file: existing files of the lesson, fixed or not, are left alone and returned in kept. If an
// existing file with such a name is not the lesson's, nothing is written, and the error wraps [ErrTaken].
// Written and kept are paths.
func (l *Lesson) WriteFiles(dir string) (written, kept []string, err error) {
	files, err := l.Files()
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, fmt.Errorf("making a directory for the lesson's files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the directory for the lesson's files: %w", err)
	}
	defer root.Close()
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		path := filepath.Join(dir, name)
		text, err := look(root, name)
		var large *bounded.SizeError
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, errLink) || errors.As(err, &large):
			return nil, nil, fmt.Errorf("%s exists and is not the file of lesson %s: %w: %w", path, l.ID, err,
				ErrTaken)
		case err != nil:
			return nil, nil, fmt.Errorf("looking for existing files: %w", err)
		case !l.owns(text):
			return nil, nil, fmt.Errorf("%s exists and is not the file of lesson %s, which has the line %q: %w", path,
				l.ID, l.mark(), ErrTaken)
		}
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		err := writeNew(root, name, files[name])
		switch {
		case errors.Is(err, fs.ErrExist):
			kept = append(kept, path)
		case err != nil:
			return written, kept, fmt.Errorf("writing a lesson's file: %w", err)
		default:
			written = append(written, path)
		}
	}
	return written, kept, nil
}

// maxLesson is the maximum size of a learner's file, in bytes.
const maxLesson = 1 << 20

var errLink = errors.New("it is not a regular file")

// look reads a file that may be the lesson's. It follows no links.
func look(root *os.Root, name string) ([]byte, error) {
	info, err := root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errLink
	}
	if err != nil {
		return nil, err
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(bounded.Limit(f, name, maxLesson))
}

// mark is the line that identifies a lesson's file, however it has been changed.
func (l *Lesson) mark() string { return "# tlslab lesson " + l.ID }

// owns reports whether a file is the lesson's.
func (l *Lesson) owns(text []byte) bool {
	for line := range bytes.Lines(text) {
		if string(bytes.TrimSpace(line)) == l.mark() {
			return true
		}
	}
	return false
}

// writeNew writes a file that must not exist yet.
func writeNew(root *os.Root, name string, text []byte) (err error) {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.Write(text)
	return err
}
