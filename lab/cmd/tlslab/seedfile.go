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
	// seedVariable is the environment variable that overrides the seed in a --seed-file.
	seedVariable = "TLSLAB_SEED"
	// maxSeed is the maximum size of a --seed-file, in bytes.
	maxSeed = 4096
)

// seedOf returns the seed for commands that must use the same one: that of [seedVariable] if it is not empty, or else
// the one in the file, or else a random one. It writes the seed to the file if it is not there yet, readable only by
// the owner.
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
		return "", usageError{fmt.Errorf("--seed-file: %w: name a file in a writable directory", err)}
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
		return "", fmt.Errorf("%s: want one line with a seed: remove the file to get a random one", path)
	}
	return seed, nil
}
