package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
)

// matrixOptions are the options of tlslab matrix.
type matrixOptions struct {
	*console
	selection
	probing
	part
	ids     []string
	files   []*outfile
	former  string   // file or directory of the run to compare with
	from    string   // file or directory of the run to show, instead of running anything
	compare []string // A:B
	wording bool
}

// newMatrixCommand returns the command that runs the catalogue with every client and reports it as a whole.
func newMatrixCommand(c *console) *cobra.Command {
	m := &matrixOptions{console: c}
	cmd := &cobra.Command{
		Use:   "matrix [ID...]",
		Short: "Run the catalogue with all client stacks; reports, comparisons",
		Long: `matrix does what run does, and shows the result as one table of clients and families. Versions of a stack
that did the same share a row, the scenarios of a family are counted, and results that differ from what is documented
are shown in full.

--html, --junit, --markdown and --json=FILE also write the result to files, which appear complete when the run ends, or
not at all. "-" is standard output, to which nothing else is then written; --json alone means --json=-. The JSON
contains each distinct text, observation and ClientHello once, in the tables texts, seen and hellos; cells refer to
them by number.

--against FILE shows what has changed since an earlier run: a file written by --json=FILE, or a directory of this
project's record (lab/result/matrix). Each client is compared with the same client in that run, or with the previous
version if its version is new. --compare A:B shows what changes from client A to client B. It runs only these two
unless --client says otherwise; with --against, A is taken from the earlier run. --from FILE runs nothing and shows
that run.

With several --image, it shows what differs between the first image and each of the others. There a client is named
python-3.11.2/default@IMAGE, also in --compare.`,
		Example: `  tlslab matrix --html matrix.html
  tlslab matrix --client python --compare python-3.8:python-3.11
  tlslab matrix --image debian:12 --image debian:13 --client curl
  tlslab matrix --json=today.json && tlslab matrix --against today.json
  tlslab matrix --from lab/result/matrix \
      --compare python-3.12:python-3.13 --markdown -`,
		ValidArgsFunction: completeIDs,
		RunE:              func(cmd *cobra.Command, ids []string) error { m.ids = ids; return m.main(cmd.Context()) },
	}
	m.selection.add(cmd)
	m.probing.add(cmd)
	m.part.add(cmd)
	m.addFile(cmd, "html", "write a self-contained HTML page to this file", report.WriteHTML)
	m.addFile(cmd, "junit", "write JUnit XML to this file: a suite per client, a case per scenario", report.WriteJUnit)
	m.addFile(cmd, "markdown", "write the comparison, or else the table, as Markdown to this file", m.writeMarkdown)
	results := m.addFile(cmd, "json", "write the results as JSON to this file (--json=FILE) or to standard output", nil)
	results.write = results.writeJSON
	cmd.Flags().Lookup("json").NoOptDefVal = "-"
	cmd.Flags().StringVar(&m.former, "against", "", "show what has changed since this earlier run or record")
	cmd.Flags().StringVar(&m.from, "from", "", "run nothing: show this earlier run or record")
	cmd.Flags().StringSliceVar(&m.compare, "compare", nil,
		"show what changes from one client to another, as in python-3.8:python-3.11")
	cmd.Flags().BoolVar(&m.wording, "wording", false, "in comparisons, also show messages that changed only in wording")
	return cmd
}

// addFile adds a flag that names a file, and what is written to it.
func (m *matrixOptions) addFile(
	cmd *cobra.Command, name, usage string, write func(io.Writer, *result.Run) error,
) *outfile {
	o := &outfile{flag: "--" + name, write: write}
	cmd.Flags().StringVar(&o.path, name, "", usage)
	cmd.MarkFlagFilename(name)
	m.files = append(m.files, o)
	return o
}

// writeJSON writes a run as JSON: indented on standard output, on one line in a file.
func (o *outfile) writeJSON(w io.Writer, r *result.Run) error {
	return r.WriteTables(w, o.path == stdoutName)
}

// writeMarkdown writes the comparisons, or else the table of the run.
func (m *matrixOptions) writeMarkdown(w io.Writer, r *result.Run) error {
	if len(r.Diffs) == 0 {
		return report.WriteMarkdown(w, r)
	}
	for i, d := range r.Diffs {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := report.WriteDiffMarkdown(w, d, m.wording); err != nil {
			return err
		}
	}
	return nil
}

func (m *matrixOptions) main(ctx context.Context) error {
	if err := cmp.Or(m.part.check(), m.checkShard()); err != nil {
		return err
	}
	list, err := m.selected(ctx, m.ids)
	if err != nil {
		return err
	}
	m.files = slices.DeleteFunc(m.files, func(o *outfile) bool { return o.path == "" })
	// Report problems with the files before the run, which can take minutes.
	if err := checkAll(m.files); err != nil {
		return err
	}
	var former *result.Run
	if m.former != "" {
		if former, err = open(ctx, "--against", m.former); err != nil {
			return err
		}
	}
	run, err := m.result(ctx, list, former)
	if err != nil {
		return err
	}
	if run.Diffs, err = m.diffs(run, former); err != nil {
		return err
	}
	if err := m.show(ctx, run); err != nil {
		return err
	}
	return outcome(run, m.ids)
}

// checkShard returns an error for flags that need the cells of the whole run.
func (m *matrixOptions) checkShard() error {
	for _, f := range []struct {
		flag  string
		given bool
	}{{"--from", m.from != ""}, {"--against", m.former != ""}, {"--compare", len(m.compare) > 0}} {
		if f.given && m.text != "" {
			return usageError{fmt.Errorf("--shard runs a part of the cells, but %s needs all of them: "+
				"put the shards together with tlslab merge first", f.flag)}
		}
	}
	return nil
}

// open reads an earlier run.
func open(ctx context.Context, flag, path string) (*result.Run, error) {
	r, err := bounded.Until(ctx, func() (*result.Run, error) { return result.Open(path) })
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", flag, err)}
	}
	return r, nil
}

// result runs the scenarios, or reads an earlier run.
func (m *matrixOptions) result(
	ctx context.Context, list []*scenarios.Scenario, former *result.Run,
) (_ *result.Run, err error) {
	if m.from != "" {
		r, err := open(ctx, "--from", m.from)
		if err != nil {
			return nil, err
		}
		if r = m.narrow(r); len(r.Clients) == 0 || len(r.Scenarios) == 0 {
			return nil, usageError{fmt.Errorf("--from %s: it has none of the selected clients and scenarios", m.from)}
		}
		return r, nil
	}
	only := m.clients
	if len(only) == 0 && len(m.names) == 0 { // with images, the names of clients to compare have images, too
		only = m.compared(former == nil)
	}
	return m.reproduce(ctx, m.console, m.catalogue, list, only, m.shard, func(set *clients.Set) error {
		probe := new(result.Run)
		for _, c := range set.Clients {
			probe.Clients = append(probe.Clients, c.Info)
		}
		_, err := m.diffs(probe, former) // check that the clients to compare exist
		return err
	})
}

// narrow returns the part of an earlier run that the flags select.
func (m *matrixOptions) narrow(r *result.Run) *result.Run {
	return r.Only(func(s result.Scenario) bool {
		return (len(m.ids) == 0 || slices.Contains(m.ids, s.ID)) &&
			(len(m.families) == 0 || slices.Contains(m.families, string(s.Family)))
	}, func(c clients.Info) bool {
		matches := func(p string) bool { return clients.Matches(p, c) }
		return len(m.clients) == 0 || slices.ContainsFunc(m.clients, matches)
	})
}

// compared returns the clients of --compare that must run.
func (m *matrixOptions) compared(both bool) []string {
	var only []string
	for _, names := range m.compare {
		a, b, _ := strings.Cut(names, ":")
		if both {
			only = append(only, a)
		}
		only = append(only, b)
	}
	return only
}

// diffs returns the comparisons that the flags ask for.
func (m *matrixOptions) diffs(r, former *result.Run) ([]*result.Diff, error) {
	var list []*result.Diff
	for _, names := range m.compare {
		d, err := result.Upgrade(cmp.Or(former, r), r, names)
		if err != nil {
			return nil, usageError{fmt.Errorf("--compare: %w", err)}
		}
		list = append(list, d)
	}
	switch {
	case len(m.compare) > 0:
	case former != nil:
		list = append(list, result.Since(m.narrow(former), r))
	default:
		list = r.AcrossImages()
	}
	return list, nil
}

// show writes the files, and the report for the terminal unless a file is standard output.
func (m *matrixOptions) show(ctx context.Context, r *result.Run) error {
	toStdout := false
	for _, o := range m.files {
		if o.path == stdoutName {
			toStdout = true
		}
		if err := o.put(ctx, m.stdout, func(w io.Writer) error { return o.write(w, r) }); err != nil {
			return err
		}
	}
	if toStdout {
		return nil
	}
	t := m.terminal()
	t.Matrix(r)
	for _, d := range r.Diffs {
		t.Diff(d, m.wording)
	}
	for _, o := range m.files {
		fmt.Fprintf(m.stdout, "written: %s\n", o.path)
	}
	return nil
}
