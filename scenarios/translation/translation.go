// Package translation has the catalogue's prose in other languages than English: the title, story and
// fix of every scenario. What is a name (of a scenario, a class, an option, an alert) and what a
// client says are the same in all of them.
//
// The prose is data: a map from ID to [Text] for each family. Rows that the catalogue composes are
// composed here as well, in the same way.
package translation

import (
	"maps"
	"strings"
	"sync"

	"example.com/tlslab/scenarios"
)

// Text is what is told of a scenario, in one language: its title, its story in three lines, and its
// fix.
type Text struct {
	Title string
	What  string // what is wrong
	Where string // where people meet it
	See   string // how to see it
	Fix   string
}

// Of returns what is told of a scenario in the language that a tag of BCP 47 names: "en", "zh-CN". In
// a language that the catalogue is not translated to it is told in English.
func Of(s *scenarios.Scenario, tag string) Text {
	id := s.ID
	if s.Service == scenarios.MongoDB {
		id = strings.TrimPrefix(id, "mongo-") // the same scenario, behind another service
	}
	if all, ok := languages[tag]; ok {
		if text, ok := all()[id]; ok {
			return text
		}
	}
	return Text{s.Title, s.Story.What, s.Story.Where, s.Story.See, s.Fix}
}

// languages has the translations by tag, each put together when it is first asked for.
var languages = map[string]func() map[string]Text{"zh-CN": sync.OnceValue(chinese)}

// chinese puts together what is told in Simplified Chinese.
func chinese() map[string]Text {
	all := map[string]Text{}
	for _, family := range []map[string]Text{
		zhBaseline, zhValidity, zhNames, zhChain, zhKeys, zhRevocation, zhOCSP, zhStaple, zhOCSPMatrix(),
		zhBothVersions(), zhClientFiles, zhProtocol, zhWire, zhMongod,
	} {
		maps.Copy(all, family)
	}
	return all
}
