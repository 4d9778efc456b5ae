package lab_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
	"example.com/tlslab/scenarios"
)

// BenchmarkCells measures cells per second of the newest default client of each stack: a server for each
// scenario, the probe, and the judgement. Chains are minted and long-running programs started beforehand.
// Scenarios that need time to pass are left out.
func BenchmarkCells(b *testing.B) {
	set, err := all.Discover(b.Context(), clients.Options{})
	require.NoError(b, err)
	defer set.Close()
	l, err := lab.New(lab.Config{Seed: "bench", ClientFiles: true, Services: []serve.Service{mongodb.Embedded()}})
	require.NoError(b, err)
	defer l.Close()
	lists := map[string][]*scenarios.Scenario{}
	for _, service := range []scenarios.Service{scenarios.HTTPS, scenarios.MongoDB} {
		lists[string(service)] = atOnce(b, l, service)
	}
	for _, client := range asTheyCome(set) {
		b.Run(client.Stack, func(b *testing.B) {
			one := &clients.Set{Clients: []*clients.Client{client}}
			list := lists[client.Service]
			ask := func(list []*scenarios.Scenario) int {
				run, err := l.Run(b.Context(), list, one, lab.RunOptions{})
				require.NoError(b, err)
				return len(run.Scenarios)
			}
			ask(list[:min(8, len(list))]) // starts programs, and has them compile what they need
			cells := 0
			for b.Loop() {
				cells += ask(list)
			}
			b.ReportMetric(float64(cells)/b.Elapsed().Seconds(), "cells/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkProbes measures the upper bound of BenchmarkCells: the same clients and scenarios without the
// lab's share of a cell. Servers listen all the time, their observations are not awaited, and nothing is
// judged.
func BenchmarkProbes(b *testing.B) {
	set, err := all.Discover(b.Context(), clients.Options{Services: []string{string(scenarios.HTTPS)}})
	require.NoError(b, err)
	defer set.Close()
	l, err := lab.New(lab.Config{Seed: "bench", ClientFiles: true})
	require.NoError(b, err)
	defer l.Close()
	up, err := l.Up(b.Context(), atOnce(b, l, scenarios.HTTPS), nil)
	require.NoError(b, err)
	defer up.Close()
	for _, client := range asTheyCome(set) {
		b.Run(client.Stack, func(b *testing.B) {
			ask := func(list []*lab.Instance) int {
				var group errgroup.Group
				group.SetLimit(3 * runtime.GOMAXPROCS(0)) // as in a run
				for _, in := range list {
					group.Go(func() error {
						client.Probe(b.Context(), clients.Request{Endpoint: in.Endpoint, Timeout: 10 * time.Second})
						return nil
					})
				}
				require.NoError(b, group.Wait())
				return len(list)
			}
			ask(up.Instances[:8])
			probes := 0
			for b.Loop() {
				probes += ask(up.Instances)
			}
			b.ReportMetric(float64(probes)/b.Elapsed().Seconds(), "probes/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// asTheyCome returns the newest version of each stack, in its default variant.
func asTheyCome(set *clients.Set) []*clients.Client {
	var list []*clients.Client
	for _, c := range set.Clients { // versions ascend
		if c.Variant != "default" {
			continue
		}
		if n := slices.IndexFunc(list, func(o *clients.Client) bool { return o.Stack == c.Stack }); n >= 0 {
			list[n] = c
		} else {
			list = append(list, c)
		}
	}
	return list
}

// atOnce returns a service's scenarios that need no time to pass, minted.
func atOnce(b *testing.B, l *lab.Lab, service scenarios.Service) []*scenarios.Scenario {
	var list []*scenarios.Scenario
	for _, s := range scenarios.Behind(service) {
		if !s.Waits() && s.ID != "ocsp-timeout" && s.ID != "crl-timeout" && s.Recipe.Leaf.NotAfter != "soon" {
			_, err := l.Files(s)
			require.NoError(b, err)
			list = append(list, s)
		}
	}
	return list
}
