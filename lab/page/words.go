package page

import (
	"cmp"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

// Text is what the catalogue tells of a scenario, in some language.
type Text struct {
	// Locale is the language that it is in.
	Locale                       lang.Tag
	Title, What, Where, See, Fix string
}

// told returns what the catalogue tells of a scenario.
func told(l lang.Tag, s *scenarios.Scenario) Text {
	t := l.Of(s)
	return Text{l, t.Title, t.What, t.Where, t.See, t.Fix}
}

// expectation returns what a scenario expects of a client, in words.
func expectation(w lang.Words, e scenarios.Expectation) string {
	text := w.Say("expect." + string(cmp.Or(e.Verdict, scenarios.Either)) + "." + string(cmp.Or(e.Level, scenarios.Must)))
	if e.Level == scenarios.Should && e.Feature != "" {
		text += w.Say("expect.feature", e.Feature)
	}
	return text
}
