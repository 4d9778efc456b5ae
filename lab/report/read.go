package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"example.com/tlslab/lab/internal/bounded"
)

// Read reads a run as [WriteJSON] wrote it. It refuses JSON that is no run's, and schemas that
// it does not know.
func Read(r io.Reader) (*Run, error) {
	run := new(Run)
	if err := json.NewDecoder(r).Decode(run); err != nil {
		return nil, fmt.Errorf("reading a run: %w: want what tlslab run --json or tlslab matrix --json printed", err)
	}
	if run.Schema != Schema {
		return nil, fmt.Errorf("reading a run: its schema is %d, and this tlslab knows %d: want what tlslab run --json or tlslab matrix --json of this version printed", run.Schema, Schema)
	}
	return run, nil
}

// maxRun and maxRecord are how large the files of a run and of a record may be, in bytes.
const (
	maxRun    = 512 << 20
	maxRecord = 64 << 20
)

// Open reads a run from a file, or from a directory that [WriteRecord] has written.
func Open(path string) (*Run, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return ReadRecord(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	run, err := Read(bounded.Limit(f, path, maxRun))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return run, nil
}
