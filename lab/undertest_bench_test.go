//go:build unix

package lab_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// spawned are clients, written as their users would, that run in a new process for each scenario, with the
// newest program of each stack.
var spawned = []struct {
	stack string
	args  []string
}{
	{"curl", []string{"-sS", "--cacert", "{ca}", "{url}"}},
	{
		"python", []string{
			"-c", "import ssl, sys, urllib.request as r; r.urlopen(sys.argv[1], " +
				"context=ssl.create_default_context(cafile=sys.argv[2]), timeout=9).read()", "{url}", "{ca}",
		},
	},
	{"requests", []string{"-c", "import requests, sys; requests.get(sys.argv[1], verify=sys.argv[2], timeout=9)",
		"{url}", "{ca}"}},
	{
		"node", []string{
			"-e", "require('https').get(process.argv[1], {ca: require('fs').readFileSync(process.argv[2])}, (r) " +
				"=> r.resume())", "{url}", "{ca}",
		},
	},
	{
		"ruby", []string{
			"-rnet/http", "-e",
			"u = URI(ARGV[0]); Net::HTTP.start(u.hostname, u.port, use_ssl: true, ca_file: ARGV[1], read_timeout: " +
				"9) { |h| h.get(u) }", "{url}", "{ca}",
		},
	},
	{
		"php", []string{
			"-r", "$c = stream_context_create(['ssl' => ['cafile' => $argv[2]]]); " +
				"exit(file_get_contents($argv[1], false, $c) === false ? 1 : 0);", "--", "{url}", "{ca}",
		},
	},
}

// BenchmarkSpawned measures cells per second of clients that are started for each cell. This is the speed of
// tlslab test once everything is minted. [BenchmarkCells] measures the same stacks when they are started
// once.
func BenchmarkSpawned(b *testing.B) {
	found, err := all.Discover(b.Context(), clients.Options{})
	require.NoError(b, err)
	newest := map[string]string{} // the program, by stack; versions ascend
	for _, c := range found.Clients {
		newest[c.Stack] = c.Path
	}
	require.NoError(b, found.Close())
	l, err := lab.New(lab.Config{Seed: "bench", Dir: b.TempDir(), ClientFiles: true})
	require.NoError(b, err)
	defer l.Close()
	var list []*scenarios.Scenario
	for _, s := range scenarios.All() {
		if !s.Waits() { // most of their time is spent waiting
			list = append(list, s)
			_, err := l.Files(s)
			require.NoError(b, err)
		}
	}
	for _, client := range spawned {
		b.Run(client.stack, func(b *testing.B) {
			if newest[client.stack] == "" {
				b.Skip("there is no ", client.stack, " here")
			}
			command := append([]string{newest[client.stack]}, client.args...)
			set, err := clients.Open(b.Context(), undertest.Stack(undertest.Options{Command: command}))
			require.NoError(b, err)
			defer set.Close()
			cells := 0
			ours, theirs := used(b, syscall.RUSAGE_SELF), used(b, syscall.RUSAGE_CHILDREN)
			for b.Loop() {
				run, err := l.Run(b.Context(), list, set, lab.RunOptions{})
				require.NoError(b, err)
				for _, s := range run.Scenarios {
					if s.ID == "good" || s.ID == "expired" { // it is a client that verifies
						require.Equal(b, verdict.OK, s.Cells[0].Kind, "%s: %s", s.ID, s.Cells[0].Message)
					}
				}
				cells += len(run.Scenarios)
			}
			b.ReportMetric(float64(cells)/b.Elapsed().Seconds(), "cells/s")
			b.ReportMetric(0, "ns/op")
			for unit, spent := range map[string]time.Duration{
				"lab-cpu-ms/cell":    used(b, syscall.RUSAGE_SELF) - ours,
				"client-cpu-ms/cell": used(b, syscall.RUSAGE_CHILDREN) - theirs,
			} {
				b.ReportMetric(float64(spent.Microseconds())/1000/float64(cells), unit)
			}
		})
	}
}

// used returns the processor time of this process, or of the children that it has waited for.
func used(b *testing.B, who int) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(who, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
