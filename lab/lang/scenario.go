package lang

import (
	"cmp"

	"example.com/tlslab/scenarios"
)

// Story is a scenario's story in one language.
type Story struct {
	Title string
	What  string // what is wrong
	Where string // where people meet it
	See   string // how to see it
	Fix   string
}

// Of returns a scenario's story. Parts that are not translated are in English; so is the whole story of a scenario
// that is not in the catalogue.
func (t Tag) Of(s *scenarios.Scenario) Story {
	english := Story{s.Title, s.Story.What, s.Story.Where, s.Story.See, s.Fix}
	if t == English || !has(texts, t, "scenarios") {
		return english
	}
	w, id := t.Words("scenarios"), s.Original()
	return Story{
		Title: cmp.Or(w[id+".title"], english.Title),
		What:  cmp.Or(w[id+".what"], english.What),
		Where: cmp.Or(w[id+".where"], english.Where),
		See:   cmp.Or(w[id+".see"], english.See),
		Fix:   cmp.Or(w[id+".fix"], english.Fix),
	}
}
