package page

import (
	"net/http"
	"slices"
	"strings"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// catalogueView is the catalogue: by service and family.
type catalogueView struct {
	Query    string
	Services []serviceView
	Shown    int
	All      int
}

type serviceView struct {
	Service  scenarios.Service
	Families []familyView
	Count    int
}

type familyView struct {
	Family scenarios.Family
	Rows   []rowView
}

// rowView is a scenario in the catalogue.
type rowView struct {
	S       *scenarios.Scenario
	Text    Text
	Class   failure.Class // that a refusal is to carry; empty if it is to be accepted
	Minting bool
	Left    bool   // it is not served here
	Search  string // what a search looks in
}

// catalogue shows what is served.
func (p *Page) catalogue(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	v := catalogueView{Query: strings.TrimSpace(r.URL.Query().Get("q")), All: len(p.options.Scenarios)}
	words := strings.Fields(strings.ToLower(v.Query))
	for _, s := range p.options.Scenarios {
		row := p.row(s, p.text(lang, s))
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(row.Search, word) }) {
			v.add(row)
		}
	}
	p.show(w, r, http.StatusOK, "catalogue", view{Nav: "catalogue", Title: p.words[lang].say("catalogue.title"), Main: v})
}

func (p *Page) row(s *scenarios.Scenario, text Text) rowView {
	st, listens := p.status(s)
	row := rowView{S: s, Text: text, Left: listens && st.endpoint.ID == "", Minting: !st.ready}
	if s.Expect.Verdict != scenarios.Accept && len(s.Expect.Failures) > 0 {
		row.Class = s.Expect.Failures[0]
	}
	parts := []string{s.ID, string(s.Family), string(s.Service), text.Title, text.What, text.Where, text.See, s.Expect.Feature, s.Host}
	for _, c := range s.Expect.Failures {
		parts = append(parts, string(c))
	}
	row.Search = strings.ToLower(strings.Join(parts, " "))
	return row
}

// add puts a row where it belongs. Rows come in the order of the catalogue.
func (v *catalogueView) add(row rowView) {
	if n := len(v.Services); n == 0 || v.Services[n-1].Service != row.S.Service {
		v.Services = append(v.Services, serviceView{Service: row.S.Service})
	}
	service := &v.Services[len(v.Services)-1]
	if n := len(service.Families); n == 0 || service.Families[n-1].Family != row.S.Family {
		service.Families = append(service.Families, familyView{Family: row.S.Family})
	}
	family := &service.Families[len(service.Families)-1]
	family.Rows = append(family.Rows, row)
	service.Count++
	v.Shown++
}
