package undertest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// toldCA matches the placeholders for trusted certificates: {ca}, and {ca_...} for other formats.
var toldCA = regexp.MustCompile(`^\{ca(_[a-z0-9]+)*\}$`)

// caVariable starts the names of the variables for trusted certificates.
const caVariable = "TLSLAB_CA"

// KnowsCA reports whether a command can learn which certificates to trust: by its contract, through a
// placeholder, or because the variable's name occurs in an argument or in a file that the command names.
// Files imported or started by such a file are not searched, so false is only a suspicion. Directories and
// archives may contain anything and count as true.
func KnowsCA(o Options) bool {
	for _, c := range contracts {
		if c.name == o.Contract && c.tells {
			return true
		}
	}
	if len(o.Command) == 0 {
		return false
	}
	for _, argument := range o.Command {
		told := func(p string) bool { return toldCA.MatchString(p) && strings.Contains(argument, p) }
		if slices.ContainsFunc(Placeholders(), told) || strings.Contains(argument, caVariable) {
			return true
		}
	}
	path, err := look(o.Command[0])
	return err == nil && mentions(path) || slices.ContainsFunc(o.Command[1:], mentions)
}

// mostRead is how much of a file is searched, in bytes. Programs that include their runtime are large.
const mostRead = 256 << 20

// mentions reports whether a file contains the variable's name, or cannot be searched.
func mentions(path string) bool {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return false
	case info.IsDir():
		return true
	case !info.Mode().IsRegular():
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	const block = 1 << 20
	buffer := make([]byte, 0, block+len(caVariable))
	limited := io.LimitReader(f, mostRead)
	for first := true; ; first = false {
		n, err := io.ReadFull(limited, buffer[len(buffer):len(buffer)+block])
		buffer = buffer[:len(buffer)+n]
		if first && bytes.HasPrefix(buffer, []byte("PK\x03\x04")) || bytes.Contains(buffer, []byte(caVariable)) {
			return true
		}
		if err != nil { // at the end, or nothing more can be read
			return !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
		}
		buffer = append(buffer[:0], buffer[len(buffer)-len(caVariable)+1:]...)
	}
}
