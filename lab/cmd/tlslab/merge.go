package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/result"
)

// mergeOptions are the options of tlslab merge.
type mergeOptions struct {
	*console
	out outfile
}

// newMergeCommand returns the command that puts the shards of a run together.
func newMergeCommand(c *console) *cobra.Command {
	o := &mergeOptions{console: c, out: outfile{flag: "--output"}}
	cmd := &cobra.Command{
		Use:   "merge FILE...",
		Short: "Put the shards of a run together",
		Long: `merge puts together what tlslab matrix or test wrote as JSON with --shard 1/N to --shard N/N, on any machines
and in any order. The result is the run that one machine would have written without --shard, cell by cell, in the form
of matrix --json: tlslab matrix --from FILE shows it, --against and compare read it. It also lists each shard's machine
and time.

Files that do not belong together are refused: other seeds, days (--at), versions of tlslab, clients or scenarios,
another N, the same shard twice. If shards are missing or were interrupted, merge names them and writes nothing.
The exit status is 0 if all is merged, whatever the judgements are, and 2 if not.`,
		Example: `  tlslab matrix --shard 1/2 --seed ci --at 2026-11-22 --json=1.json
  tlslab matrix --shard 2/2 --seed ci --at 2026-11-22 --json=2.json
  tlslab merge 1.json 2.json -o run.json
  tlslab matrix --from run.json --html matrix.html`,
		Args: demand(cobra.MinimumNArgs(1), "name the files of all shards, for example: tlslab merge shard-*.json"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.main(cmd.Context(), args) },
	}
	cmd.Flags().StringVarP(&o.out.path, "output", "o", stdoutName, "write the merged run to this file")
	cmd.MarkFlagFilename("output", "json")
	return cmd
}

func (o *mergeOptions) main(ctx context.Context, paths []string) error {
	if err := o.out.check(); err != nil {
		return err
	}
	var shards []result.Named
	for _, path := range paths {
		r, err := bounded.Until(ctx, func() (*result.Run, error) { return result.Open(path) })
		if err != nil {
			return usageError{fmt.Errorf("merging: %w", err)}
		}
		shards = append(shards, result.Named{Name: path, Run: r})
	}
	run, err := result.Merge(shards)
	if err != nil {
		return usageError{fmt.Errorf("merging: %w", err)}
	}
	return o.out.put(ctx, o.stdout, func(w io.Writer) error {
		return run.WriteTables(w, o.out.path == stdoutName)
	})
}
