package diagnose

import (
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
)

// mostPredicted is the number of rows that are looked up.
const mostPredicted = 4

// predict returns what the record has of the rows that a report names, in their order. A report without failures has
// no predictions: its rows are those that clients accept.
func predict(r *Report) []Prediction {
	list := []Prediction{}
	if !r.Wrong() {
		return list
	}
	for _, id := range r.Rows[:min(len(r.Rows), mostPredicted)] {
		answers, err := result.AnswersTo(result.Recorded(), scenarios.Base(id))
		if err != nil {
			panic(err) // the record is part of the program, and a test reads it
		}
		for _, a := range answers {
			list = append(list, prediction(id, a))
		}
	}
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
