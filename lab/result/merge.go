package result

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/machine"
)

// Named is a run with the name of the file that it is from.
type Named struct {
	Name string
	*Run
}

// Merge puts the shards of a run together. Each cell of the merged run is that of its shard, so the run is equal to one
// that was not divided. Merge refuses shards that do not belong together, that are there twice, or that are incomplete,
// and says which ones are missing.
func Merge(shards []Named) (*Run, error) {
	if len(shards) == 0 {
		return nil, errors.New("there is nothing to merge")
	}
	for _, s := range shards {
		if err := s.mergeable(); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		if err := s.belongs(shards[0]); err != nil {
			return nil, fmt.Errorf("%s and %s do not belong together: %w", shards[0].Name, s.Name, err)
		}
	}
	shards = slices.Clone(shards)
	slices.SortStableFunc(shards, func(a, b Named) int { return cmp.Compare(a.Shard.Number, b.Shard.Number) })
	if err := complete(shards); err != nil {
		return nil, err
	}
	return merged(shards)
}

// mergeable returns why a run cannot be a part of a merged one, if it cannot.
func (n Named) mergeable() error {
	switch {
	case n.Shard == nil:
		return errors.New("this is not a shard: write it with --shard K/N and --json")
	case n.Shard.Number < 1 || n.Shard.Number > n.Shard.Of || n.Shard.Of > MaxShards:
		return fmt.Errorf("its shard is %v: write the file again with --shard K/N", *n.Shard)
	case n.Interrupted:
		return fmt.Errorf("shard %v was interrupted: run it again", *n.Shard)
	}
	return nil
}

// belongs returns why a shard is not of the same run as another, if it is not.
func (n Named) belongs(first Named) error {
	for _, field := range []struct{ what, a, b, advice string }{
		{"the number of shards", fmt.Sprint(first.Shard.Of), fmt.Sprint(n.Shard.Of), "give each machine the same N"},
		{"the seed", first.Seed, n.Seed, "give each machine the same --seed"},
		{"the day", first.At.Format(time.RFC3339), n.At.Format(time.RFC3339), "give each machine the same --at"},
		{"the version of tlslab", first.Version, n.Version, "use the same tlslab everywhere"},
	} {
		if field.a != field.b {
			return fmt.Errorf("%s is %q in one and %q in the other: %s", field.what, field.a, field.b, field.advice)
		}
	}
	if (first.Stopped == nil) != (n.Stopped == nil) {
		return errors.New("the client accepted the first control in one and not in the other: run both again")
	}
	if n.Stopped != nil {
		return nil // neither ran anything else
	}
	if err := same("clients", "have every machine use the same ones (--client)", ids(first.Clients, clients.Info.ID),
		ids(n.Clients, clients.Info.ID)); err != nil {
		return err
	}
	name := func(s Scenario) string { return s.ID }
	return same("scenarios", "name the same ones everywhere", ids(first.Scenarios, name), ids(n.Scenarios, name))
}

func ids[T any](list []T, id func(T) string) []string {
	var out []string
	for _, v := range list {
		out = append(out, id(v))
	}
	return out
}

// same returns an error that names a few of the words that only one of two lists has.
func same(what, advice string, a, b []string) error {
	const few = 3
	var only []string
	for _, lists := range [][2][]string{{a, b}, {b, a}} {
		for _, id := range lists[0] {
			if !slices.Contains(lists[1], id) {
				only = append(only, id)
			}
		}
	}
	if len(only) == 0 {
		return nil
	}
	more := ""
	if len(only) > few {
		more = fmt.Sprintf(" and %d more", len(only)-few)
	}
	return fmt.Errorf("only one of them has the %s %s%s: %s", what, strings.Join(only[:min(few, len(only))], " "), more,
		advice)
}

// complete returns an error if a shard is there twice or missing. The shards are sorted.
func complete(shards []Named) error {
	var missing []string
	next := 1
	of := shards[0].Shard.Of
	for i, s := range shards {
		if i > 0 && s.Shard.Number == shards[i-1].Shard.Number {
			return fmt.Errorf("%s and %s are both shard %v: leave one out", shards[i-1].Name, s.Name, *s.Shard)
		}
		for ; next < s.Shard.Number; next++ {
			missing = append(missing, fmt.Sprint(next))
		}
		next++
	}
	for ; next <= of; next++ {
		missing = append(missing, fmt.Sprint(next))
	}
	switch len(missing) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("shard %s of %d is missing: run it with --shard %s/%d", missing[0], of, missing[0], of)
	}
	return fmt.Errorf("%d of %d shards are missing: %s", len(missing), of, strings.Join(missing, " "))
}

// merged returns the run of shards that belong together and are complete.
func merged(shards []Named) (*Run, error) {
	out := *shards[0].Run
	out.Shard, out.Diffs, out.Scenarios, out.Missing = nil, nil, nil, []clients.Missing{}
	cells, err := cellsOf(shards)
	if err != nil {
		return nil, err
	}
	var end time.Time
	for _, s := range shards {
		if s.Started.Before(out.Started) {
			out.Started = s.Started
		}
		if last := s.Started.Add(s.Duration); last.After(end) {
			end = last
		}
		out.Machine = equal(out.Machine, s.Machine)
		out.Shards = append(out.Shards, s.part())
		for _, m := range s.Run.Missing {
			if !slices.ContainsFunc(out.Missing, func(o clients.Missing) bool { return sameMissing(o, m) }) {
				out.Missing = append(out.Missing, m)
			}
		}
	}
	out.Duration = end.Sub(out.Started)
	for _, s := range shards[0].Scenarios {
		s.Cells = nil
		for _, c := range out.Clients {
			if cell, ok := cells[Place{c.ID(), s.ID}]; ok {
				s.Cells = append(s.Cells, cell)
			}
		}
		out.Scenarios = append(out.Scenarios, s)
	}
	return &out, nil
}

// cellsOf returns all cells of shards. Two shards share none, unless the client stopped at the control that each of
// them runs first.
func cellsOf(shards []Named) (map[Place]Cell, error) {
	cells := map[Place]Cell{}
	from := map[Place]string{}
	for _, s := range shards {
		for _, scenario := range s.Scenarios {
			for _, c := range scenario.Cells {
				at := Place{c.Client, scenario.ID}
				if other, twice := from[at]; twice && s.Stopped == nil {
					return nil, fmt.Errorf("%s and %s both have the cell of %s and %s: they are not two shards of one run",
						other, s.Name, c.Client, scenario.ID)
				} else if !twice {
					cells[at], from[at] = c, s.Name
				}
			}
		}
	}
	return cells, nil
}

// part returns what a merged run keeps of a shard.
func (n Named) part() Part {
	p := Part{Shard: *n.Shard, Machine: n.Machine, Started: n.Started, Duration: n.Duration}
	for _, s := range n.Scenarios {
		p.Cells += len(s.Cells)
	}
	return p
}

// equal returns the machine if both are equal, or else nil.
func equal(a, b *machine.Machine) *machine.Machine {
	if a == nil || b == nil || *a != *b {
		return nil
	}
	return a
}

func sameMissing(a, b clients.Missing) bool {
	return a.Stack == b.Stack && a.Reason.Text == b.Reason.Text
}
