package result

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/version"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Effect is what a change means to whoever uses the client.
type Effect string

// The effects, what is felt most first.
const (
	NowRejects Effect = "now-rejects" // it accepted, and rejects now: what an upgrade breaks
	NowAccepts Effect = "now-accepts" // it rejected, and accepts now
	OtherCause Effect = "other-cause" // it rejects as before, for another failure class; or it is judged otherwise
	Ability    Effect = "ability"     // it can do now what it could not, or the other way round
	Wording    Effect = "wording"     // it says the same in other words
)

// Effects returns the effects, what is felt most first.
func Effects() []Effect { return []Effect{NowRejects, NowAccepts, OtherCause, Ability, Wording} }

// Diff is what differs between pairs of clients: of one run, what a change from one client to
// another comes to; of two runs, what has changed since.
type Diff struct {
	Pairs []Pair `json:"pairs"`
	// Scenarios is how many scenarios both clients of some pair were asked.
	Scenarios int `json:"scenarios"`
	// Changes is sorted by effect, then in the order of the later run's scenarios and pairs.
	Changes []Change `json:"changes"`
	// OnlyFrom and OnlyTo list the clients and scenarios that have no counterpart.
	OnlyFrom []string `json:"only_from"`
	OnlyTo   []string `json:"only_to"`
}

// Pair is two clients that are compared, by their IDs.
type Pair struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Change is one scenario that two clients do not treat alike.
type Change struct {
	Scenario string           `json:"scenario"`
	Family   scenarios.Family `json:"family"`
	Effect   Effect           `json:"effect"`
	From     State            `json:"from"`
	To       State            `json:"to"`
}

// State is what a cell came to.
type State struct {
	Client     string          `json:"client"`
	Outcome    clients.Outcome `json:"outcome"`
	Kind       verdict.Kind    `json:"kind"`
	Class      failure.Class   `json:"class,omitempty"`
	Documented bool            `json:"documented"`
	Message    string          `json:"message,omitempty"` // as [messages.Steady] and [visible.Text] return it
}

func newState(c *Cell) State {
	s := State{Client: c.Client, Outcome: c.Outcome, Kind: c.Kind, Class: c.Class, Documented: c.Documented}
	if c.Outcome != clients.Accepted {
		s.Message = visible.Text(messages.Steady(c.Message))
	}
	return s
}

// Able reports whether the client could be judged by the scenario.
func (s State) Able() bool {
	return s.Kind != verdict.Unsupported && s.Kind != verdict.Error && s.Kind != verdict.Void
}

// effect returns what the change from one state to another means; false if nothing changed.
func effect(from, to State) (Effect, bool) {
	switch {
	case from.Able() != to.Able():
		return Ability, true
	case from.Outcome == clients.Accepted && to.Outcome == clients.Rejected:
		return NowRejects, true
	case from.Outcome == clients.Rejected && to.Outcome == clients.Accepted:
		return NowAccepts, true
	case from.Outcome != to.Outcome || from.Class != to.Class || from.Kind != to.Kind || from.Documented != to.Documented:
		return OtherCause, true
	}
	return Wording, from.Message != to.Message
}

// Compare compares pairs of clients, the first of each in one run and the second in another, which
// may be the same run, on the scenarios that both runs have.
func Compare(from, to *Run, pairs []Pair) *Diff {
	d := &Diff{Pairs: pairs, Changes: []Change{}, OnlyFrom: []string{}, OnlyTo: []string{}}
	before, after := from.Index(), to.Index()
	for _, s := range to.Scenarios {
		if !slices.ContainsFunc(from.Scenarios, func(o Scenario) bool { return o.ID == s.ID }) {
			d.OnlyTo = append(d.OnlyTo, s.ID)
			continue
		}
		asked := false
		for _, p := range pairs {
			a, b := before.Cell(s.ID, p.From), after.Cell(s.ID, p.To)
			if a == nil || b == nil {
				continue // they speak something else
			}
			asked = true
			x, y := newState(a), newState(b)
			if e, changed := effect(x, y); changed {
				d.Changes = append(d.Changes, Change{Scenario: s.ID, Family: s.Family, Effect: e, From: x, To: y})
			}
		}
		if asked {
			d.Scenarios++
		}
	}
	for _, s := range from.Scenarios {
		if !slices.ContainsFunc(to.Scenarios, func(o Scenario) bool { return o.ID == s.ID }) {
			d.OnlyFrom = append(d.OnlyFrom, s.ID)
		}
	}
	slices.SortStableFunc(d.Changes, func(a, b Change) int {
		return cmp.Compare(slices.Index(Effects(), a.Effect), slices.Index(Effects(), b.Effect))
	})
	return d
}

// Since compares a run with a former one: each client with the same one, or, where its version is
// new, with the version before it of that stack and variant, or with the next if there is none.
func Since(from, to *Run) *Diff {
	var pairs []Pair
	var only []string
	paired := map[string]bool{}
	for _, c := range to.Clients {
		former, ok := nearest(from.Clients, c)
		if !ok {
			only = append(only, c.ID())
			continue
		}
		paired[former.ID()] = true
		pairs = append(pairs, Pair{former.ID(), c.ID()})
	}
	d := Compare(from, to, pairs)
	d.OnlyTo = append(d.OnlyTo, only...)
	for _, c := range from.Clients {
		if !paired[c.ID()] {
			d.OnlyFrom = append(d.OnlyFrom, c.ID())
		}
	}
	return d
}

// nearest returns the client of a list that one is to be compared with.
func nearest(list []clients.Info, c clients.Info) (clients.Info, bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(o clients.Info) bool { return o.Stack != c.Stack || o.Variant != c.Variant })
	slices.SortStableFunc(list, func(a, b clients.Info) int { return version.Compare(a.Version, b.Version) })
	if len(list) == 0 {
		return clients.Info{}, false
	}
	for _, o := range slices.Backward(list) {
		if version.Compare(o.Version, c.Version) <= 0 {
			return o, true
		}
	}
	return list[0], true
}

// Upgrade compares two clients, A:B, each named as tlslab run --client names them: "python-3.8:python-3.11",
// "python-3.8/default:python-3.11/default". A name that leaves out the variant stands for all of
// them, each compared with its like; one that leaves out the version, or its end, stands for the
// newest that fits. A is looked up in the run from, B in the run to, which may be the same.
func Upgrade(from, to *Run, names string) (*Diff, error) {
	a, b, ok := strings.Cut(names, ":")
	if !ok || a == "" || b == "" {
		return nil, fmt.Errorf("comparing %q: want two clients with a colon between, for example python-3.8:python-3.11", names)
	}
	before, err := newest(from, a)
	if err != nil {
		return nil, err
	}
	after, err := newest(to, b)
	if err != nil {
		return nil, err
	}
	var pairs []Pair
	if len(before) == 1 && len(after) == 1 {
		pairs = append(pairs, Pair{before[0].ID(), after[0].ID()})
	} else {
		for _, x := range before {
			if i := slices.IndexFunc(after, func(y clients.Info) bool { return y.Variant == x.Variant }); i >= 0 {
				pairs = append(pairs, Pair{x.ID(), after[i].ID()})
			}
		}
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("comparing %q: no variant of the one is a variant of the other: name one of each, for example %s:%s", names, before[0].ID(), after[0].ID())
	}
	d := Compare(from, to, pairs)
	for _, x := range before {
		if !slices.ContainsFunc(pairs, func(p Pair) bool { return p.From == x.ID() }) {
			d.OnlyFrom = append(d.OnlyFrom, x.ID())
		}
	}
	for _, y := range after {
		if !slices.ContainsFunc(pairs, func(p Pair) bool { return p.To == y.ID() }) {
			d.OnlyTo = append(d.OnlyTo, y.ID())
		}
	}
	return d, nil
}

// newest returns the clients of a run that a pattern names, of each variant the newest.
func newest(r *Run, pattern string) ([]clients.Info, error) {
	var list []clients.Info
	for _, c := range r.Clients {
		if !clients.Matches(pattern, c) {
			continue
		}
		i := slices.IndexFunc(list, func(o clients.Info) bool { return o.Stack == c.Stack && o.Variant == c.Variant })
		switch {
		case i < 0:
			list = append(list, c)
		case version.Compare(list[i].Version, c.Version) < 0:
			list[i] = c
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	var ids []string // without their variants, which would make a page of it
	for _, c := range r.Clients {
		if id, _, _ := strings.Cut(c.ID(), "/"); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return nil, fmt.Errorf("comparing: no client of the run matches %q%s: it has %s", pattern, clients.Meant(pattern, r.Clients), strings.Join(ids, " "))
}
