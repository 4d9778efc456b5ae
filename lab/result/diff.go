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

// Effect is what a change means to users of the client.
type Effect string

// The effects, the most noticeable first.
const (
	NowRejects Effect = "now-rejects" // it accepted before, and now rejects: what an upgrade breaks
	NowAccepts Effect = "now-accepts" // it rejected before, and now accepts
	OtherCause Effect = "other-cause" // it still rejects, with another failure class; or the judgement differs
	Ability    Effect = "ability"     // it has become able or unable to run the scenario
	Wording    Effect = "wording"     // only the wording of the message differs
)

// Effects returns the effects, the most noticeable first.
func Effects() []Effect { return []Effect{NowRejects, NowAccepts, OtherCause, Ability, Wording} }

// Diff is the differences between pairs of clients. Within one run, it shows what changes from one client to another;
// between two runs, what has changed since the first.
type Diff struct {
	// Title says what is compared, if the names of the clients do not.
	Title string `json:"title,omitempty"`
	Pairs []Pair `json:"pairs"`
	// Scenarios is the number of scenarios that both clients of some pair ran.
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

// Change is a scenario in which two clients differ.
type Change struct {
	Scenario string           `json:"scenario"`
	Family   scenarios.Family `json:"family"`
	Effect   Effect           `json:"effect"`
	From     State            `json:"from"`
	To       State            `json:"to"`
}

// State is the result of a cell.
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

// Able reports whether the client could be judged on the scenario.
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
	case from.Outcome != to.Outcome || from.Class != to.Class || from.Kind != to.Kind ||
		from.Documented != to.Documented:
		return OtherCause, true
	}
	return Wording, from.Message != to.Message
}

// Compare compares pairs of clients on the scenarios that both runs have. The first client of a pair is looked up in
// the run from, the second in the run to, which may be the same run.
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
				continue // they speak another protocol
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

// Since compares a run with an earlier one. Each client is compared with the same client. If its version is new, it is
// compared with the previous version of that stack and variant, or with the next one if it has no previous version.
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

// nearest returns the client of a list to compare a client with.
func nearest(list []clients.Info, c clients.Info) (clients.Info, bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(o clients.Info) bool {
		return o.Stack != c.Stack || o.Variant != c.Variant
	})
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

// Upgrade compares two clients, A:B, each named as for tlslab run --client: "python-3.8:python-3.11",
// "python-3.8/default:python-3.11/default". A name without a variant means all variants, each compared with its
// counterpart. A name without a version, or with only the beginning of one, means the newest version that matches. A is
// looked up in the run from, B in the run to, which may be the same run.
func Upgrade(from, to *Run, names string) (*Diff, error) {
	var failed error       // of the most likely colon
	for i := range names { // the names of images have colons, too: each may be the one between the two
		if names[i] != ':' || i == 0 || i == len(names)-1 {
			continue
		}
		_, errA := newest(from, names[:i])
		_, errB := newest(to, names[i+1:])
		switch {
		case errA == nil && errB == nil:
			return Between(from, to, names[:i], names[i+1:])
		case failed == nil, errA == nil, errB == nil:
			failed = cmp.Or(errA, errB)
		}
	}
	if failed == nil {
		failed = fmt.Errorf("comparing %q: want two clients with a colon between them, "+
			"for example python-3.8:python-3.11", names)
	}
	return nil, failed
}

// Between is [Upgrade] with the two clients as separate names.
func Between(from, to *Run, a, b string) (*Diff, error) {
	names := a + ":" + b
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
		return nil, fmt.Errorf("comparing %q: the two have no variant in common: name a variant of each, "+
			"for example %s:%s", names, before[0].ID(), after[0].ID())
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

// newest returns the clients of a run that match a pattern, only the newest of each variant.
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
	var ids []string // without variants, which would fill a page
	for _, c := range r.Clients {
		if id := c.Stack + "-" + c.Edition(); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return nil, fmt.Errorf("comparing: no client of the run matches %q%s: it has %s",
		pattern, clients.Meant(pattern, r.Clients), strings.Join(ids, " "))
}
