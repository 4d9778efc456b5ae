package assess

import (
	"regexp"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// TellsApart reports whether a client said something of this failure that it says of no other of the rows, except of
// those that share a reason with it, and of no good server.
func (r Row) TellsApart(rows []Row) bool {
	words := ownWords(r.Message)
	if words == "" {
		return false
	}
	return !slices.ContainsFunc(rows, func(other Row) bool {
		shared := func(c failure.Class) bool { return slices.Contains(other.Expect.Failures, c) }
		return other.Outcome == clients.Rejected && ownWords(other.Message) == words &&
			!slices.ContainsFunc(r.Expect.Failures, shared)
	})
}

// place matches what differs from one server to the next whatever is wrong: URLs, addresses, host
// names, paths, ports, dates.
var place = regexp.MustCompile(`localhost|[\w.:/\[\]-]*(?:[0-9]|[./]\w)[\w.:/\[\]-]*`)

// ownWords returns what a message says, without where; empty if it says nothing.
func ownWords(message string) string {
	if strings.HasSuffix(message, clients.SilentSuffix) {
		return ""
	}
	return strings.Trim(strings.Join(strings.Fields(place.ReplaceAllString(message, " ")), " "), " ,.:;()'\"")
}

// reasonUnrecognised is about refusals that nobody here understands, and that the client tells from others.
func reasonUnrecognised(s *sheet, open []Row) []Row {
	return only(open, func(r Row) bool {
		unknown := r.Kind == verdict.Unrecognised || r.Words == ""
		return r.Outcome == clients.Rejected && unknown && r.TellsApart(s.rows)
	})
}

// oneReason is about a client that says the same whatever is wrong. If it says anything else of a certificate, it does
// not.
func oneReason(s *sheet, open []Row) []Row {
	rows := only(open, kindIs(verdict.WrongReason))
	for _, group := range Groups(rows, Row.Telling) {
		if len(Groups(group, func(r Row) string { return string(r.Canonical()) })) < 2 {
			continue
		}
		differs := func(r Row) bool {
			return r.isVerified() && r.refusedIt() && messages.Alike(r.Telling()) != messages.Alike(group[0].Telling())
		}
		if !slices.ContainsFunc(s.rows, differs) {
			return group
		}
	}
	return nil
}

// Groups puts rows together by a key, in the order in which the keys first come. Keys that differ in nothing but where
// a server was are the same.
func Groups(rows []Row, key func(Row) string) [][]Row {
	var list [][]Row
	place := map[string]int{}
	for _, r := range rows {
		k := messages.Alike(key(r))
		i, known := place[k]
		if !known {
			i = len(list)
			place[k] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], r)
	}
	return list
}
