package result

import (
	"fmt"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
)

// Group is versions of one stack with the same variant whose results are equal throughout a run: each scenario has the
// same outcome, judgement and class. Their messages may differ.
type Group struct {
	Stack, Variant string
	Clients        []clients.Info // by version, ascending; never empty; all of one image
	// Versions lists their versions. Versions that are adjacent in the run are a range: "3.7.16–3.9.18, 3.11.2". If
	// they ran in an image, it follows: "3.11.2@debian:12".
	Versions string
}

// Name returns the name of a group: "python default 3.7.16–3.9.18".
func (g Group) Name() string { return fmt.Sprintf("%s %s %s", g.Stack, g.Variant, g.Versions) }

// Groups returns the groups of a run, in the run's order of stacks and variants.
func (r *Run) Groups() []Group {
	index := r.Index()
	var groups []Group
	signs := map[string]int{} // index into groups
	for _, c := range r.Clients {
		var sign strings.Builder
		fmt.Fprintf(&sign, "%s\x00%s\x00%s", c.Stack, c.Variant, c.Image)
		for _, s := range r.Scenarios {
			if cell := index.Cell(s.ID, c.ID()); cell != nil {
				fmt.Fprintf(&sign, "\x00%s\x00%s\x00%s\x00%t", cell.Outcome, cell.Kind, cell.Class, cell.Documented)
			} else {
				sign.WriteByte(1)
			}
		}
		i, known := signs[sign.String()]
		if !known {
			i = len(groups)
			signs[sign.String()] = i
			groups = append(groups, Group{Stack: c.Stack, Variant: c.Variant})
		}
		groups[i].Clients = append(groups[i].Clients, c)
	}
	for i, g := range groups {
		groups[i].Versions = r.versions(g)
	}
	place := func(g Group) (stack, variant int) {
		stack = slices.IndexFunc(r.Clients, func(c clients.Info) bool { return c.Stack == g.Stack })
		return stack, slices.IndexFunc(r.Clients, func(c clients.Info) bool {
			return c.Stack == g.Stack && c.Variant == g.Variant
		})
	}
	slices.SortStableFunc(groups, func(a, b Group) int {
		stackA, variantA := place(a)
		stackB, variantB := place(b)
		if stackA != stackB {
			return stackA - stackB
		}
		return variantA - variantB
	})
	return groups
}

// versions returns the versions of a group as text.
func (r *Run) versions(g Group) string {
	var all []string // versions of the stack that have the variant
	for _, c := range r.Clients {
		if c.Stack == g.Stack && c.Variant == g.Variant && c.Image == g.Clients[0].Image {
			all = append(all, c.Version)
		}
	}
	var members []string
	for _, c := range g.Clients {
		members = append(members, c.Version)
	}
	return clients.Info{Version: strings.Join(ranges(all, members, "–"), ", "), Image: g.Clients[0].Image}.Edition()
}

// ranges returns the members of a list as text, with adjacent ones as a range.
func ranges(all, members []string, dash string) []string {
	var words []string
	for i := 0; i < len(all); i++ {
		if !slices.Contains(members, all[i]) {
			continue
		}
		first := i
		for i+1 < len(all) && slices.Contains(members, all[i+1]) {
			i++
		}
		if first == i {
			words = append(words, all[i])
		} else {
			words = append(words, all[first]+dash+all[i])
		}
	}
	return words
}

// Index is the cells of a run, by scenario and client.
type Index map[[2]string]*Cell

// Index returns the index of a run's cells.
func (r *Run) Index() Index {
	x := Index{}
	for _, s := range r.Scenarios {
		for i := range s.Cells {
			x[[2]string{s.ID, s.Cells[i].Client}] = &s.Cells[i]
		}
	}
	return x
}

// Cell returns the cell of a client and a scenario, or nil if the client did not run it.
func (x Index) Cell(scenario, client string) *Cell { return x[[2]string{scenario, client}] }
