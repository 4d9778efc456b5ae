package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"example.com/tlslab/lab"
)

const (
	// seedVariable names the environment variable that takes the place of what a --seed-file holds.
	seedVariable = "TLSLAB_SEED"
	// maxSeed bounds what is read of a --seed-file, in bytes.
	maxSeed = 4096
)

// seedOf returns the seed for commands that have to agree on one without a person who passes it on: what
// [seedVariable] holds if that is not empty, or else what the file holds, or else a fresh one. Where the
// file does not hold it yet, it is written there, for its owner alone to read.
func seedOf(path string) (string, error) {
	wanted := os.Getenv(seedVariable)
	there, err := readSeed(path)
	switch {
	case err == nil && (wanted == "" || wanted == there):
		return there, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", usageError{fmt.Errorf("--seed-file: %w", err)}
	case wanted == "":
		wanted = lab.NewSeed()
	}
	if err := os.WriteFile(path, []byte(wanted+"\n"), 0o600); err != nil {
		return "", usageError{fmt.Errorf("--seed-file: %w: name a file in a directory that can be written to", err)}
	}
	return wanted, nil
}

func readSeed(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSeed+1))
	if err != nil {
		return "", err
	}
	seed := strings.TrimSpace(string(text))
	if seed == "" || len(text) > maxSeed {
		return "", fmt.Errorf("%s: want one line with a seed: remove the file, and a fresh one is drawn", path)
	}
	return seed, nil
}
