package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// WriteFiles writes the files that a learner starts from into a directory, which it makes if it is
// not there. It never writes over a file: those that are there already are left as they are, and
// returned in kept. Written and kept are paths.
func (l *Lesson) WriteFiles(dir string) (written, kept []string, err error) {
	files, err := l.Files()
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, fmt.Errorf("making a directory for the lesson's files: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		err := writeNew(path, files[name])
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

// writeNew writes a file that must not be there yet.
func writeNew(path string, text []byte) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.Write(text)
	return err
}
