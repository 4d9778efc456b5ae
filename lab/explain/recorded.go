package explain

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios/failure"
)

// record is what the lab has recorded, indexed.
type record struct {
	messages []result.Message
	byShape  map[string][]int
	lengths  map[int]bool       // the lengths of shapes
	tokens   []map[string]bool  // by the index of a message; only for the first of each shape
	weight   map[string]float64 // by token: the rarer, the greater
	said     map[utterance]bool
}

// utterance says that a stack rejected a scenario for the reason of a class.
type utterance struct {
	stack, scenario string
	class           failure.Class
}

// seen is the record. It is part of the program, and a test checks that it can be read.
var seen = sync.OnceValue(func() *record {
	messages, err := result.Messages(result.Recorded())
	if err != nil {
		panic(err)
	}
	r := &record{
		messages: messages, byShape: map[string][]int{}, lengths: map[int]bool{}, weight: map[string]float64{},
		said: map[utterance]bool{},
	}
	shapes := map[string]string{}
	in := map[string]int{}
	r.tokens = make([]map[string]bool, len(messages))
	for i, m := range messages {
		r.said[utterance{m.Stack, m.Scenario, m.Class}] = true
		s, ok := shapes[m.Message]
		if !ok {
			s = steadyShape(m.Message)
			shapes[m.Message] = s
		}
		if len(r.byShape[s]) == 0 {
			r.tokens[i] = tokens(s)
			for t := range r.tokens[i] {
				in[t]++
			}
		}
		r.byShape[s] = append(r.byShape[s], i)
		r.lengths[len(s)] = true
	}
	for t, n := range in {
		r.weight[t] = math.Log(1 + float64(len(r.byShape))/float64(n))
	}
	return r
})

var word = lazyregexp.New(`[a-z][a-z]{2,}`)

// split finds the words in names of exceptions and constants.
var split = lazyregexp.New(`([a-z])([A-Z])`)

// common are words that occur in any kind of sentence.
var common = map[string]bool{
	"the": true, "for": true, "and": true, "not": true, "was": true, "with": true, "from": true, "has": true,
	"have": true, "that": true, "this": true, "error": true, "url": true, "name": true,
}

// tokens returns the words of a shape.
func tokens(shape string) map[string]bool {
	set := map[string]bool{}
	for _, w := range word.FindAllString(strings.ToLower(split.ReplaceAllString(shape, "$1 $2")), -1) {
		if !common[w] {
			set[w] = true
		}
	}
	return set
}

// alike is the likeness from which a recorded message is shown beside an unknown one, and nearest how many of them are.
// strange is the weight of a word that the record does not have.
const (
	alike   = 0.3
	nearest = 3
	strange = 1.5
)

// near returns the recorded messages that are most like a shape. Likeness is the weight of the words that both have, as
// a share of the weight of all words that either has.
func (r *record) near(shape string) []Near {
	mine := tokens(shape)
	total := 0.0
	for t := range mine {
		total += cmp.Or(r.weight[t], strange)
	}
	var list []Near
	for i, set := range r.tokens {
		if set == nil {
			continue
		}
		both, either := 0.0, total
		for t := range set {
			if mine[t] {
				both += r.weight[t]
			} else {
				either += r.weight[t]
			}
		}
		if either == 0 || both/either < alike {
			continue
		}
		m := r.messages[i]
		list = append(list, Near{m.Stack, m.Class, m.Scenario, m.Message, math.Round(both/either*100) / 100})
	}
	slices.SortStableFunc(list, func(a, b Near) int { return cmp.Compare(b.Likeness, a.Likeness) })
	var out []Near
	for _, n := range list {
		if !slices.ContainsFunc(out, func(o Near) bool { return o.Class == n.Class }) && len(out) < nearest {
			out = append(out, n)
		}
	}
	return out
}

// sighting is what the record knows about a shape.
type sighting struct {
	class     failure.Class
	possible  []failure.Class
	stacks    []string
	scenarios []string
}

// find returns what the record knows about a shape or, failing that, about the longest part of it after a colon, if it
// counts. Few parts have the length of a shape in the record, so that few are looked up.
func (r *record) find(shape string, stacks []string, counts func(shape string, s sighting) bool) (sighting, bool) {
	for more := true; more; _, shape, more = strings.Cut(shape, ": ") {
		if !r.lengths[len(shape)] {
			continue
		}
		if s, ok := r.lookup(shape, stacks); ok && counts(shape, s) {
			return s, true
		}
	}
	return sighting{}, false
}

// lookup returns what the record knows about a shape: from the given stacks, if any of them has written it, or else
// from all.
func (r *record) lookup(shape string, stacks []string) (sighting, bool) {
	hits := r.byShape[shape]
	if len(hits) == 0 {
		return sighting{}, false
	}
	if of := slices.DeleteFunc(slices.Clone(hits), func(i int) bool {
		return !slices.Contains(stacks, r.messages[i].Stack)
	}); len(of) > 0 {
		hits = of
	}
	var s sighting
	count := map[failure.Class]int{}
	told := true
	for _, i := range hits {
		m := r.messages[i]
		told = told && !m.FromAlert
		count[m.Class]++
		if !slices.Contains(s.stacks, m.Stack) {
			s.stacks = append(s.stacks, m.Stack)
		}
		if !slices.Contains(s.scenarios, m.Scenario) {
			s.scenarios = append(s.scenarios, m.Scenario)
		}
	}
	classes := likelier(count)
	if told && len(classes) == 1 {
		s.class = classes[0]
	} else {
		s.possible = classes
	}
	slices.SortStableFunc(s.stacks, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return s, true
}

// likelier sorts classes by how often people meet them, then by how often the record has them.
func likelier(count map[failure.Class]int) []failure.Class {
	met := func(c failure.Class) int {
		if i := slices.Index(anyCertificate, c); i >= 0 {
			return i
		}
		return len(anyCertificate)
	}
	return slices.SortedFunc(maps.Keys(count), func(a, b failure.Class) int {
		return cmp.Or(cmp.Compare(met(a), met(b)), cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
}
