package page

import (
	"cmp"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

// Text is the text of a scenario in the catalogue, in some language.
type Text struct {
	// Locale is its language.
	Locale                       lang.Tag
	Title, What, Where, See, Fix string
}

// told returns the text of a scenario in the catalogue.
func told(l lang.Tag, s *scenarios.Scenario) Text {
	t := l.Of(s)
	return Text{l, t.Title, t.What, t.Where, t.See, t.Fix}
}

// expectation returns what a scenario expects of a client, in words.
func expectation(w lang.Words, e scenarios.Expectation) string {
	verdict, level := cmp.Or(e.Verdict, scenarios.Either), cmp.Or(e.Level, scenarios.Must)
	text := w.Say("expect." + string(verdict) + "." + string(level))
	if e.Level == scenarios.Should && e.Feature != "" {
		text += w.Say("expect.feature", e.Feature)
	}
	return text
}
