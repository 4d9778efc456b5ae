package result

import (
	"slices"
	"time"

	"example.com/tlslab/lab/internal/machine"
)

// CompareSchema is the version of the form of [Comparison].
const CompareSchema = 1

// Comparison is a [Diff] with what was compared, as tlslab compare --format json prints it.
type Comparison struct {
	Schema int    `json:"schema"` // [CompareSchema]
	Before Source `json:"before"`
	After  Source `json:"after"`
	*Diff
}

// Source is one side of a comparison. A record has neither a seed nor a time nor a machine.
type Source struct {
	Name    string           `json:"name"` // of a file, a client or an image, as the user gave it
	Seed    string           `json:"seed,omitempty"`
	At      time.Time        `json:"at,omitzero"`
	Version string           `json:"version,omitempty"` // of tlslab
	Machine *machine.Machine `json:"machine,omitempty"`
}

// NewComparison returns a comparison of two runs, which may be the same run, with the names of both sides.
func NewComparison(from, to *Run, before, after string, d *Diff) *Comparison {
	side := func(r *Run, name string) Source { return Source{name, r.Seed, r.At, r.Version, r.Machine} }
	return &Comparison{Schema: CompareSchema, Before: side(from, before), After: side(to, after), Diff: d}
}

// Has reports whether the diff has a change with one of the effects.
func (d *Diff) Has(effects ...Effect) bool {
	return slices.ContainsFunc(d.Changes, func(c Change) bool { return slices.Contains(effects, c.Effect) })
}

// Same reports whether nothing differs, and nothing is only on one side.
func (d *Diff) Same() bool { return len(d.Changes)+len(d.OnlyFrom)+len(d.OnlyTo) == 0 }
