package result

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/tlslab/lab/internal/machine"
)

// Shard is a part of a run that is divided between machines: every Of-th cell, beginning with cell Number. The zero
// value is the whole run.
type Shard struct {
	Number int `json:"number"` // from 1
	Of     int `json:"of"`
}

// MaxShards is the maximum number of shards of a run. It is more than the built-in catalogue has scenarios and less
// than what would be a mistake.
const MaxShards = 100_000

// ParseShard reads a shard in the form K/N, such as 2/8.
func ParseShard(text string) (Shard, error) {
	number, of, ok := strings.Cut(text, "/")
	k, errK := strconv.Atoi(number)
	n, errN := strconv.Atoi(of)
	switch {
	case !ok || errK != nil || errN != nil:
		return Shard{}, fmt.Errorf("%q is not a shard: write K/N, for example 1/4 for the first of four", text)
	case n < 1 || n > MaxShards:
		return Shard{}, fmt.Errorf("%q: the number of shards must be from 1 to %d", text, MaxShards)
	case k < 1 || k > n:
		return Shard{}, fmt.Errorf("%q: the shards are numbered from 1/%d to %d/%d", text, n, n, n)
	}
	return Shard{k, n}, nil
}

// String returns the shard in the form that [ParseShard] reads.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Number, s.Of) }

// Whole reports whether this is all of the run.
func (s Shard) Whole() bool { return s.Of <= 1 }

// Place is a cell of a run, by the ID of its client and of its scenario.
type Place struct{ Client, Scenario string }

// Cells returns the cells of a run that are in the shard. They are counted in the order of their IDs, so that every
// machine takes the same ones, in whatever order it finds its clients.
func (s Shard) Cells(all []Place) map[Place]bool {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b Place) int {
		return cmp.Or(strings.Compare(a.Client, b.Client), strings.Compare(a.Scenario, b.Scenario))
	})
	mine := map[Place]bool{}
	for i, id := range sorted {
		if s.Whole() || i%s.Of == s.Number-1 {
			mine[id] = true
		}
	}
	return mine
}

// Part is what a merged run keeps of a shard.
type Part struct {
	Shard
	Machine  *machine.Machine `json:"machine,omitempty"`
	Started  time.Time        `json:"started"`
	Duration time.Duration    `json:"duration_ns"`
	Cells    int              `json:"cells"`
}
