// Package phrases knows what programs write about TLS failures that have no number, in English and in the translations
// of their vendors: which failure it is, which cause the words point to, who wrote it, and who refused whom.
package phrases

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"example.com/tlslab/lab/internal/lexicon"
	"example.com/tlslab/scenarios/failure"
)

// Writer is who wrote a message.
type Writer string

// The writers.
const (
	Client   Writer = "client"
	Server   Writer = "server"   // about one of its clients
	Upstream Writer = "upstream" // a proxy, about the server that it connects to
	Cluster  Writer = "cluster"  // a member of a cluster, about another
	Own      Writer = "own"      // a program, about its own files and settings
)

// Refuser is who refused whom.
type Refuser string

// The refusers.
const (
	ByWriter Refuser = "writer"
	ByPeer   Refuser = "peer"
	ByNobody Refuser = "none"
)

// Phrase is a row of a table.
type Phrase struct {
	// Text is what a message contains: parts that follow each other, not far apart.
	Text []string
	// Classes are the failure classes that it stands for, the likelier first.
	Classes []failure.Class
	// Cause is the cause that it points to; empty if it points to none.
	Cause string
	// Writer and Refuser are empty if the words do not tell.
	Writer  Writer
	Refuser Refuser
	// Source names the program or library (messages.Source) that writes so; empty if several do.
	Source string
}

// gap separates the parts of a phrase.
const gap = " … "

// widestGap is how far apart two parts may be, in bytes. In a long text, parts that are far apart are about two things.
const widestGap = 600

// in reports whether a text has the parts of the phrase, in their order, and where the first begins.
func (p Phrase) in(text string) (at int, ok bool) {
	from := 0
	for n, part := range p.Text {
		i := strings.Index(text[from:], part)
		if i < 0 || n > 0 && i > widestGap {
			return 0, false
		}
		if n == 0 {
			at = i
		}
		from += i + len(part)
	}
	return at, true
}

//go:embed tables
var tables embed.FS

// All returns all phrases. The caller must not change them.
var All = sync.OnceValue(func() []Phrase {
	var list []Phrase
	for _, name := range names() {
		rows, err := read(name)
		if err != nil {
			panic(err) // a test reads all tables
		}
		list = append(list, rows...)
	}
	return list
})

// names returns the names of the tables of phrases, sorted: all tables but that of [sides].
func names() (list []string) {
	entries, err := tables.ReadDir("tables")
	if err != nil {
		panic(err) // the directory is embedded
	}
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".txt"); name != "sides" {
			list = append(list, name)
		}
	}
	return list
}

// read reads a table of phrases.
func read(name string) (list []Phrase, err error) {
	err = eachRow(name, 6, func(f []string) error {
		p := Phrase{Text: strings.Split(f[0], gap), Cause: given(f[2]), Writer: Writer(given(f[3])),
			Refuser: Refuser(given(f[4])), Source: given(f[5])}
		for class := range strings.SplitSeq(f[1], ",") {
			p.Classes = append(p.Classes, failure.Class(class))
		}
		list = append(list, p)
		return nil
	})
	return list, err
}

// given returns a field, empty for "-".
func given(field string) string {
	if field == "-" {
		return ""
	}
	return field
}

// eachRow calls f with the fields of each row of a table.
func eachRow(name string, fields int, f func([]string) error) error {
	data, err := tables.ReadFile(path.Join("tables", name+".txt"))
	if err != nil {
		return err
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		row := strings.Split(line, "\t")
		if len(row) != fields {
			return fmt.Errorf("tables/%s.txt:%d: got %d fields, want %d", name, n, len(row), fields)
		}
		if err := f(row); err != nil {
			return fmt.Errorf("tables/%s.txt:%d: %w", name, n, err)
		}
	}
	return nil
}

// firsts finds the first parts of phrases, and byFirst has the phrases of each.
var firsts = sync.OnceValue(func() lexicon.Lexicon {
	var list []string
	for _, p := range All() {
		list = append(list, p.Text[0])
	}
	slices.Sort(list)
	return lexicon.New(slices.Compact(list))
})

var byFirst = sync.OnceValue(func() [][]int {
	first := firsts().Texts
	set := make([][]int, len(first))
	for i, p := range All() {
		n, _ := slices.BinarySearch(first, p.Text[0])
		set[n] = append(set[n], i)
	}
	return set
})

// Hit is a phrase in a text.
type Hit struct {
	Phrase
	// At is where its first part begins, in bytes, and Words its first part.
	At    int
	Words string
}

// within reports whether a hit is only a part of what another says.
func (h Hit) within(other Hit) bool {
	longer := len(other.Words) > len(h.Words) || len(other.Text) > 1
	return longer && len(h.Text) == 1 && other.At <= h.At && h.At+len(h.Words) <= other.At+len(other.Words)
}

// Find returns the phrases that a text contains, in their order in the text. Those that are part of a longer one are
// left out.
func Find(text string) []Hit {
	var hits []Hit
	tried := map[int]bool{}
	firsts().Each(text, func(n, _ int) bool {
		for _, i := range byFirst()[n] {
			if tried[i] {
				continue
			}
			tried[i] = true
			if at, ok := All()[i].in(text); ok {
				hits = append(hits, Hit{All()[i], at, All()[i].Text[0]})
			}
		}
		return true
	})
	if len(hits) < 2 {
		return hits
	}
	all := slices.Clone(hits)
	return slices.DeleteFunc(hits, func(h Hit) bool { return slices.ContainsFunc(all, h.within) })
}

// In reports whether a text may contain a phrase. It is faster than [Find].
func In(text string) bool { return firsts().In(text) }

// side is a row of the table of sides.
type side struct {
	text   string
	writer Writer
}

var sides = sync.OnceValue(func() (list []side) {
	err := eachRow("sides", 2, func(f []string) error {
		list = append(list, side{f[0], Writer(f[1])})
		return nil
	})
	if err != nil {
		panic(err) // a test reads all tables
	}
	return list
})

var sideTexts = sync.OnceValue(func() lexicon.Lexicon {
	var list []string
	for _, s := range sides() {
		list = append(list, s.text)
	}
	return lexicon.New(list)
})

// WrittenBy returns who wrote a text, as far as words tell that say nothing of a failure. The first row of the table
// counts. It is empty if none is in the text.
func WrittenBy(text string) Writer {
	first := -1
	sideTexts().Each(text, func(n, _ int) bool {
		if first < 0 || n < first {
			first = n
		}
		return first != 0
	})
	if first < 0 {
		return ""
	}
	return sides()[first].writer
}
