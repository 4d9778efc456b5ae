package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// TriesFile is the file that a learner's tries are kept in.
const TriesFile = "tlslab-tries.json"

// Tries is how often a learner has tried each lesson. Hints escalate with it; nothing else depends on
// it.
type Tries struct {
	path string
	doc  tried
}

// tried is the file: {"schema": 1, "tries": {"names": 2}}.
type tried struct {
	Schema int            `json:"schema"`
	Tries  map[string]int `json:"tries"` // by lesson, since it was last solved
}

// OpenTries reads the tries that are kept in a directory; none if there is no such file. An empty
// directory means tlslab in the user's cache directory (see [os.UserCacheDir]).
func OpenTries(dir string) (*Tries, error) {
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("looking for a place to keep tries (--dir names one): %w", err)
		}
		dir = filepath.Join(cache, "tlslab")
	}
	t := &Tries{path: filepath.Join(dir, TriesFile), doc: tried{Schema: 1, Tries: map[string]int{}}}
	text, err := os.ReadFile(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading tries: %w", err)
	}
	var doc tried
	if err := json.Unmarshal(text, &doc); err != nil || doc.Schema != t.doc.Schema {
		return nil, fmt.Errorf("%s is not what tlslab has written: remove it to begin anew", t.path)
	}
	if doc.Tries != nil {
		t.doc = doc
	}
	return t, nil
}

// Count counts a try of a lesson and returns how many there have been, this one among them. One that
// solved it begins anew. The file appears whole or not at all.
func (t *Tries) Count(lesson string, solved bool) (int, error) {
	n := t.doc.Tries[lesson] + 1
	t.doc.Tries[lesson] = n
	if solved {
		delete(t.doc.Tries, lesson)
	}
	text, err := json.Marshal(t.doc)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(filepath.Dir(t.path), 0o755); err != nil {
		return 0, fmt.Errorf("keeping tries: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(t.path), TriesFile+".*")
	if err != nil {
		return 0, fmt.Errorf("keeping tries: %w", err)
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), t.path)
	}
	if err != nil {
		return 0, fmt.Errorf("keeping tries: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return n, nil
}
