//go:build unix

package lab_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/scenarios"
)

// BenchmarkSpawned measures cells a second of a client that is started anew for each: what tlslab
// test comes to with curl, when all is minted.
func BenchmarkSpawned(b *testing.B) {
	set, err := clients.Open(b.Context(), undertest.Stack(undertest.Options{Command: []string{"curl", "-sS", "--cacert", "{ca}", "{url}"}}))
	if err != nil {
		b.Skip(err)
	}
	defer set.Close()
	l, err := lab.New(lab.Config{Seed: "bench", Dir: b.TempDir(), ClientFiles: true})
	require.NoError(b, err)
	defer l.Close()
	var list []*scenarios.Scenario
	for _, s := range scenarios.All() {
		if !s.Waits() { // whose time is not ours
			list = append(list, s)
			_, err := l.Files(s)
			require.NoError(b, err)
		}
	}
	cells := 0
	ours, theirs := used(b, syscall.RUSAGE_SELF), used(b, syscall.RUSAGE_CHILDREN)
	for b.Loop() {
		run, err := l.Run(b.Context(), list, set, lab.RunOptions{Parallel: runtime.NumCPU()})
		require.NoError(b, err)
		cells += len(run.Scenarios)
	}
	b.ReportMetric(float64(cells)/b.Elapsed().Seconds(), "cells/s")
	for unit, spent := range map[string]time.Duration{
		"lab-cpu-ms/cell":    used(b, syscall.RUSAGE_SELF) - ours,
		"client-cpu-ms/cell": used(b, syscall.RUSAGE_CHILDREN) - theirs,
	} {
		b.ReportMetric(float64(spent.Microseconds())/1000/float64(cells), unit)
	}
}

// used returns the processors' time that this process, or those that it has started and waited for,
// has used.
func used(b *testing.B, who int) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(who, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
