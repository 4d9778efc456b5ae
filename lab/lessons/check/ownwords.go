package check

import (
	"regexp"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// heedOwnWords counts refusals as right whose words no rule knows and of which the server's record does
// not tell either: a client may say it in its own. They have to tell this failure from the lesson's
// others: what is said of everything says nothing.
func (g *grader) heedOwnWords(rows []Row) {
	if g.lesson.OwnWords {
		return
	}
	for i, r := range rows {
		if r.Kind == verdict.Unrecognised && !g.atFault(r) && r.tellsFrom(rows) {
			rows[i].OK = true
		}
	}
}

// tellsFrom reports whether a client said something of this failure that it says of no other, but for
// those that share a reason with it, and of no good server.
func (r Row) tellsFrom(rows []Row) bool {
	words := ownWords(r.Message)
	if words == "" {
		return false
	}
	return !slices.ContainsFunc(rows, func(other Row) bool {
		apart := !slices.ContainsFunc(r.Reasons, func(c failure.Class) bool { return slices.Contains(other.Reasons, c) })
		return apart && other.Outcome == clients.Rejected && ownWords(other.Message) == words
	})
}

// place matches what differs from one server to the next whatever is wrong: URLs, addresses, host
// names, paths, ports, dates.
var place = regexp.MustCompile(`localhost|[\w.:/\[\]-]*(?:[0-9]|[./]\w)[\w.:/\[\]-]*`)

// ownWords returns what a message says, without where; empty if it says nothing.
func ownWords(message string) string {
	if strings.HasSuffix(message, undertest.Silent) {
		return ""
	}
	return strings.Trim(strings.Join(strings.Fields(place.ReplaceAllString(message, " ")), " "), " ,.:;()'\"")
}
