package assess

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/near"
)

// Deviation is a judgement that is not ok but that users accept for their own client: a line of a file.
type Deviation struct {
	Scenario string       `json:"scenario"`
	Kind     verdict.Kind `json:"kind"`
	Reason   string       `json:"reason"`
	Line     int          `json:"line,omitempty"` // in its file, from 1; zero if it is not from a file
}

// Deviations is the judgements in a file that users accept for their own client.
//
// The file is text with one deviation per line: a scenario, a judgement, and the reason up to the end of the line. A
// line that begins with # is a comment.
//
//	# What our client does not do yet.
//	trailing-dot-name  insecure  libcurl strips the dot; see issue 17
//
// A run passes if its bad judgements are exactly those in the file. It fails on bad judgements that are not listed, and
// on lines that no longer hold, so that the file cannot outlive what it excuses.
type Deviations struct {
	Path string
	List []Deviation
}

// acceptable lists the judgements that can be accepted: all but ok.
var acceptable = slices.DeleteFunc(verdict.Kinds(), func(k verdict.Kind) bool { return k == verdict.OK })

// maxFile is the maximum size of a file, in bytes.
const maxFile = 1 << 20

// ReadDeviations reads a file about scenarios of a catalogue; nil means the built-in one. The error for a wrong line
// names the file and the line.
func ReadDeviations(path string, c *scenarios.Catalogue) (*Deviations, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading known deviations: %w", err)
	}
	defer f.Close()
	return ParseDeviations(path, bounded.Limit(f, path, maxFile), c)
}

// ParseDeviations reads the contents of a file. The name is for errors.
func ParseDeviations(name string, r io.Reader, c *scenarios.Catalogue) (*Deviations, error) {
	list := &Deviations{Path: name}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		d, err := parseDeviation(line, c)
		if err == nil {
			if i := slices.IndexFunc(list.List, func(e Deviation) bool { return e.Scenario == d.Scenario }); i >= 0 {
				err = fmt.Errorf("%s is already in line %d: only one of them can hold, remove the other",
					d.Scenario, list.List[i].Line)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		d.Line = n
		list.List = append(list.List, d)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading known deviations: %s: %w", name, err)
	}
	return list, nil
}

// parseDeviation reads one line.
func parseDeviation(line string, c *scenarios.Catalogue) (Deviation, error) {
	scenario, rest := cut(line)
	kind, reason := cut(rest)
	switch {
	case kind == "":
		return Deviation{}, fmt.Errorf("%q is not a deviation: want a scenario, a judgement and a reason, "+
			"as in: trailing-dot-name insecure curl strips the dot", line)
	case !known(scenario, c):
		return Deviation{}, fmt.Errorf("there is no scenario %q%s: tlslab list shows them all",
			scenario, near.Hint(scenario, c.IDs()...))
	case !slices.Contains(acceptable, verdict.Kind(kind)):
		return Deviation{}, fmt.Errorf("there is no judgement %q%s: want one of %v",
			kind, near.Hint(kind, names(acceptable)), acceptable)
	case reason == "":
		return Deviation{}, fmt.Errorf("%s %s has no reason: say why it is accepted", scenario, kind)
	}
	return Deviation{Scenario: scenario, Kind: verdict.Kind(kind), Reason: reason}, nil
}

// cut cuts the first word off a line.
func cut(line string) (word, rest string) {
	i := strings.IndexAny(line, " \t")
	if i < 0 {
		return line, ""
	}
	return line[:i], strings.TrimSpace(line[i:])
}

// names returns the names of kinds of judgements.
func names(kinds []verdict.Kind) []string {
	var list []string
	for _, k := range kinds {
		list = append(list, string(k))
	}
	return list
}

func known(id string, c *scenarios.Catalogue) bool {
	_, ok := c.Lookup(id)
	return ok
}

// Find returns the line about a scenario, and whether it exists. A nil list is empty.
func (l *Deviations) Find(scenario string) (Deviation, bool) {
	if l == nil {
		return Deviation{}, false
	}
	i := slices.IndexFunc(l.List, func(d Deviation) bool { return d.Scenario == scenario })
	if i < 0 {
		return Deviation{}, false
	}
	return l.List[i], true
}

// Stale reports whether a judgement shows that a line no longer holds. A scenario that could not run shows nothing.
func (d Deviation) Stale(now verdict.Kind) bool { return now != d.Kind && now != verdict.Unsupported }

// WriteDeviations writes lines, for a user to keep as a file.
func WriteDeviations(w io.Writer, list []Deviation) error {
	var b strings.Builder
	b.WriteString("# Known and accepted deviations of this client: scenario, judgement, reason.\n" +
		"# tlslab fails on bad judgements that are not listed, and on lines that no longer hold.\n")
	for _, d := range list {
		fmt.Fprintf(&b, "%-34s %-13s %s\n", d.Scenario, d.Kind, strings.Join(strings.Fields(d.Reason), " "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
