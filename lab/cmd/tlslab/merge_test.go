package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/result"
)

// TestShardsMakeTheWhole checks that merged shards are equal to a run that was not divided, cell by cell, for the
// clients of the lab and for a client under test.
func TestShardsMakeTheWhole(t *testing.T) {
	own := filepath.Join(t.TempDir(), "client")
	require.NoError(t, os.WriteFile(own, []byte("#!/bin/sh\necho certificate has expired\nexit 1\n"), 0o755))
	day := time.Now().UTC().Format(time.DateOnly)
	for name, args := range map[string][]string{
		"matrix": {"matrix", "--client", "go", "--family", "validity,names"},
		"test":   {"test", "--family", "validity", "--keep-going", "--", own, "{ca}"},
		"stops":  {"test", "--family", "validity", "--", own, "{ca}"},
	} {
		t.Run(name, func(t *testing.T) {
			if name != "matrix" && filepath.Separator != '/' {
				return // the client is a shell script
			}
			args := slices.Concat([]string{args[0], "--json", "--seed", "shards", "--at", day}, args[1:])
			whole := ranIn(t, args)
			var shards []result.Named
			const n = 3
			for k := range n {
				shard := fmt.Sprintf("--shard=%d/%d", k+1, n)
				r := ranIn(t, slices.Concat([]string{args[0], shard}, args[1:]))
				require.Equal(t, &result.Shard{Number: k + 1, Of: n}, r.Shard)
				require.NotNil(t, r.Machine)
				require.NotEmpty(t, r.Version)
				shards = append(shards, result.Named{Name: shard, Run: r})
			}
			shards[0], shards[2] = shards[2], shards[0] // the order does not matter
			merged, err := result.Merge(shards)
			require.NoError(t, err)
			require.Equal(t, facts(whole), facts(merged))
			require.Equal(t, whole.Stopped, merged.Stopped)
			require.Len(t, merged.Shards, n)
			if whole.Stopped == nil {
				total := 0
				for _, p := range merged.Shards {
					assert.Positive(t, p.Cells)
					total += p.Cells
				}
				require.Len(t, facts(whole), total)
			}
		})
	}
}

// ranIn runs the command and returns its JSON as a run.
func ranIn(t *testing.T, args []string) *result.Run {
	t.Helper()
	var stdout, stderr bytes.Buffer
	run(context.Background(), args, &stdout, &stderr)
	r, err := result.Read(&stdout)
	require.NoError(t, err, stderr.String())
	return r
}

// facts returns what must not depend on where a cell ran, in the order of the run.
func facts(r *result.Run) []string {
	var list []string
	for _, s := range r.Scenarios {
		for _, c := range s.Cells {
			list = append(list, fmt.Sprint(s.ID, " ", c.Client, " ", c.Outcome, " ", c.Kind, " ", c.Class, " ", c.Control,
				" ", c.Documented, " ", len(c.Observed) > 0, " ", visible.Text(messages.Steady(c.Message))))
		}
	}
	return list
}
