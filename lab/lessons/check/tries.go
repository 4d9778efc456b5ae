package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/pki/atomicfile"
)

// TriesFile is the name of the file with a learner's tries.
const TriesFile = "tlslab-tries.json"

// Tries counts how often each finding came first in a learner's checks. Later tries get stronger hints; nothing else
// depends on it.
type Tries struct {
	path string
	doc  tried
}

// tried is the content of the file: {"schema": 1, "tries": {"names/names-unchecked": 2}}.
type tried struct {
	Schema int            `json:"schema"`
	Tries  map[string]int `json:"tries"` // by lesson and finding, since the lesson was last solved
}

// maxTries is the maximum size of the file, in bytes.
const maxTries = 1 << 20

// OpenTries reads the tries from the file in a directory. There are none if the file does not exist. An empty string
// means the directory tlslab in the user's cache directory (see [os.UserCacheDir]).
func OpenTries(dir string) (*Tries, error) {
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("finding a directory for the tries (--dir names one): %w", err)
		}
		dir = filepath.Join(cache, "tlslab")
	}
	t := &Tries{path: filepath.Join(dir, TriesFile), doc: tried{Schema: 1, Tries: map[string]int{}}}
	text, err := bounded.File(t.path, maxTries)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading tries: %w", err)
	}
	var doc tried
	if err := json.Unmarshal(text, &doc); err != nil || doc.Schema != t.doc.Schema {
		return nil, fmt.Errorf("%s was not written by tlslab, or by another version: remove it to start over", t.path)
	}
	if doc.Tries != nil {
		t.doc = doc
	}
	return t, nil
}

// Count counts a try of a lesson with its first finding, and returns the number of tries with that finding, including
// this one.
func (t *Tries) Count(lesson string, finding assess.Code) (int, error) {
	key := lesson + "/" + string(finding)
	t.doc.Tries[key]++
	return t.doc.Tries[key], t.keep()
}

// Solved forgets the tries of a lesson.
func (t *Tries) Solved(lesson string) error {
	maps.DeleteFunc(t.doc.Tries, func(of string, _ int) bool {
		return of == lesson || strings.HasPrefix(of, lesson+"/")
	})
	return t.keep()
}

// Hint returns the hint for the n-th try with a finding: the lesson's n-th hint about it, or else the last one. It is
// empty if the lesson has no hint about the finding, whose own advice must then suffice.
func Hint(l *lessons.Lesson, in lang.Tag, finding assess.Code, n int) string {
	var about []string
	for _, h := range l.Hints(in) {
		if slices.Contains(h.About, string(finding)) {
			about = append(about, h.Text)
		}
	}
	if n < 1 || len(about) == 0 {
		return ""
	}
	return about[min(n, len(about))-1]
}

// keep writes the file atomically.
func (t *Tries) keep() error {
	text, err := json.Marshal(t.doc)
	if err != nil {
		return err
	}
	text = append(text, '\n')
	folder, name := filepath.Dir(t.path), filepath.Base(t.path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("keeping tries: %w", err)
	}
	dir, err := os.OpenRoot(folder)
	if err == nil {
		err = atomicfile.Write(dir, name, 0o600, func(f *os.File) error {
			_, err := f.Write(text)
			return err
		})
		err = errors.Join(err, dir.Close())
	}
	if err != nil {
		return fmt.Errorf("keeping tries: %w", err)
	}
	return nil
}
