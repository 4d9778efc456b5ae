package result

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"example.com/tlslab/lab/internal/bounded"
)

// Read reads a run as [WriteJSON] or [Run.WriteTables] wrote it. It refuses JSON that is not a run's, and
// schemas that it does not know. Text in it that is not fit to be shown comes back as [visible.Text] returns it.
func Read(r io.Reader) (*Run, error) {
	var data json.RawMessage
	err := json.NewDecoder(r).Decode(&data)
	var run *Run
	if err == nil {
		run, err = decode(data)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a run: %w: want what tlslab run --json or tlslab matrix --json printed", err)
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
