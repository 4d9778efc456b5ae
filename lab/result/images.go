package result

import (
	"fmt"
	"slices"

	"example.com/tlslab/lab/clients"
)

// In returns a run of clients in a container image: each client and each cell names it.
func (r *Run) In(image string) *Run {
	out := *r
	names := map[string]string{} // by the former ID
	out.Clients = slices.Clone(r.Clients)
	for i, c := range r.Clients {
		out.Clients[i].Image = image
		names[c.ID()] = out.Clients[i].ID()
	}
	out.Scenarios = slices.Clone(r.Scenarios)
	for i, s := range r.Scenarios {
		s.Cells = slices.Clone(s.Cells)
		for n, c := range s.Cells {
			s.Cells[n].Client = names[c.Client]
		}
		out.Scenarios[i] = s
	}
	return &out
}

// Join puts runs of the same scenarios with different clients together, in their order. The runs must have the same
// seed and time, and no client twice. A stack counts as missing if every run misses it.
func Join(runs ...*Run) (*Run, error) {
	out := *runs[0]
	out.Clients, out.Missing = nil, []clients.Missing{}
	out.Scenarios = slices.Clone(out.Scenarios)
	for i := range out.Scenarios {
		out.Scenarios[i].Cells = nil
	}
	for _, r := range runs {
		if r.Seed != out.Seed || !r.At.Equal(out.At) {
			return nil, fmt.Errorf("joining runs: they have different seeds or times: %s and %s", out.Again(), r.Again())
		}
		if err := out.add(r); err != nil {
			return nil, fmt.Errorf("joining runs: %w", err)
		}
		out.Interrupted = out.Interrupted || r.Interrupted
		if end := r.Started.Add(r.Duration); end.After(out.Started.Add(out.Duration)) {
			out.Duration = end.Sub(out.Started)
		}
	}
	for _, m := range runs[0].Missing {
		if !slices.ContainsFunc(runs, func(r *Run) bool { return !r.misses(m.Stack) }) {
			out.Missing = append(out.Missing, m)
		}
	}
	return &out, nil
}

// add adds the clients of a run, and their cells.
func (r *Run) add(more *Run) error {
	for _, c := range more.Clients {
		if slices.ContainsFunc(r.Clients, func(o clients.Info) bool { return o.ID() == c.ID() }) {
			return fmt.Errorf("client %s occurs twice", c.ID())
		}
		r.Clients = append(r.Clients, c)
	}
	for _, s := range more.Scenarios {
		i := slices.IndexFunc(r.Scenarios, func(o Scenario) bool { return o.ID == s.ID })
		if i < 0 { // the other run was interrupted
			r.Scenarios = append(r.Scenarios, s)
			continue
		}
		r.Scenarios[i].Cells = append(r.Scenarios[i].Cells, s.Cells...)
	}
	return nil
}

// misses reports whether a stack was not found.
func (r *Run) misses(stack string) bool {
	return slices.ContainsFunc(r.Missing, func(m clients.Missing) bool { return m.Stack == stack })
}

// Images returns the images in which clients of a run ran, in the order of the clients.
func (r *Run) Images() []string {
	var images []string
	for _, c := range r.Clients {
		if c.Image != "" && !slices.Contains(images, c.Image) {
			images = append(images, c.Image)
		}
	}
	return images
}

// Of returns the part of a run with the clients of an image.
func (r *Run) Of(image string) *Run {
	all := func(Scenario) bool { return true }
	return r.Only(all, func(c clients.Info) bool { return c.Image == image })
}

// AcrossImages compares the first image of a run with each of the others. Each client is compared with the one of the
// same stack and variant whose version is nearest, as by [Since].
func (r *Run) AcrossImages() []*Diff {
	var list []*Diff
	images := r.Images()
	for i := 1; i < len(images); i++ {
		list = append(list, Since(r.Of(images[0]), r.Of(images[i])))
	}
	return list
}
