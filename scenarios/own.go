package scenarios

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// Port offsets of scenarios that are not of the catalogue. They are between those of two services.
const (
	ownPorts = 2500 // the first of them
	mostOwn  = 500  // the number of them
)

// Catalogue is a set of scenarios, in which IDs are looked up. A nil Catalogue is the built-in one. [Own] makes
// catalogues of scenarios of the user's own.
type Catalogue struct {
	declared []*Scenario // as they were given
	own      []*Scenario // with the controls that were made for them
	listing  []*Scenario // own, with the controls of the built-in catalogue that they name

	// Paths lists the files and directories that it was read from, for commands that read them again.
	Paths []string
}

// All returns the scenarios of the catalogue: of the built-in one, those of [All]. A catalogue of the user's own has
// their scenarios, and the controls of all of them, by service and family. The caller must not change the scenarios.
func (c *Catalogue) All() []*Scenario {
	if c == nil {
		return All()
	}
	return slices.Clone(c.listing)
}

// Declared returns the scenarios that a catalogue of the user's own was made of, in their order, without any controls
// that were made for them. It is empty for the built-in catalogue.
func (c *Catalogue) Declared() []*Scenario {
	if c == nil {
		return nil
	}
	return slices.Clone(c.declared)
}

// Lookup returns the scenario with an ID: of this catalogue, or else of the built-in one. It returns false if neither
// has it.
func (c *Catalogue) Lookup(id string) (*Scenario, bool) {
	if c != nil {
		if s, ok := find(c.own, id); ok {
			return s, true
		}
	}
	return Lookup(id)
}

// IsOwn reports whether the scenario with an ID is one of the user's own, or a control that was made for one.
func (c *Catalogue) IsOwn(id string) bool {
	if c == nil {
		return false
	}
	_, own := find(c.own, id)
	return own
}

// IDs returns the IDs of all scenarios that Lookup finds, as lists: first those of this catalogue, then those of
// [IDs].
func (c *Catalogue) IDs() [][]string {
	if c == nil {
		return IDs()
	}
	return append([][]string{idsOf(c.own)}, IDs()...)
}

func idsOf(list []*Scenario) []string {
	var ids []string
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	return ids
}

// OwnError is an error of one scenario in a catalogue of the user's own.
type OwnError struct {
	Index int    // the scenario's, in the list that [Own] was given
	Field string // the field that is wrong: "id", "control"
	Text  string
	Near  []string // the IDs that may have been meant, if there is no such ID
	Word  string   // that ID
}

func (e *OwnError) Error() string { return e.Text }

// Own returns a catalogue of scenarios of the user's own. It fills in what was left out: host, service, family, level,
// what is wrong and the fix as the failure class has them, and port offsets, in the order of the list. Their controls
// are in the list or in the built-in catalogue. A scenario that expects clients to accept and names no control is a
// control itself. For any other scenario without a control, Own makes one: see [Scenario.Good]. Own changes the
// scenarios. The error is an *[OwnError].
func Own(list []*Scenario) (*Catalogue, error) {
	c := &Catalogue{declared: slices.Clone(list)}
	named := map[string]bool{}
	for i, s := range list {
		if _, taken := Lookup(s.ID); taken {
			return nil, &OwnError{Index: i, Field: "id", Text: fmt.Sprintf("the built-in catalogue has a scenario %q: "+
				"choose another ID", s.ID)}
		}
		if named[s.ID] {
			return nil, &OwnError{Index: i, Field: "id", Text: fmt.Sprintf("there are two scenarios %q: "+
				"rename one of them", s.ID)}
		}
		named[s.ID] = true
		s.fillIn()
	}
	for i, s := range list {
		c.own = append(c.own, s)
		if s.Control == "" && s.Expect.Verdict != Accept {
			good := s.Good()
			if _, taken := Lookup(good.ID); taken || named[good.ID] {
				return nil, &OwnError{Index: i, Field: "id", Text: fmt.Sprintf("%s has no control, and the one that "+
					"is made for it would be called %s, which exists: write control: %[2]s, or rename one of them",
					s.ID, good.ID)}
			}
			c.own = append(c.own, good)
			s.Control = good.ID
		}
	}
	if len(c.own) > mostOwn {
		return nil, &OwnError{Index: len(list) - 1, Field: "id", Text: fmt.Sprintf("there are %d scenarios, with their "+
			"controls: at most %d fit into one lab, so use fewer files at once", len(c.own), mostOwn)}
	}
	return c, c.resolve(list)
}

// resolve gives every scenario its port and its control, and completes the listing.
func (c *Catalogue) resolve(list []*Scenario) error {
	for i, s := range c.own {
		s.Port = ownPorts + i
	}
	for i, s := range list {
		if s.Control == "" {
			continue
		}
		control, ok := c.Lookup(s.Control)
		switch {
		case !ok:
			return &OwnError{Index: i, Field: "control", Word: s.Control, Near: slices.Concat(c.IDs()...),
				Text: fmt.Sprintf("there is no scenario %q", s.Control)}
		case control.Control != "":
			return &OwnError{Index: i, Field: "control", Text: fmt.Sprintf("%s is not a control, because it has the "+
				"control %s itself: name that one, or write none to have one made", s.Control, control.Control)}
		case control.Service.Protocol() != s.Service.Protocol():
			return &OwnError{Index: i, Field: "control", Text: fmt.Sprintf("%s is served with %s, and this scenario "+
				"with %s: name a control with the same service", s.Control, control.Service, s.Service)}
		}
		if _, own := find(c.own, s.Control); own {
			s.control = control
		}
	}
	c.listing = slices.Clone(c.own)
	for _, s := range c.own {
		if control := ControlOf(s); !slices.Contains(c.listing, control) {
			c.listing = append(c.listing, control)
		}
	}
	services, families := Services(), Families()
	slices.SortStableFunc(c.listing, func(a, b *Scenario) int {
		return cmp.Or(slices.Index(services, a.Service)-slices.Index(services, b.Service),
			slices.Index(families, a.Family)-slices.Index(families, b.Family))
	})
	return nil
}

// fillIn fills in what a scenario leaves out.
func (s *Scenario) fillIn() {
	s.Host = cmp.Or(s.Host, hostName)
	s.Service = cmp.Or(s.Service, HTTPS)
	s.Family = cmp.Or(s.Family, s.likelyFamily())
	if s.Expect.Level == "" {
		s.Expect.Level = Must
		if s.Expect.Feature != "" || s.Expect.Verdict == Either {
			s.Expect.Level = Should
		}
	}
	meaning, fix := "Nothing is wrong.", goodFix
	if len(s.Expect.Failures) > 0 && s.Expect.Verdict != Accept {
		info, _ := failure.Lookup(s.Expect.Failures[0])
		meaning, fix = info.Meaning, info.Fix
	}
	s.Story.What, s.Fix = cmp.Or(s.Story.What, meaning), cmp.Or(s.Fix, fix)
	if known := s.Service.facts().known; known != nil {
		for _, k := range known(s) {
			if !slices.ContainsFunc(s.Known, func(o Known) bool { return reflect.DeepEqual(o, k) }) {
				s.Known = append(s.Known, k)
			}
		}
	}
}

// likelyFamily returns the family of the catalogue that has the most scenarios about the same failure class.
func (s *Scenario) likelyFamily() Family {
	if len(s.Expect.Failures) == 0 {
		return Baseline
	}
	class := s.Expect.Failures[0]
	info, _ := failure.Lookup(class)
	if info.Group != "certificate" && (s.Server.ClientAuth != 0 || s.Setup != Setup{}) {
		return ClientCertificates
	}
	likely, most := ClientCertificates, 0
	rows := map[Family]int{}
	for _, o := range all {
		refused := o.Expect.Verdict != Accept && len(o.Expect.Failures) > 0
		if !refused || o.Expect.Failures[0] != class || o.Family == ClientCertificates {
			continue
		}
		if rows[o.Family]++; rows[o.Family] > most {
			likely, most = o.Family, rows[o.Family]
		}
	}
	return likely
}
