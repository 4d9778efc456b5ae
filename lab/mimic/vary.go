package mimic

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
)

// Left is a scenario of the catalogue that cannot be applied to a copy, and why.
type Left struct{ ID, Why string }

// Vary applies the catalogue's defects to the shape of a copy: its server, expired as it would expire, with a wrong name
// of its own, without its intermediate. Each is one scenario, whose control is the copy's good server. What does not
// apply, because the shape cannot have the defect, is left out with the reason.
func Vary(c *Copy) (list []*scenarios.Scenario, left []Left) {
	for _, row := range scenarios.All() {
		if row.Family == scenarios.Baseline {
			continue
		}
		s, why := c.with(row)
		if why != "" {
			left = append(left, Left{row.ID, why})
			continue
		}
		list = append(list, s)
	}
	return list, left
}

// with returns the good copy with the defect of a row, or why it cannot have it.
func (c *Copy) with(row *scenarios.Scenario) (s *scenarios.Scenario, why string) {
	control := scenarios.ControlOf(row)
	switch {
	case row.Setup != control.Setup:
		return nil, "it is about the client's files"
	case row.Host != control.Host || row.Host != c.Good.Host:
		return nil, "it is about another host"
	case row.Recipe.Client != nil && c.Good.Recipe.Client == nil:
		return nil, "the server asks for no client certificate"
	case row.Instead != "" || row.Server.Fault == scenarios.FaultUnresolved:
		return nil, "it is about the network"
	}
	s = &scenarios.Scenario{
		ID: c.Scenario.ID + "-" + row.ID, Service: c.Good.Service, Family: row.Family, Host: c.Good.Host,
		Title: row.Title, Story: row.Story, Fix: row.Fix, Expect: row.Expect, Known: row.Known, Patience: row.Patience,
		Control: c.Good.ID, Recipe: clone(c.Good.Recipe), Server: c.Good.Server,
	}
	if n, ok := chainLength(row.Recipe), chainLength(control.Recipe); n != ok || n != chainLength(s.Recipe) && n > 1 {
		if row.Recipe.Intermediates != nil {
			return nil, "it is about a chain of another length"
		}
	}
	overlay(reflect.ValueOf(&s.Recipe).Elem(), reflect.ValueOf(row.Recipe), reflect.ValueOf(control.Recipe))
	for _, c := range row.Recipe.Others { // those that the row shares with its control
		if !slices.ContainsFunc(s.Recipe.Others, func(o pki.Certificate) bool { return o.Name == c.Name }) {
			s.Recipe.Others = append(s.Recipe.Others, c)
		}
	}
	overlay(reflect.ValueOf(&s.Server).Elem(), reflect.ValueOf(row.Server), reflect.ValueOf(control.Server))
	if why := c.check(s, row); why != "" {
		return nil, why
	}
	return s, ""
}

// chainLength is the number of intermediates of a recipe.
func chainLength(r pki.Recipe) int {
	if r.Intermediates == nil {
		return 1
	}
	return len(r.Intermediates)
}

// overlay sets in a value what differs between a row and its control.
func overlay(target, row, control reflect.Value) {
	switch {
	case reflect.DeepEqual(row.Interface(), control.Interface()):
	case row.Kind() == reflect.Struct:
		for i := range row.NumField() {
			if row.Type().Field(i).Name == "Intermediates" {
				overlayList(target.Field(i), row.Field(i), control.Field(i))
				continue
			}
			overlay(target.Field(i), row.Field(i), control.Field(i))
		}
	default:
		target.Set(row)
	}
}

// overlayList sets what differs in the certificates at the same places. A list that is nil stands for one good
// certificate.
func overlayList(target, row, control reflect.Value) {
	if reflect.DeepEqual(row.Interface(), control.Interface()) {
		return
	}
	if row.Len() == 0 || row.Len() != max(target.Len(), 1) || control.Len() > row.Len() {
		target.Set(row)
		return
	}
	if target.IsNil() {
		target.Set(reflect.MakeSlice(row.Type(), row.Len(), row.Len()))
	}
	for i := range row.Len() {
		before := reflect.Zero(row.Type().Elem())
		if i < control.Len() {
			before = control.Index(i)
		}
		overlay(target.Index(i), row.Index(i), before)
	}
}

// check returns why a row does not apply to a shape: it cannot be minted, or the defect does not show.
func (c *Copy) check(s, row *scenarios.Scenario) string {
	m := &mimic{Copy: c}
	if (s.Server.Fault == scenarios.FaultSmallDH || len(row.Server.CipherSuites) > 0) && !isRSA(s.Recipe) &&
		isRSA(row.Recipe) {
		return "it needs an RSA key"
	}
	r, err := m.diagnose(s)
	if err != nil {
		return "it cannot be minted for this chain: " + err.Error()
	}
	return c.shows(r, row)
}

// shows returns why a chain's defect does not show in a diagnosis. Defects that only a revocation check shows, and those
// that clients judge differently, show to them alone.
func (c *Copy) shows(r *diagnose.Report, row *scenarios.Scenario) string {
	if row.Expect.Verdict != scenarios.Reject || row.Expect.Level != scenarios.Must ||
		row.Family == scenarios.Revocation || row.Family == scenarios.ClientCertificates ||
		!slices.ContainsFunc(row.Defect, func(d string) bool { return !strings.HasPrefix(d, "server.") }) {
		return ""
	}
	for _, f := range r.Failures() {
		if slices.Contains(row.Expect.Failures, f.Class) {
			return ""
		}
	}
	return fmt.Sprintf("the defect (%s) does not show in this chain", strings.Join(row.Defect, ", "))
}

func isRSA(r pki.Recipe) bool {
	key := r.Leaf.Key
	if key == "" {
		key = r.Key
	}
	return strings.HasPrefix(string(key), "rsa")
}

// Suite returns a directory of scenario files by name: the copy's control and each variation in a file of its own. The
// copy itself is not among them.
func Suite(c *Copy) (map[string][]byte, error) {
	list, _ := Vary(c)
	files := map[string][]byte{}
	for _, s := range append([]*scenarios.Scenario{c.Good}, list...) {
		data, err := file.Marshal(s)
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", s.ID, err)
		}
		files[s.ID+".yaml"] = data
	}
	return files, nil
}
