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

// ErrTaken is what [Lesson.WriteFiles] returns where another file has the name of one of the lesson's.
var ErrTaken = errors.New("move it away, or name another directory with --dir")

// WriteFiles writes the files that a learner starts from into a directory, which it makes if it is
// not there. It never writes over a file: the lesson's own that are there already, fixed or not, are
// left as they are and returned in kept. Where a file of that name is not the lesson's, nothing is
// written, and the error wraps [ErrTaken]. Written and kept are paths.
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
			return nil, nil, fmt.Errorf("%s is there and is not the file of lesson %s: %w: %w", path, l.ID, err, ErrTaken)
		case err != nil:
			return nil, nil, fmt.Errorf("looking at what is there: %w", err)
		case !l.owns(text):
			return nil, nil, fmt.Errorf("%s is there and is not the file of lesson %s, which has the line %q: %w", path, l.ID, l.mark(), ErrTaken)
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

// maxLesson is how large a lesson's file may be, in bytes, that a learner has worked on.
const maxLesson = 1 << 20

var errLink = errors.New("it is a link or no regular file")

// look reads a file that may be the lesson's. It follows no link.
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

// mark is the line that tells a lesson's file from others, however it has been fixed.
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

// writeNew writes a file that must not be there yet.
func writeNew(root *os.Root, name string, text []byte) (err error) {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.Write(text)
	return err
}
