package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
)

// compareOptions are the options of tlslab compare.
type compareOptions struct {
	*console
	out     outfile
	a, b    string
	from    string
	format  string
	failOn  []string
	wording bool
}

// The values of --fail-on. The others stand for effects.
const (
	failOnAny  = "any"
	failOnNone = "none"
)

// failures are the effects that --fail-on can name.
var failures = []struct {
	name   string
	effect result.Effect
}{
	{"breaks", result.NowRejects},
	{"accepted", result.NowAccepts},
	{"cause", result.OtherCause},
	{"ability", result.Ability},
	{"worded", result.Wording},
}

// failureNames lists the values of --fail-on.
func failureNames() []string {
	var names []string
	for _, f := range failures {
		names = append(names, f.name)
	}
	return append(names, failOnAny, failOnNone)
}

// formats are the formats of a comparison. The first one is for a terminal.
var formats = []string{"terminal", "markdown", "json", "html"}

// newCompareCommand returns the command that compares two runs, or two clients of one.
func newCompareCommand(c *console) *cobra.Command {
	o := &compareOptions{console: c, out: outfile{flag: "--output"}}
	cmd := &cobra.Command{
		Use:   "compare A B",
		Short: "What changes between two runs, records or clients",
		Long: `compare shows what changes from A to B: what B rejects and A accepted, what B accepts and A rejected, what has
another cause, what could only be run in one, how many messages differ only in wording, and which clients and scenarios
only one side has. It runs nothing.

A and B are two files that run, matrix, test or merge wrote as JSON, or directories of this project's record. Each
client is compared with the same client, or with the previous version if its version is new.

Or they are two clients, named as for --client ("python-3.8/default", "python 3.11"), of the run or record that --from
names. Without --from, they are looked up in the record that is part of tlslab.

The exit status is 1 if there is a change that --fail-on names: breaks (accepted before, rejected now), accepted
(rejected before, accepted now), cause (another class or judgement), ability (only one could be run), worded (only the
wording differs), any (any of these, or clients or scenarios that only one side has), none.`,
		Example: `  tlslab compare python-3.8/default python-3.11/default
  tlslab compare old.json new.json --fail-on any
  tlslab compare --from run.json 'node 20' 'node 24' --format markdown
  tlslab compare lab/result/matrix today.json --format html -o changes.html`,
		Args: demand(cobra.ExactArgs(2), "name two files or two clients, for example: "+
			"tlslab compare python-3.8/default python-3.11/default"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.a, o.b = args[0], args[1]
			return o.main(cmd.Context())
		},
	}
	flag := cmd.Flags()
	flag.StringVar(&o.from, "from", "", "look up the clients in this run or record (default: the record in tlslab)")
	flag.StringVar(&o.format, "format", formats[0], "how to show it: "+strings.Join(formats, ", "))
	flag.StringSliceVar(&o.failOn, "fail-on", []string{failures[0].name, failures[1].name},
		"which changes make the exit status 1: "+strings.Join(failureNames(), ", "))
	flag.BoolVar(&o.wording, "wording", false, "also show messages that changed only in wording")
	flag.StringVarP(&o.out.path, "output", "o", stdoutName, "write it to this file")
	completeFlag(cmd, "format", formats)
	completeFlag(cmd, "fail-on", failureNames())
	return cmd
}

func (o *compareOptions) main(ctx context.Context) error {
	if err := o.check(); err != nil {
		return err
	}
	c, err := bounded.Until(ctx, o.compare)
	if err != nil {
		return usageError{err}
	}
	if err := o.out.put(ctx, o.stdout, func(w io.Writer) error { return o.write(w, c) }); err != nil {
		return err
	}
	if o.fails(c.Diff) {
		return errNotDocumented
	}
	return nil
}

// check returns what is wrong with the flags.
func (o *compareOptions) check() error {
	if err := oneOf("--format", formats, o.format); err != nil {
		return err
	}
	if err := oneOf("--fail-on", failureNames(), o.failOn...); err != nil {
		return err
	}
	if slices.Contains(o.failOn, failOnNone) && len(o.failOn) > 1 {
		return usageError{fmt.Errorf("--fail-on %s: none excludes the others: leave it out, or them",
			strings.Join(o.failOn, ","))}
	}
	return o.out.check()
}

// compare compares two runs if both names are of files, and otherwise two clients of one run.
func (o *compareOptions) compare() (*result.Comparison, error) {
	fileA, fileB := isFile(o.a), isFile(o.b)
	switch {
	case fileA && fileB && o.from == "":
		return o.runs()
	case fileA != fileB && o.from == "":
		file, other := o.a, o.b
		if fileB {
			file, other = o.b, o.a
		}
		return nil, fmt.Errorf("%s is a file, and there is no file %s: name two files, or two clients of one run "+
			"with --from %s", file, other, file)
	}
	run, err := o.source()
	if err != nil {
		return nil, err
	}
	a, b := clientName(o.a), clientName(o.b)
	d, err := result.Between(run, run, a, b)
	if err != nil {
		return nil, err
	}
	return result.NewComparison(run, run, a, b, d), nil
}

// runs compares two files.
func (o *compareOptions) runs() (*result.Comparison, error) {
	from, err := result.Open(o.a)
	if err != nil {
		return nil, err
	}
	to, err := result.Open(o.b)
	if err != nil {
		return nil, err
	}
	d := result.Since(from, to)
	d.Title = o.a + " → " + o.b
	return result.NewComparison(from, to, o.a, o.b, d), nil
}

// source returns the run that has the clients.
func (o *compareOptions) source() (*result.Run, error) {
	if o.from == "" {
		return result.ReadRecorded()
	}
	r, err := result.Open(o.from)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	return r, nil
}

// isFile reports whether a name is of a file or directory.
func isFile(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// clientName returns a client's name in the form of --client: "python 3.8" is python-3.8.
func clientName(name string) string { return strings.Join(strings.Fields(name), "-") }

// write writes the comparison in the format that was chosen.
func (o *compareOptions) write(w io.Writer, c *result.Comparison) error {
	switch o.format {
	case "markdown":
		return report.WriteDiffMarkdown(w, c.Diff, o.wording)
	case "json":
		return result.WriteJSON(w, c)
	case "html":
		return report.WriteDiffHTML(w, c.Diff, o.wording)
	}
	t := o.terminal()
	t.W = w
	t.Diff(c.Diff, o.wording)
	return nil
}

// fails reports whether there is a change that --fail-on names.
func (o *compareOptions) fails(d *result.Diff) bool {
	if slices.Contains(o.failOn, failOnAny) && !d.Same() {
		return true
	}
	for _, f := range failures {
		if slices.Contains(o.failOn, f.name) && d.Has(f.effect) {
			return true
		}
	}
	return false
}
