package file

import (
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
	"example.com/tlslab/scenarios/near"
)

// listKey is the field of a file with a list of scenarios.
const listKey = "scenarios"

// parse reads the scenarios of one file.
func parse(name string, data []byte) ([]row, error) {
	bodies, err := documents(name, data)
	if err != nil {
		return nil, err
	}
	var rows []row
	d := &decoder{file: name}
	for _, body := range bodies {
		d.anchors = map[string]ast.Node{}
		for _, n := range d.scenarioNodes(body) {
			rows = append(rows, d.row(n))
		}
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, &Error{File: name, Text: "there is no scenario: tlslab show expired --yaml prints an example"}
	}
	return rows, nil
}

// scenarioNodes returns the scenarios of a document: those of the list, or the document itself.
func (d *decoder) scenarioNodes(body ast.Node) []ast.Node {
	body = d.inner(body)
	m, ok := body.(*ast.MappingNode)
	if !ok {
		if body != nil {
			d.wrong(body, "this is not a scenario: write its fields, beginning with id:, "+
				"or scenarios: and a list of scenarios below it")
		}
		return nil
	}
	if len(m.Values) == 0 || keyOf(m.Values[0]) != listKey {
		return []ast.Node{m}
	}
	if len(m.Values) > 1 {
		d.wrong(m.Values[1].Key, "%s stands beside scenarios: the fields of a scenario belong into the list",
			keyOf(m.Values[1]))
	}
	list, ok := d.inner(m.Values[0].Value).(*ast.SequenceNode)
	if !ok {
		d.wrong(m.Values[0].Value, "scenarios is a list: begin each scenario with a dash, as in - id: my-server")
		return nil
	}
	return list.Values
}

// row reads a scenario.
func (d *decoder) row(n ast.Node) row {
	r := row{scenario: new(scenarios.Scenario), file: d.file, at: place(n)}
	d.names = nil
	if n = d.inner(n); n == nil {
		return r
	}
	r.fields = d.fields(n, reflect.ValueOf(r.scenario).Elem(), "a scenario")
	if r.fields == nil {
		return r
	}
	known := r.scenario.Recipe.Names()
	for _, used := range d.names {
		used.name = clip(used.name)
		if !slices.Contains(known, used.name) {
			d.wrongAt(used.at, "the recipe has no certificate %q%s: it has %s; others have the names that are given "+
				"to them below others", used.name, near.Hint(used.name, known), strings.Join(known, ", "))
		}
	}
	for _, rule := range rules {
		if text := rule.wrong(r.scenario); text != "" {
			d.add(r.wrong(rule.field, text))
		}
	}
	return r
}

var (
	kebab    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	hostname = regexp.MustCompile(`^(` + label + `\.)*` + label + `\.?$`)
)

// label matches a part of a host's name.
const label = `[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?`

// maxCertificates is the maximum number of certificates of a recipe.
const maxCertificates = 100

// maxID is the maximum length of an ID, which is the name of a folder, too.
const maxID = 100

// rules are what a scenario must be, besides what its fields' types say. Each returns what is wrong, or "".
var rules = []struct {
	field string
	wrong func(*scenarios.Scenario) string
}{
	{"id", func(s *scenarios.Scenario) string {
		switch {
		case s.ID == "":
			return "the scenario has no id: write one in lower case, for example id: my-server"
		case !kebab.MatchString(s.ID) || len(s.ID) > maxID:
			return fmt.Sprintf("id %.200q: want lower-case letters and digits in words that are joined by -, "+
				"for example my-server", s.ID)
		}
		return ""
	}},
	{"title", func(s *scenarios.Scenario) string {
		if s.Title == "" {
			return "the scenario has no title: say in a few words what is served, for example title: our old root"
		}
		return ""
	}},
	{"host", func(s *scenarios.Scenario) string {
		_, err := netip.ParseAddr(s.Host)
		if s.Host != "" && err != nil && (!hostname.MatchString(s.Host) || len(s.Host) > 253) {
			return fmt.Sprintf("host %.300q: want a name or an address, without a port", s.Host)
		}
		return ""
	}},
	{"service", func(s *scenarios.Scenario) string {
		if s.Service != scenarios.Mongod && !reflect.ValueOf(s.Mongod).IsZero() {
			return "mongod has options, but the service is not mongod: write service: mongod, or remove them"
		}
		return ""
	}},
	{"recipe", func(s *scenarios.Scenario) string {
		if n := len(s.Recipe.Names()); n > maxCertificates {
			return fmt.Sprintf("the recipe has %d certificates: at most %d are minted", n, maxCertificates)
		}
		return ""
	}},
	{"recipe", func(s *scenarios.Scenario) string {
		if s.Recipe.Root.Permit != nil || slices.Contains(s.Expect.Failures, failure.NameConstraint) {
			return ""
		}
		for _, san := range s.Recipe.Leaf.SAN {
			kind, name, _ := strings.Cut(san, ":")
			if kind == "DNS" && hostname.MatchString(strings.TrimPrefix(name, "*.")) && !pki.Permitted(name) {
				return fmt.Sprintf("the lab's root may not issue for %s: clients would refuse it for that reason. Use a "+
					"name below .test, or give the recipe a root of its own that lives two days: root: {permit: [any], "+
					"not_before: -1h, not_after: 47h}", name)
			}
		}
		return ""
	}},
	{"expect", func(s *scenarios.Scenario) string {
		switch e := s.Expect; {
		case e.Verdict == "":
			return "expect has no verdict: write verdict: reject, accept or either"
		case e.Verdict != scenarios.Accept && len(e.Failures) == 0:
			return fmt.Sprintf("expect has verdict %s but no failures: list the failure classes that a rejection may "+
				"have, for example failures: [expired]", e.Verdict)
		}
		return ""
	}},
	{"patience", func(s *scenarios.Scenario) string {
		if s.Patience < 0 {
			return "patience is negative: write a time limit, for example 2s"
		}
		return ""
	}},
	{"instead", func(s *scenarios.Scenario) string {
		if _, ok := scenarios.Lookup(s.Instead); s.Instead != "" && !ok {
			return fmt.Sprintf("instead: there is no scenario %q%s", s.Instead, near.Hint(s.Instead, scenarios.IDs()...))
		}
		return ""
	}},
}
