package result

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/machine"
)

// TestShardCells checks that shards divide the cells, evenly, and whatever the order in which they are found.
func TestShardCells(t *testing.T) {
	var all []Place
	for c := range 7 {
		for s := range 13 {
			all = append(all, Place{fmt.Sprint("client-", c), fmt.Sprint("scenario-", s)})
		}
	}
	taken := map[Place]int{}
	for k := 1; k <= 5; k++ {
		shard := Shard{k, 5}
		mine := shard.Cells(all)
		assert.InDelta(t, len(all)/5, len(mine), 1)
		shuffled := append([]Place{}, all...)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		require.Equal(t, mine, shard.Cells(shuffled))
		for p := range mine {
			taken[p]++
		}
	}
	for _, p := range all {
		assert.Equal(t, 1, taken[p], p)
	}
	require.Len(t, Shard{}.Cells(all), len(all))
}

func TestParseShard(t *testing.T) {
	s, err := ParseShard("2/8")
	require.NoError(t, err)
	require.Equal(t, Shard{2, 8}, s)
	require.Equal(t, "2/8", s.String())
	for _, wrong := range []string{"", "1", "a/b", "0/2", "3/2", "-1/2", "1/0", "1/1000000", "1/2/3", "1 / 2"} {
		_, err := ParseShard(wrong)
		assert.Error(t, err, wrong)
	}
}

// TestMergeRefuses checks every reason not to merge, and what a merged run keeps.
func TestMergeRefuses(t *testing.T) {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	shard := func(k int, change ...func(*Run)) Named {
		cell := Cell{Client: "go-1.26/default", Outcome: clients.Accepted}
		r := &Run{
			Seed: "x", At: at, Version: "v1", Started: at.Add(time.Duration(k) * time.Second), Duration: time.Minute,
			Machine: &machine.Machine{OS: "linux"}, Shard: &Shard{k, 2},
			Clients:   []clients.Info{{Stack: "go", Version: "1.26", Variant: "default"}},
			Scenarios: []Scenario{{ID: "good"}, {ID: "expired"}},
		}
		r.Scenarios[k-1].Cells = []Cell{cell}
		for _, c := range change {
			c(r)
		}
		return Named{fmt.Sprint(k, ".json"), r}
	}
	merged, err := Merge([]Named{shard(2), shard(1)})
	require.NoError(t, err)
	require.Nil(t, merged.Shard)
	require.Equal(t, &machine.Machine{OS: "linux"}, merged.Machine)
	require.Equal(t, at.Add(time.Second), merged.Started)
	require.Equal(t, time.Minute+time.Second, merged.Duration)
	require.Equal(t, []int{1, 1}, []int{merged.Shards[0].Cells, merged.Shards[1].Cells})
	require.Equal(t, 1, merged.Shards[0].Number)
	for name, c := range map[string]struct {
		change func(*Run)
		says   string
	}{
		"seed":        {func(r *Run) { r.Seed = "y" }, "--seed"},
		"day":         {func(r *Run) { r.At = at.Add(24 * time.Hour) }, "--at"},
		"version":     {func(r *Run) { r.Version = "v2" }, "version of tlslab"},
		"number":      {func(r *Run) { r.Shard = &Shard{2, 3} }, "the same N"},
		"clients":     {func(r *Run) { r.Clients[0].Version = "1.27" }, "clients go-1.26/default go-1.27/default"},
		"scenarios":   {func(r *Run) { r.Scenarios[1].ID = "wrong-host" }, "scenarios expired wrong-host"},
		"interrupted": {func(r *Run) { r.Interrupted = true }, "run it again"},
		"stopped":     {func(r *Run) { r.Stopped = &Stopped{} }, "first control"},
		"whole":       {func(r *Run) { r.Shard = nil }, "not a shard"},
		"absurd":      {func(r *Run) { r.Shard = &Shard{5, 2} }, "5/2"},
		"twice":       {func(r *Run) { r.Shard = &Shard{1, 2} }, "both shard 1/2"},
		"cell twice":  {func(r *Run) { r.Scenarios[0].Cells = r.Scenarios[1].Cells }, "both have the cell"},
	} {
		_, err := Merge([]Named{shard(1), shard(2, c.change)})
		assert.ErrorContains(t, err, c.says, name)
	}
	_, err = Merge(nil)
	require.Error(t, err)
	other, err := Merge([]Named{shard(1), shard(2, func(r *Run) { r.Machine = &machine.Machine{OS: "darwin"} })})
	require.NoError(t, err)
	require.Nil(t, other.Machine)
	require.Equal(t, "darwin", other.Shards[1].Machine.OS)
}
