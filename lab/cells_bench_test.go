package lab_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/stack"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/mongo/godriver"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// BenchmarkCells measures cells a second of each stack's newest client as it comes: a server for
// each scenario, the probe, and the judgement. Minting is done before, and programs that are asked many
// times have started. Left out are scenarios in which time has to pass.
func BenchmarkCells(b *testing.B) {
	set, err := clients.Discover(b.Context(), clients.Options{More: []stack.Stack{godriver.Stack()}})
	require.NoError(b, err)
	defer set.Close()
	l, err := lab.New(lab.Config{Seed: "bench", ClientFiles: true, Services: []serve.Service{mongo.Embedded()}})
	require.NoError(b, err)
	defer l.Close()
	lists := map[string][]*scenarios.Scenario{}
	for _, service := range []scenarios.Service{scenarios.HTTPS, scenarios.MongoDB} {
		for _, s := range scenarios.Behind(service) {
			if !s.Waits() && s.ID != "ocsp-timeout" && s.ID != "crl-timeout" && s.Recipe.Leaf.NotAfter != "soon" {
				_, err := l.Files(s)
				require.NoError(b, err)
				lists[string(service)] = append(lists[string(service)], s)
			}
		}
	}
	newest := map[string]*clients.Client{} // versions ascend
	var stacks []string
	for _, c := range set.Clients {
		if c.Variant != "default" {
			continue
		}
		if newest[c.Stack] == nil {
			stacks = append(stacks, c.Stack)
		}
		newest[c.Stack] = c
	}
	for _, name := range stacks {
		b.Run(name, func(b *testing.B) {
			one := &clients.Set{Clients: []*clients.Client{newest[name]}}
			list := lists[newest[name].Service]
			ask := func(list []*scenarios.Scenario) int {
				run, err := l.Run(b.Context(), list, one, lab.RunOptions{})
				require.NoError(b, err)
				return len(run.Scenarios)
			}
			ask(list[:min(8, len(list))]) // programs have started, and compiled what they compile
			cells := 0
			for b.Loop() {
				cells += ask(list)
			}
			b.ReportMetric(float64(cells)/b.Elapsed().Seconds(), "cells/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
