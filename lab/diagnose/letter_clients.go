package diagnose

import (
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/scenarios/failure"
)

// predicted writes which clients refuse the server according to the record.
func (s *sheet) predicted() {
	if len(s.r.Predicted) == 0 || len(s.r.Clients) > 0 {
		return
	}
	s.heading(s.say("predicted"))
	var rows []string
	for _, p := range s.r.Predicted {
		if !slices.Contains(rows, p.Row) {
			rows = append(rows, p.Row)
		}
	}
	for _, row := range rows {
		s.hanging(2, "", s.paint(row, text.Bold))
		s.prediction(slices.DeleteFunc(slices.Clone(s.r.Predicted), func(p Prediction) bool { return p.Row != row }))
	}
}

// prediction writes what stacks do with one row: those whose versions differ, those that refuse, those that accept.
func (s *sheet) prediction(list []Prediction) {
	refuse := map[failure.Class][]string{}
	var accept []string
	for _, p := range list {
		switch {
		case len(p.Refuses) == 0:
			accept = append(accept, p.Stack)
		case len(p.Refuses) == 1 && len(p.Accepts) == 0:
			class := p.Refuses[0].Class
			refuse[class] = append(refuse[class], p.Stack)
		default:
			s.hanging(4, "- ", s.differs(p))
		}
	}
	for _, class := range slices.Sorted(maps.Keys(refuse)) {
		s.hanging(4, "- ", s.say("refuse", s.class(class), s.join(refuse[class]...)))
	}
	if len(accept) > 0 {
		s.hanging(4, "- ", s.say("accept", s.join(accept...)))
	}
}

// differs says which versions of a stack refuse, and which do not.
func (s *sheet) differs(p Prediction) string {
	var parts []string
	for _, r := range p.Refuses {
		parts = append(parts, s.say("version-refuses", r.Versions, s.class(r.Class)))
	}
	for _, versions := range p.Accepts {
		parts = append(parts, s.say("version-accepts", versions))
	}
	return p.Stack + " " + strings.Join(parts, s.words["comma"])
}

// class names a class.
func (s *sheet) class(c failure.Class) string {
	if c == "" {
		return s.say("untold")
	}
	return string(c)
}

// measured writes what real clients did.
func (s *sheet) measured() {
	if len(s.r.Clients) == 0 {
		return
	}
	s.heading(s.say("measured"))
	var rows [][]string
	for _, c := range s.r.Clients {
		name := strings.Join(slices.DeleteFunc([]string{c.Stack, c.Version, c.Variant}, func(t string) bool {
			return t == "" || t == "default"
		}), " ")
		if c.Accepts {
			rows = append(rows, []string{name, s.say("accepts")})
			continue
		}
		message, _, _ := strings.Cut(visible.Text(c.Message), "\n")
		if c.Outcome == clients.Unsupported || c.Outcome == clients.Failed {
			rows = append(rows, []string{name, s.say("not-asked", clip(message, 4*longestName))})
			continue
		}
		rows = append(rows, []string{name, s.say("refuses", s.class(c.Class)) + " " + clip(message, 4*longestName)})
	}
	s.table(rows)
}
