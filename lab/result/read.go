package result

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"example.com/tlslab/lab/internal/bounded"
)

// Read reads a run that was written by [WriteJSON] or [Run.WriteTables]. It refuses JSON that is not a run, and unknown
// schemas. Text that a terminal cannot show is replaced as by [visible.Text].
func Read(r io.Reader) (*Run, error) {
	var data json.RawMessage
	err := json.NewDecoder(r).Decode(&data)
	var run *Run
	if err == nil {
		run, err = decode(data)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a run: %w: want the output of tlslab run --json or tlslab matrix --json", err)
	}
	return run, nil
}

// maxRun and maxRecord are the maximum sizes of the files of a run and of a record, in bytes.
const (
	maxRun    = 512 << 20
	maxRecord = 64 << 20
)

// Open reads a run from a file, or from a directory that was written by [WriteRecord].
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
