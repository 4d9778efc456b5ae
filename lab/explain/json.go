package explain

import "example.com/tlslab/lab/lang"

// Explained is a report with its prose: what tlslab explain --json prints.
type Explained struct {
	Schema int `json:"schema"`
	// Language is the language of the prose, as a BCP 47 tag.
	Language lang.Tag           `json:"language"`
	Lines    int                `json:"lines"`
	Findings []ExplainedFinding `json:"findings"`
	Unknown  []Unknown          `json:"unknown"`
	Left     int                `json:"left,omitempty"`
}

// ExplainedFinding is a finding with its prose. If the message does not tell the class, there is prose for each of the
// likeliest ones.
type ExplainedFinding struct {
	Finding
	Who   string  `json:"who"` // names the stacks in whose words the message is written
	Prose []Prose `json:"prose"`
}

// Explain returns the report with its prose in a language.
func (r Report) Explain(l lang.Tag) Explained {
	e := Explained{
		Schema: r.Schema, Language: l, Lines: r.Lines, Findings: []ExplainedFinding{}, Unknown: r.Unknown, Left: r.Left,
	}
	for _, f := range r.Findings {
		e.Findings = append(e.Findings, ExplainedFinding{f, f.Who(l), f.Proses(l)})
	}
	return e
}
