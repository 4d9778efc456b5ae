package page

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// catalogueView is the catalogue by service and family. Within each, scenarios that must be refused come first.
type catalogueView struct {
	Query    string
	Services []serviceView
	Shown    int
	All      int
	// First lists the most common failures. It is empty for a search.
	First []rowView
	// Read is how the search was understood.
	Read reading
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
	Class   failure.Class // expected class of a refusal; empty if the scenario must be accepted
	Minting bool
	Left    bool   // not served here
	search  string // the text that searches look in
}

// first lists the most common failures.
var first = []string{"expired", "wrong-host", "missing-intermediate", "untrusted-root", "tls10-only"}

// catalogue shows the scenarios that are served, or those that a search finds.
func (p *Page) catalogue(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	v := catalogueView{Query: strings.TrimSpace(r.URL.Query().Get("q")), All: len(p.options.Scenarios)}
	if len(v.Query) > maxLinked {
		p.problem(w, r, http.StatusRequestURITooLong, "problem.too-linked")
		return
	}
	rows := make([]rowView, v.All)
	for i, s := range p.options.Scenarios {
		rows[i] = p.row(s, p.text(lang, s))
	}
	if v.Query == "" {
		for _, id := range first {
			if i := slices.IndexFunc(rows, func(row rowView) bool { return row.S.ID == id }); i >= 0 {
				v.First = append(v.First, rows[i])
			}
		}
	} else {
		var err error
		if v.Read, err = read(r.Context(), v.Query, rows); err != nil {
			return // the client has gone
		}
		rows = slices.DeleteFunc(rows, func(row rowView) bool { return !v.Read.finds(row) })
	}
	for _, row := range rows {
		v.add(row)
	}
	v.sort()
	title := p.words[lang].Say("catalogue.title")
	p.show(w, r, http.StatusOK, "catalogue", view{Nav: "catalogue", Title: title, Main: v})
}

func (p *Page) row(s *scenarios.Scenario, text Text) rowView {
	st, listens := p.status(s)
	row := rowView{S: s, Text: text, Left: listens && st.endpoint.ID == "", Minting: !st.ready}
	if s.Expect.Verdict != scenarios.Accept && len(s.Expect.Failures) > 0 {
		row.Class = s.Expect.Failures[0]
	}
	parts := []string{
		s.ID, string(s.Family), string(s.Service), text.Title, text.What, text.Where, text.See,
		s.Expect.Feature, s.Host,
	}
	for _, c := range s.Expect.Failures {
		parts = append(parts, string(c))
	}
	row.search = strings.ToLower(strings.Join(parts, " "))
	return row
}

// add adds a row to its service and family. Rows come in the order of the catalogue.
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

// sort moves scenarios that must be accepted behind those that must be refused: the baseline family, and the rows
// within each family.
func (v *catalogueView) sort() {
	last := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	for _, service := range v.Services {
		slices.SortStableFunc(service.Families, func(a, b familyView) int {
			return cmp.Compare(last(a.Family == scenarios.Baseline), last(b.Family == scenarios.Baseline))
		})
		for _, family := range service.Families {
			slices.SortStableFunc(family.Rows, func(a, b rowView) int {
				return cmp.Compare(last(a.S.Expect.Verdict == scenarios.Accept),
					last(b.S.Expect.Verdict == scenarios.Accept))
			})
		}
	}
}
