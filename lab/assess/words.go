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

// TellsApart reports whether the client's message about this failure differs from those about all other rows, including
// good servers, except rows that share a reason with it.
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

// place matches what differs between servers regardless of what is wrong: URLs, addresses, host names, paths, ports,
// dates.
var place = regexp.MustCompile(`localhost|[\w.:/\[\]-]*(?:[0-9]|[./]\w)[\w.:/\[\]-]*`)

// ownWords returns a message without places, or "" if it says nothing.
func ownWords(message string) string {
	if strings.HasSuffix(message, clients.SilentSuffix) {
		return ""
	}
	return strings.Trim(strings.Join(strings.Fields(place.ReplaceAllString(message, " ")), " "), " ,.:;()'\"")
}

// reasonUnrecognised is about refusals that the lab does not recognise, but that the client distinguishes from others.
func reasonUnrecognised(s *sheet, open []Row) []Row {
	return only(open, func(r Row) bool {
		unknown := r.Kind == verdict.Unrecognised || r.Words == ""
		return r.Outcome == clients.Rejected && unknown && r.TellsApart(s.rows)
	})
}

// oneReason is about a client that says the same whatever is wrong. It does not apply if the client says anything else
// about any certificate.
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

// Groups groups rows by a key, in the order of the keys' first occurrence. Keys that differ only in the address of a
// server are the same.
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
