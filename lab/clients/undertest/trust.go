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

// toldCA matches the placeholders that name what to trust: {ca}, and {ca_...} for other forms of it.
var toldCA = regexp.MustCompile(`^\{ca(_[a-z0-9]+)*\}$`)

// caVariable begins the variables that name what to trust.
const caVariable = "TLSLAB_CA"

// KnowsCA reports whether something in a command can tell the client what to trust: the contract, a
// placeholder, or the variable's name, in an argument or in a file that the command names. What such a
// file imports or starts cannot be seen, so false is a suspicion and no proof. A directory and an
// archive may hold anything, and count as knowing.
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

// mostRead bounds how much of a file is searched: programs that carry their runtime are large.
const mostRead = 256 << 20

// mentions reports whether a file mentions the variable, or cannot be read for it.
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
		if err != nil { // the end, or no more to be read
			return !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
		}
		buffer = append(buffer[:0], buffer[len(buffer)-len(caVariable)+1:]...)
	}
}
