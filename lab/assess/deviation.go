package assess

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/internal/near"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// Deviation is a judgement that somebody accepts of their own client, though it is not ok: a line of a file.
type Deviation struct {
	Scenario string       `json:"scenario"`
	Kind     verdict.Kind `json:"kind"`
	Reason   string       `json:"reason"`
	Line     int          `json:"line,omitempty"` // in its file, from 1; zero if it is from none
}

// Deviations are the judgements that somebody accepts of their own client, as they stand in a file.
//
// The file is text, a line each: a scenario, a judgement, and the reason to the end of the line. A line that begins
// with # is a comment.
//
//	# What our client does not do yet.
//	trailing-dot-name  insecure  libcurl strips the dot; see issue 17
//
// A run passes if it comes to what stands there. It fails on anything bad that does not stand there, and on a line
// that no longer holds, so that the file cannot outlive what it excuses.
type Deviations struct {
	Path string
	List []Deviation
}

// acceptable are the judgements that can be accepted: there is nothing to accept in ok.
var acceptable = slices.DeleteFunc(verdict.Kinds(), func(k verdict.Kind) bool { return k == verdict.OK })

// maxFile is how large a file may be, in bytes.
const maxFile = 1 << 20

// ReadDeviations reads a file. A line that is wrong is an error that names the file and the line.
func ReadDeviations(path string) (*Deviations, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading known deviations: %w", err)
	}
	defer f.Close()
	return ParseDeviations(path, bounded.Limit(f, path, maxFile))
}

// ParseDeviations reads what stands in a file of that name.
func ParseDeviations(name string, r io.Reader) (*Deviations, error) {
	list := &Deviations{Path: name}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		d, err := parseDeviation(line)
		if err == nil {
			if i := slices.IndexFunc(list.List, func(e Deviation) bool { return e.Scenario == d.Scenario }); i >= 0 {
				err = fmt.Errorf("%s stands in line %d already: one of them cannot hold, remove it", d.Scenario, list.List[i].Line)
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
func parseDeviation(line string) (Deviation, error) {
	scenario, rest := cut(line)
	kind, reason := cut(rest)
	switch {
	case kind == "":
		return Deviation{}, fmt.Errorf("%q is no deviation: want a scenario, a judgement and a reason, as in: trailing-dot-name insecure curl strips the dot", line)
	case !known(scenario):
		return Deviation{}, fmt.Errorf("there is no scenario %q%s: tlslab list shows all", scenario, near.Hint(scenario, scenarios.IDs()...))
	case !slices.Contains(acceptable, verdict.Kind(kind)):
		return Deviation{}, fmt.Errorf("there is no judgement %q%s: want one of %v", kind, near.Hint(kind, names(acceptable)), acceptable)
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

// names are kinds of judgements as words.
func names(kinds []verdict.Kind) []string {
	var list []string
	for _, k := range kinds {
		list = append(list, string(k))
	}
	return list
}

func known(id string) bool {
	_, ok := scenarios.Lookup(id)
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

// Stale reports whether a judgement shows that a line no longer holds. What could not be tried
// shows nothing.
func (d Deviation) Stale(now verdict.Kind) bool { return now != d.Kind && now != verdict.Unsupported }

// WriteDeviations writes lines, for a user to keep as a file.
func WriteDeviations(w io.Writer, list []Deviation) error {
	var b strings.Builder
	b.WriteString("# What is known of this client, and accepted: scenario, judgement, reason.\n# tlslab fails on what is bad and not listed, and on lines that hold no longer.\n")
	for _, d := range list {
		fmt.Fprintf(&b, "%-34s %-13s %s\n", d.Scenario, d.Kind, strings.Join(strings.Fields(d.Reason), " "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
