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
	ids     []string
	files   []*outfile
	former  string   // the file or directory of the run to compare with
	from    string   // the file or directory of the run to show instead of running
	compare []string // A:B
	wording bool
}

// newMatrixCommand returns the command that runs the catalogue with every client there is, and reports it as a whole.
func newMatrixCommand(c *console) *cobra.Command {
	m := &matrixOptions{console: c}
	cmd := &cobra.Command{
		Use:   "matrix [ID...]",
		Short: "Every client stack found × the catalogue; reports, comparisons",
		Long: `matrix does what run does, and shows the result as one table of clients and families: versions of a stack that did
the same in one row, the scenarios of a family as counts, and what was not as documented in full.

--html, --junit, --markdown and --json=FILE write the same as files, which appear whole when the run has ended, or not
at all; "-" is standard output, which then has nothing else. --json by itself is --json=-. In its JSON each distinct
text, observation and ClientHello stands once, in the tables texts, seen and hellos; cells refer to them by number.

--against FILE tells what has changed since a former run: the file that --json=FILE wrote, or a directory of the record
that this project keeps (lab/result/matrix). Each client is compared with the same one of then, or where its
version is new with the version before. --compare A:B tells what going from client A to client B comes to, and runs
those two alone unless --client says otherwise; with --against A is looked up there. --from FILE runs nothing and shows
that run.`,
		Example: `  tlslab matrix --html matrix.html
  tlslab matrix --client python --compare python-3.8:python-3.11
  tlslab matrix --json=today.json && tlslab matrix --against today.json
  tlslab matrix --from lab/result/matrix \
      --compare python-3.12:python-3.13 --markdown -`,
		ValidArgsFunction: completeIDs,
		RunE:              func(cmd *cobra.Command, ids []string) error { m.ids = ids; return m.main(cmd.Context()) },
	}
	m.selection.add(cmd)
	m.probing.add(cmd)
	m.addFile(cmd, "html", "write one self-contained page to this file", report.WriteHTML)
	m.addFile(cmd, "junit", "write JUnit's XML to this file: a suite a client, a case a scenario", report.WriteJUnit)
	m.addFile(cmd, "markdown", "write what was compared, or else the table, as Markdown to this file", writeMarkdown)
	results := m.addFile(cmd, "json", "write the results as JSON to this file, as in --json=FILE, or to standard output", nil)
	results.write = results.writeJSON
	cmd.Flags().Lookup("json").NoOptDefVal = "-"
	cmd.Flags().StringVar(&m.former, "against", "", "tell what has changed since this former run, or record")
	cmd.Flags().StringVar(&m.from, "from", "", "run nothing: show this former run, or record")
	cmd.Flags().StringSliceVar(&m.compare, "compare", nil, "tell what going from a client to another comes to, as in python-3.8:python-3.11")
	cmd.Flags().BoolVar(&m.wording, "wording", false, "of what has changed, show also what is the same in other words")
	return cmd
}

// addFile adds a flag that names a file, and what is written to it.
func (m *matrixOptions) addFile(cmd *cobra.Command, name, usage string, write func(io.Writer, *result.Run) error) *outfile {
	o := &outfile{flag: "--" + name, write: write}
	cmd.Flags().StringVar(&o.path, name, "", usage)
	cmd.MarkFlagFilename(name)
	m.files = append(m.files, o)
	return o
}

// writeJSON writes a run as JSON: indented for whoever reads it on standard output, on one line in a file.
func (o *outfile) writeJSON(w io.Writer, r *result.Run) error {
	return r.WriteTables(w, o.path == stdoutName)
}

// writeMarkdown writes what was compared, or else the table of the run.
func writeMarkdown(w io.Writer, r *result.Run) error {
	if len(r.Diffs) == 0 {
		return report.WriteMarkdown(w, r)
	}
	for i, d := range r.Diffs {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := report.WriteDiffMarkdown(w, d); err != nil {
			return err
		}
	}
	return nil
}

func (m *matrixOptions) main(ctx context.Context) error {
	list, err := m.selected(m.ids)
	if err != nil {
		return err
	}
	m.files = slices.DeleteFunc(m.files, func(o *outfile) bool { return o.path == "" })
	// What can be wrong with the files is told before minutes have gone by.
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

// open reads a former run.
func open(ctx context.Context, flag, path string) (*result.Run, error) {
	r, err := bounded.Until(ctx, func() (*result.Run, error) { return result.Open(path) })
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", flag, err)}
	}
	return r, nil
}

// result runs, or reads what was run.
func (m *matrixOptions) result(ctx context.Context, list []*scenarios.Scenario, former *result.Run) (_ *result.Run, err error) {
	if m.from != "" {
		r, err := open(ctx, "--from", m.from)
		if err != nil {
			return nil, err
		}
		if r = m.narrow(r); len(r.Clients) == 0 || len(r.Scenarios) == 0 {
			return nil, usageError{fmt.Errorf("--from %s: it has none of the clients and scenarios that are asked for", m.from)}
		}
		return r, nil
	}
	only := m.clients
	if len(only) == 0 {
		only = m.compared(former == nil)
	}
	return m.reproduce(ctx, m.console, list, only, func(set *clients.Set) error {
		probe := new(result.Run)
		for _, c := range set.Clients {
			probe.Clients = append(probe.Clients, c.Info)
		}
		_, err := m.diffs(probe, former) // that what is to be compared is there
		return err
	})
}

// narrow leaves of a former run what the flags ask for.
func (m *matrixOptions) narrow(r *result.Run) *result.Run {
	return r.Only(func(s result.Scenario) bool {
		return (len(m.ids) == 0 || slices.Contains(m.ids, s.ID)) && (len(m.families) == 0 || slices.Contains(m.families, string(s.Family)))
	}, func(c clients.Info) bool {
		return len(m.clients) == 0 || slices.ContainsFunc(m.clients, func(p string) bool { return clients.Matches(p, c) })
	})
}

// compared returns the clients that --compare names: those that are to run.
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

// diffs are what the flags ask to be compared.
func (m *matrixOptions) diffs(r, former *result.Run) ([]*result.Diff, error) {
	var list []*result.Diff
	for _, names := range m.compare {
		d, err := result.Upgrade(cmp.Or(former, r), r, names)
		if err != nil {
			return nil, usageError{fmt.Errorf("--compare: %w", err)}
		}
		list = append(list, d)
	}
	if former != nil && len(m.compare) == 0 {
		list = append(list, result.Since(m.narrow(former), r))
	}
	return list, nil
}

// show writes the files, and the page for the terminal unless a file is standard output.
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
