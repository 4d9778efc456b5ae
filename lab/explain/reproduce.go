package explain

import (
	"slices"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// shown is the number of scenarios that are named to reproduce a finding.
const shown = 3

// reproducing returns scenarios that show a finding: first those in which this very message was seen, then those with
// its class as their canonical one, then any others.
func reproducing(f Finding) []string {
	classes := f.classes()
	if f.Cause != "" && !f.Seen && len(f.Aspects) == 0 { // scenarios of the class would show another cause
		return append([]string{}, first(shown, f.showing())...)
	}
	list := ordered(f.Scenarios, classes)
	if len(f.showing()) > 0 {
		list = f.Scenarios // they show what the message names
	}
	if len(list) >= shown {
		return list[:shown]
	}
	all := f.catalogue()
	for _, seenOnly := range []bool{true, false} { // first those for which this stack was seen to say it
		for _, class := range classes {
			has := slices.ContainsFunc(list, func(id string) bool {
				s, ok := scenarios.Lookup(id)
				return ok && canonical(s, class)
			})
			for _, s := range all {
				if has && len(classes) > 1 {
					break // one of each is enough
				}
				fits := canonical(s, class) && (!seenOnly || said(f, s.ID, class))
				if fits && len(list) < shown && !slices.Contains(list, s.ID) {
					list = append(list, s.ID)
					has = true
				}
			}
		}
	}
	for _, s := range all {
		if len(list) == 0 && len(classes) > 0 && slices.Contains(s.Expect.Failures, classes[0]) {
			list = append(list, s.ID)
		}
	}
	for _, m := range seen().messages {
		if len(list) == 0 && slices.Contains(classes, m.Class) {
			list = append(list, m.Scenario)
		}
	}
	if list == nil {
		return []string{}
	}
	return list
}

// canonical reports whether a class is the one that a scenario is made for.
func canonical(s *scenarios.Scenario, class failure.Class) bool {
	return s.Expect.Verdict != scenarios.Accept && len(s.Expect.Failures) > 0 && s.Expect.Failures[0] == class
}

// said reports whether the first of the finding's stacks was recorded to reject a scenario for a class.
func said(f Finding, id string, class failure.Class) bool {
	return len(f.Stacks) > 0 && seen().said[utterance{spoken(f.Stacks[0]), id, class}]
}

// ordered sorts scenarios: first those with one of the classes as their canonical one, in the order of the classes,
// then the others.
func ordered(ids []string, classes []failure.Class) []string {
	var list, rest []string
	for _, class := range classes {
		for _, id := range ids {
			s, ok := scenarios.Lookup(id)
			if ok && len(s.Expect.Failures) > 0 && s.Expect.Failures[0] == class && !slices.Contains(list, id) {
				list = append(list, id)
				if len(classes) > 1 {
					break
				}
			}
		}
	}
	for _, id := range ids {
		if _, ok := scenarios.Lookup(id); ok && !slices.Contains(list, id) {
			rest = append(rest, id)
		}
	}
	return slices.Concat(list, rest)
}

// leading returns the scenarios in first, then those of others that are not among them.
func leading(first, others []string) []string {
	rest := slices.DeleteFunc(slices.Clone(others), func(id string) bool { return slices.Contains(first, id) })
	return slices.Concat(first, rest)
}

// catalogue returns the scenarios to choose from: those behind the protocol of the finding's likeliest stack, if the
// lab has them. What a server says of its clients is shown by those of HTTPS, whichever server it is.
func (f Finding) catalogue() []*scenarios.Scenario {
	if len(f.Stacks) > 0 && !isServer(f.Stacks[0]) {
		if list := scenarios.Behind(scenarios.Service(messages.Of(f.Stacks[0]).Service)); list != nil {
			return list
		}
	}
	return scenarios.Behind(scenarios.HTTPS)
}

// Reproduce returns the commands that reproduce the failure in the lab, with the finding's stack if the lab has it.
func (f Finding) Reproduce() []string {
	list := []string{}
	for _, id := range f.Scenarios {
		command := "tlslab run " + id
		if n := len(f.Stacks); 0 < n && n <= shown && slices.Contains(messages.Stacks(), spoken(f.Stacks[0])) &&
			!f.Server {
			command += " --client " + spoken(f.Stacks[0])
		}
		list = append(list, command)
	}
	return list
}
