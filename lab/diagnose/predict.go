package diagnose

import (
	"slices"
	"sync"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
)

// mostPredicted is the number of rows that are looked up.
const mostPredicted = 4

// predict returns what the record has of the rows that a report's failures and warnings name, in their order.
func predict(r *Report) []Prediction {
	list := []Prediction{}
	var ids []string
	for _, f := range r.Findings {
		if f.Severity != Note && len(f.Rows) > 0 && !slices.Contains(ids, f.Rows[0]) {
			ids = append(ids, f.Rows[0])
		}
	}
	for _, id := range ids[:min(len(ids), mostPredicted)] {
		list = append(list, predictionsOf(id)...)
	}
	return list
}

// looked caches the predictions by row. The record is part of the program and does not change.
var looked sync.Map

// predictionsOf returns what the record has of a row.
func predictionsOf(id string) []Prediction {
	if list, ok := looked.Load(id); ok {
		return list.([]Prediction)
	}
	answers, err := result.AnswersTo(result.Recorded(), scenarios.Base(id))
	if err != nil {
		panic(err) // the record is part of the program, and a test reads it
	}
	var list []Prediction
	for _, a := range answers {
		list = append(list, prediction(id, a))
	}
	looked.Store(id, list)
	return list
}

// prediction groups the versions of a stack that did the same.
func prediction(id string, a result.Answers) Prediction {
	p := Prediction{Stack: a.Stack, Row: id}
	for i := 0; i < len(a.Versions); {
		first, end := a.Versions[i], i+1
		for end < len(a.Versions) && a.Versions[end].Outcome == first.Outcome && a.Versions[end].Class == first.Class {
			end++
		}
		versions := first.Version
		if last := a.Versions[end-1].Version; last != versions {
			versions += "–" + last
		}
		if first.Outcome == clients.Rejected {
			p.Refuses = append(p.Refuses, Refusal{versions, first.Class})
		} else if !slices.Contains(p.Accepts, versions) {
			p.Accepts = append(p.Accepts, versions)
		}
		i = end
	}
	return p
}
