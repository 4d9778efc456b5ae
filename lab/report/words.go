package report

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
)

// words is the words of a [Terminal] in one language. Fields whose names end in "f" are formats. A test checks that all
// languages have every word, and that formats take the same values. What machines read is not translated: names of
// scenarios, classes, judgements and features, and clients' messages.
type words struct {
	Or, Comma string // between the names of a list
	Listed    string // between counts

	// For a scenario: its expectation, story and fix. The labels have the same width.
	Titlef        string // ID, title
	Familyf       string // family, expectation
	EitherWayf    string // classes
	ShouldRejectf string // feature, classes, control
	ShouldAcceptf string // feature
	MustRejectf   string // classes, control
	MustAccept    string
	What, Where   string
	See, Fix, Log string

	// Below the catalogue.
	QuestionMark, BehindMongoDB string

	// For its chain.
	Trusted, Sent, Neither string
	BesidePath             string
	Certificatef           string // name, key, from, to, marks
	ForNames               string
	None                   string
	Differencef            string // what, got, want

	// For what clients did.
	Didf                                     string // control, outcome, scenario, outcome, judgement
	Client, Control, Judgement, Message, Saw string
	FromAlert                                string
	Outcomes                                 map[clients.Outcome]string

	// For what the server saw.
	NoConnection     string
	OneMore          string
	MoreConnectionsf string // number
	Ends             map[serve.End]string

	// For the result of a run.
	Verdictf                      string // result, counts
	Reproduced, Undocumented      string
	NoClient                      string
	StarNote, StarHint            string
	ItsMessage, ItSaw, TheyDiffer string
	NotHere, ServerLog            string
	Restf                         string // clients, counts
	Scenarios, Clients, Cells     amount
	Camef                         string // scenarios, clients, cells, when
	Tookf, OnRecord               string // duration
	AllDocumented, NotDocumentedf string // number
	Missingf                      string // stack, reason
	MissingShortf                 string // stacks
	Againf                        string // flags
	PlainNumber, OkMeans          string
	StarMeans, BangMeans          string
	Kinds                         map[verdict.Kind]string // what each judgement means
	Findings                      findingWords
	Assessment                    assessmentWords
}

// findingWords is words about a client as a whole, besides those of lab/assess/prose about each finding.
type findingWords struct {
	Voidf, VoidToDof string // families, control, what it says; control
	Nothing          string // in place of an empty message

	// For a client that was stopped at the first control: control, duration, message.
	Stoppedf, StoppedOfff       string
	StoppedNoCA, StoppedServed  string
	StoppedMeantf, StoppedToDof string // word, placeholder; control
	Semicolon                   string // between things to do
}

// assessmentWords is words about an assessment.
type assessmentWords struct {
	Means                       map[verdict.Kind]string // what the client did, for each kind that can be bad
	Colon                       string                  // after a judgement
	ToDo, In, Unproven          string                  // labels of the same width
	ToDoOfClass                 string
	Moref                       string // some, number of others
	Expectedf                   string // expected class, class of the message
	ItSays                      string
	KnownForf                   string // stack, reason
	Known, Fixed                string
	NotAsked, Lenient, Disagree string
	ByRecordf                   string // number
	Countf                      string // what, number
	Gradef                      string // counts, scenarios, duration
	KnownCountf, FixedCountf    string // number
	Interrupted                 string
	Stoppedf                    string // number
	VerdictOnly                 string
	ShowMore, Againf            string // seed, date
	Deviationf                  string // scenario, judgement, reason
}

// amount is a number of things, in the singular and the plural.
type amount struct{ One, Manyf string }

func (a amount) of(n int) string {
	if n == 1 {
		return a.One
	}
	return fmt.Sprintf(a.Manyf, n)
}

// in returns the words of a language.
func in(l lang.Tag) *words {
	l = cmp.Or(l, lang.English)
	if w, ok := filled.Load(l); ok {
		return w.(*words)
	}
	w := new(words)
	fill(reflect.ValueOf(w).Elem(), "", l.Words("report"))
	filled.Store(l, w)
	return w
}

// filled caches the [words] of languages. They are part of the program and do not change.
var filled sync.Map

// english returns the words of files, which are always in English.
func english() *words { return in(lang.English) }

// fill sets the fields of a struct to texts. The text of the field QuestionMark is question-mark, that of a nested
// field assessment.to-do, that of a format's field Titlef title, and that of a map's key outcomes.accepted. A test
// checks that every text has a field, and every field a text.
func fill(v reflect.Value, prefix string, texts lang.Words) {
	for i := range v.NumField() {
		field, name := v.Field(i), prefix+kebab(v.Type().Field(i).Name)
		switch field.Kind() {
		case reflect.String:
			field.SetString(texts[name])
		case reflect.Struct:
			fill(field, name+".", texts)
		case reflect.Map:
			field.Set(reflect.MakeMap(field.Type()))
			for full, text := range texts {
				if key, ok := strings.CutPrefix(full, name+"."); ok {
					field.SetMapIndex(reflect.ValueOf(key).Convert(field.Type().Key()), reflect.ValueOf(text))
				}
			}
		}
	}
}

// hump matches the beginning of a word within the name of a field.
var hump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// kebab returns the key of a field's text.
func kebab(field string) string {
	return strings.TrimSuffix(strings.ToLower(hump.ReplaceAllString(field, "$1-$2")), "f")
}

// outcome returns in words what a client did, or "" if it did nothing.
func (w *words) outcome(o clients.Outcome) string {
	if word, ok := w.Outcomes[o]; ok {
		return word
	}
	return string(o)
}
