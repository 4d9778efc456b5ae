package report

import (
	"fmt"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/mongolog"
	"example.com/tlslab/lab/result"
)

// serverLogs writes what servers with their own TLS implementation logged, once for all clients with the same log.
func (t Terminal) serverLogs(s result.Scenario, infos []clients.Info) {
	type said struct{ lines, clients []string }
	var all []said
	for _, r := range rowsOf(s, infos) {
		var lines []string
		for _, line := range r.ServerLog {
			if line = mongolog.Parse(line).String(); !slices.Contains(lines, line) { // drivers retry
				lines = append(lines, line)
			}
		}
		if len(lines) == 0 {
			continue
		}
		name := r.stack + " " + r.variant
		if i := slices.IndexFunc(all, func(a said) bool { return slices.Equal(a.lines, lines) }); i >= 0 {
			all[i].clients = append(all[i].clients, name)
			continue
		}
		all = append(all, said{lines, []string{name}})
	}
	for _, a := range all {
		t.wrapped(t.words().Log, t.words().ServerLog+strings.Join(a.clients, t.words().Comma))
		for _, line := range a.lines {
			t.wrapped("       ", line)
		}
	}
	if len(all) > 0 {
		fmt.Fprintln(t.W)
	}
}

// unserved reports whether this machine cannot serve a scenario to any client. If so, it writes why.
func (t Terminal) unserved(s result.Scenario) bool {
	why, is := s.Unserved()
	if !is {
		return false
	}
	t.wrapped(t.words().NotHere, t.reason(why))
	fmt.Fprintln(t.W)
	t.Fix(s)
	return true
}
