package explain

import (
	"slices"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// shown is how many scenarios are named to reproduce a finding.
const shown = 3

// reproducing returns scenarios that show what a finding is about: those first in which this very message
// was seen, then those of the catalogue whose canonical class it is, then others in which its stack said so.
func reproducing(f Finding) []string {
	classes := f.classes()
	list := ordered(f.Scenarios, classes)
	if len(f.showing()) > 0 {
		list = f.Scenarios // they show what the message names
	}
	if len(list) >= shown {
		return list[:shown]
	}
	service := scenarios.HTTPS
	if mongo(f.Stacks[:min(1, len(f.Stacks))]) {
		service = scenarios.MongoDB
	}
	for _, of := range []bool{true, false} { // those first that this stack was seen to say it of
		for _, class := range classes {
			has := slices.ContainsFunc(list, func(id string) bool {
				s, ok := scenarios.Lookup(id)
				return ok && canonical(s, class)
			})
			for _, s := range scenarios.Behind(service) {
				if has && len(classes) > 1 {
					break // one of each is enough
				}
				if len(list) < shown && canonical(s, class) && !slices.Contains(list, s.ID) && (!of ||
					said(f, s.ID, class)) {
					list = append(list, s.ID)
					has = true
				}
			}
		}
	}
	for _, s := range scenarios.Behind(service) {
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

// canonical reports whether a class is what a scenario is for.
func canonical(s *scenarios.Scenario, class failure.Class) bool {
	return s.Expect.Verdict != scenarios.Accept && len(s.Expect.Failures) > 0 && s.Expect.Failures[0] == class
}

// said reports whether the first of the finding's stacks was recorded to reject a scenario for a class.
func said(f Finding, id string, class failure.Class) bool {
	return len(f.Stacks) > 0 && seen().said[utterance{spoken(f.Stacks[0]), id, class}]
}

// ordered returns scenarios with those first of which a class is the canonical one, in the order of the
// classes, else of the catalogue.
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

// leading returns those of some scenarios that come first, then the others.
func leading(first, others []string) []string {
	rest := slices.DeleteFunc(slices.Clone(others), func(id string) bool { return slices.Contains(first, id) })
	return slices.Concat(first, rest)
}

// mongo reports whether all stacks are drivers of MongoDB.
func mongo(stacks []string) bool {
	return len(stacks) > 0 && !slices.ContainsFunc(stacks, func(s string) bool {
		return !slices.Contains([]string{"pymongo", "pymongo-ocsp", "mongo-node", "mongo-go", "mongo-java"}, s)
	})
}

// Reproduce returns the commands that show the failure in the lab, on the stack of the finding if the lab
// has it.
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
