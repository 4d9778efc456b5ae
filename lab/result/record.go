package result

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/internal/version"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// A record is what every client did with every scenario, as text that can be kept in a repository and read in a diff.
// It is a directory with a file per stack. A file has lines with fields separated by tabs, first a line per client:
//
//	client  version  variant  service  TLS library
//
// then, for each scenario, a line for all clients that did and said the same:
//
//	scenario  outcome  judgement  class  clients  message
//
// A judgement is followed by its [Mark] (insecure*). A class that is from the client's alert begins with alert:.
// Clients are "*" for all, or variants separated by blanks, each with its versions unless it means all of them:
// default=3.6.15..3.9.18,3.11.2 (.. is a range in the order of the client lines). A message is as returned by
// [messages.Steady] and [visible.Text], on one line: \n is the end of a line, \t a tab, \\ a backslash.
const (
	recordHead = "# What the clients of this stack did with every scenario: go test ./lab " +
		"-run TestCatalogue -record\n" +
		"# The form is that of result.WriteRecord.\n"
	recordClient = "client"
	recordSuffix = ".txt"
	alertPrefix  = "alert:"
)

var (
	escape   = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`)
	unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")
)

// WriteRecord records a run in a directory. Clients that are already recorded there, but are not in the run, are kept.
func WriteRecord(dir string, r *Run) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := ReadRecord(dir)
	if err != nil {
		return err
	}
	all := r.with(old)
	var stacks []string
	for _, c := range r.Clients {
		if !slices.Contains(stacks, c.Stack) {
			stacks = append(stacks, c.Stack)
		}
	}
	for _, stack := range stacks {
		of := all.Only(func(Scenario) bool { return true }, func(c clients.Info) bool { return c.Stack == stack })
		if err := os.WriteFile(filepath.Join(dir, stack+recordSuffix), of.record(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// with returns a run with the clients of both runs. It takes clients that are in both from r. Versions are ascending,
// and scenarios are in the order of the catalogue.
func (r *Run) with(former *Run) *Run {
	has := func(c clients.Info) bool {
		return slices.ContainsFunc(r.Clients, func(o clients.Info) bool { return o.ID() == c.ID() })
	}
	former = former.Only(func(Scenario) bool { return true }, func(c clients.Info) bool { return !has(c) })
	out := &Run{Schema: Schema, Clients: slices.Concat(r.Clients, former.Clients)}
	slices.SortStableFunc(out.Clients, func(a, b clients.Info) int {
		return cmp.Or(strings.Compare(a.Stack, b.Stack), version.Compare(a.Version, b.Version))
	})
	cells := map[string][]Cell{}
	for _, run := range []*Run{r, former} {
		for _, s := range run.Scenarios {
			cells[s.ID] = append(cells[s.ID], s.Cells...)
		}
	}
	out.Scenarios = recorded(cells)
	return out
}

// recorded returns the scenarios of cells by ID, in the order of the catalogue and with its descriptions. Scenarios
// that the catalogue no longer has come last.
func recorded(cells map[string][]Cell) []Scenario {
	var list []Scenario
	for _, service := range scenarios.Services() {
		for _, s := range scenarios.Behind(service) {
			if len(cells[s.ID]) == 0 {
				continue
			}
			list = append(list, Scenario{
				ID: s.ID, Family: s.Family, Title: s.Title, Story: Story(s.Story), Fix: s.Fix, Host: s.Host,
				Expect: NewExpectation(s.Expect), Control: s.Control, Sources: s.Sources, Cells: cells[s.ID],
			})
		}
	}
	var gone []string
	for id := range cells {
		if _, ok := scenarios.Lookup(id); !ok {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	for _, id := range gone {
		list = append(list, Scenario{ID: id, Cells: cells[id]})
	}
	return list
}

// record returns a run of one stack as text.
func (r *Run) record() []byte {
	var out bytes.Buffer
	out.WriteString(recordHead)
	for _, c := range r.Clients {
		fmt.Fprintln(&out, strings.Join([]string{recordClient, c.Version, c.Variant, c.Service, c.Library}, "\t"))
	}
	index := r.Index()
	for _, s := range r.Scenarios {
		var lines []string
		who := map[string][]clients.Info{}
		for _, c := range r.Clients {
			cell := index.Cell(s.ID, c.ID())
			if cell == nil {
				continue
			}
			state := newState(cell)
			class := string(state.Class)
			if cell.FromAlert {
				class = alertPrefix + class
			}
			judgement := string(state.Kind) + Mark(state.Kind, state.Documented)
			line := strings.Join([]string{
				s.ID, string(state.Outcome), judgement, class, "%s", escape.Replace(state.Message),
			}, "\t")
			if who[line] == nil {
				lines = append(lines, line)
			}
			who[line] = append(who[line], c)
		}
		for _, line := range lines {
			before, after, _ := strings.Cut(line, "\t%s\t")
			fmt.Fprintf(&out, "%s\t%s\t%s\n", before, r.members(who[line]), after)
		}
	}
	return out.Bytes()
}

// members returns the names of clients of a run of one stack, as in a record.
func (r *Run) members(list []clients.Info) string {
	if len(list) == len(r.Clients) {
		return "*"
	}
	var words []string
	var variants []string
	versions := func(list []clients.Info, variant string) (out []string) {
		for _, c := range list {
			if c.Variant == variant {
				out = append(out, c.Version)
			}
		}
		return out
	}
	for _, c := range list {
		if slices.Contains(variants, c.Variant) {
			continue
		}
		variants = append(variants, c.Variant)
		all, members := versions(r.Clients, c.Variant), versions(list, c.Variant)
		if len(all) == len(members) {
			words = append(words, c.Variant)
		} else {
			words = append(words, c.Variant+"="+strings.Join(ranges(all, members, ".."), ","))
		}
	}
	return strings.Join(words, " ")
}

// ReadRecord reads a record. The run contains only what a record keeps of its cells.
func ReadRecord(dir string) (*Run, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"+recordSuffix))
	if err != nil {
		return nil, err
	}
	return readRecords(files, func(path string) ([]byte, error) { return bounded.File(path, maxRecord) })
}

// ReadRecorded reads the record that is part of the program: see [Recorded].
func ReadRecorded() (*Run, error) {
	record := Recorded()
	files, err := fs.Glob(record, "*"+recordSuffix)
	if err != nil {
		return nil, err
	}
	return readRecords(files, func(name string) ([]byte, error) { return fs.ReadFile(record, name) })
}

// readRecords reads the files of a record.
func readRecords(files []string, read func(string) ([]byte, error)) (*Run, error) {
	r := &Run{Schema: Schema}
	cells := map[string][]Cell{}
	for _, path := range files {
		data, err := read(path)
		if err != nil {
			return nil, err
		}
		stack := strings.TrimSuffix(filepath.Base(path), recordSuffix)
		infos, err := readRecord(stack, data, cells)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		r.Clients = append(r.Clients, infos...)
	}
	r.Scenarios = recorded(cells)
	visible.Clean(reflect.ValueOf(r))
	return r, nil
}

// readRecord reads the record of a stack, and adds its cells to cells, which is by scenario.
func readRecord(stack string, data []byte, cells map[string][]Cell) ([]clients.Info, error) {
	var infos []clients.Info
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		fields := strings.Split(line, "\t")
		switch {
		case line == "" || line[0] == '#':
		case fields[0] == recordClient && len(fields) == 5:
			infos = append(infos, clients.Info{
				Stack: stack, Version: fields[1], Variant: fields[2], Service: fields[3], Library: fields[4],
			})
		case len(fields) == 6:
			members, err := readMembers(infos, fields[4])
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			for _, c := range members {
				cells[fields[0]] = append(cells[fields[0]], readCell(c, fields))
			}
		default:
			return nil, fmt.Errorf("line %d: it has %d fields: want client and four others, "+
				"or a scenario and five others", n, len(fields))
		}
	}
	return infos, lines.Err()
}

func readCell(c clients.Info, fields []string) Cell {
	class, fromAlert := strings.CutPrefix(fields[3], alertPrefix)
	kind := verdict.Kind(strings.TrimRight(fields[2], "*!"))
	return Cell{
		Client: c.ID(), Outcome: clients.Outcome(fields[1]), Message: unescape.Replace(fields[5]),
		Judgement: verdict.Judgement{
			Kind: kind, Class: failure.Class(class), FromAlert: fromAlert, Documented: !strings.HasSuffix(fields[2],
				"!"),
		},
	}
}

// readMembers returns the clients that are named in a record.
func readMembers(infos []clients.Info, names string) ([]clients.Info, error) {
	if names == "*" {
		return infos, nil
	}
	var list []clients.Info
	for word := range strings.FieldsSeq(names) {
		variant, versions, some := strings.Cut(word, "=")
		of := slices.DeleteFunc(slices.Clone(infos), func(c clients.Info) bool { return c.Variant != variant })
		if len(of) == 0 {
			return nil, fmt.Errorf("%q: no client line has the variant %s", word, variant)
		}
		if !some {
			list = append(list, of...)
			continue
		}
		for part := range strings.SplitSeq(versions, ",") {
			first, last, isRange := strings.Cut(part, "..")
			if !isRange {
				last = first
			}
			from := slices.IndexFunc(of, func(c clients.Info) bool { return c.Version == first })
			to := slices.IndexFunc(of, func(c clients.Info) bool { return c.Version == last })
			if from < 0 || to < from {
				return nil, fmt.Errorf("%q: no client lines have the versions %s", word, part)
			}
			list = append(list, of[from:to+1]...)
		}
	}
	return list, nil
}
