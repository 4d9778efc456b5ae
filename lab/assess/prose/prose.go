// Package prose says in words what lab/assess finds.
//
// The text is a file a language, "name = text" a line; a line that begins with # is a comment.
package prose

import (
	"cmp"
	"embed"
	"fmt"
	"strings"
	"sync"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/locale"
)

//go:embed *.txt
var files embed.FS

// texts are the texts of every language by their names. The files are part of the program; a test holds them to be
// readable and whole.
var texts = sync.OnceValue(func() map[locale.Locale]map[string]string {
	all := map[locale.Locale]map[string]string{}
	for _, l := range locale.All() {
		data, err := files.ReadFile(string(l) + ".txt")
		if err != nil {
			panic(err)
		}
		if all[l], err = read(string(data)); err != nil {
			panic(fmt.Sprintf("lab/assess/prose/%s.txt: %v", l, err))
		}
	}
	return all
})

// read reads a file of texts.
func read(file string) (map[string]string, error) {
	list := map[string]string{}
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, text, ok := strings.Cut(line, " = ")
		if _, twice := list[name]; !ok || twice {
			return nil, fmt.Errorf("line %q is not name = text, or its name comes twice", line)
		}
		list[name] = text
	}
	return list, nil
}

// in returns the texts of a language; the English ones if it has none.
func in(l locale.Locale) map[string]string {
	if t, ok := texts()[l]; ok {
		return t
	}
	return texts()[locale.English]
}

// Sentences are what is said of a client with a finding.
type Sentences struct {
	Says string // what the client does
	Ask  string // what a learner is to look at next; not how it is fixed
	Do   string // what the client's author is to do
}

// Of returns what is said of a client with a finding.
func Of(l locale.Locale, c assess.Code) Sentences {
	t := in(l)
	return Sentences{t[name(c, "says")], t[name(c, "ask")], t[name(c, "do")]}
}

// Shown returns what a client does, and what it said where that was seen first.
func Shown(l locale.Locale, f assess.Finding) string {
	t, e := in(l), f.Evidence
	says := t[name(f.Code, "says")]
	switch e.Outcome {
	case clients.Accepted:
		return cmp.Or(t[name(f.Code, "accepted")], says)
	case clients.Rejected, clients.Failed:
	default:
		return says
	}
	said := cmp.Or(e.Says, t["finding.silent"])
	if format, ok := t[name(f.Code, "shown")]; ok {
		return fmt.Sprintf(format, e.Scenario, said)
	}
	return fmt.Sprintf(t["finding.evidence"], says, e.Scenario, said)
}

// name names a text about a code.
func name(c assess.Code, what string) string { return "finding." + string(c) + "." + what }
