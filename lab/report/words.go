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

// words is all that a [Terminal] says by itself, in one language. What ends in "f" below is a format;
// a test holds all languages to say everything, and formats to take the same. What machines read is
// not among it: names of scenarios, classes, judgements and features are the same in all languages, and
// so is what clients say.
type words struct {
	Or, Comma string // between the names of a list
	Listed    string // between counts

	// Of a scenario: its expectation, its story, its fix. The labels are as wide as each other.
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

	// Of its chain.
	Trusted, Sent, Neither string
	BesidePath             string
	Certificatef           string // name, key, from, to, marks
	ForNames               string
	None                   string
	Differencef            string // what, got, want

	// Of what clients did.
	Didf                                     string // control, outcome, scenario, outcome, judgement
	Client, Control, Judgement, Message, Saw string
	FromAlert                                string
	Outcomes                                 map[clients.Outcome]string

	// Of what the server saw.
	NoConnection     string
	OneMore          string
	MoreConnectionsf string // number
	Ends             map[serve.End]string

	// Of what a run came to.
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

// findingWords is what is said of a client as a whole beside what lab/assess/prose says of each finding.
type findingWords struct {
	Voidf, VoidToDof string // families, control, what it says; control
	Nothing          string // that it says

	// Of a client that was stopped at the first control: control, duration, what it says.
	Stoppedf, StoppedOfff       string
	StoppedNoCA, StoppedServed  string
	StoppedMeantf, StoppedToDof string // what stands there, placeholder; control
	Semicolon                   string // between what is to be done
}

// assessmentWords is what is said of an assessment.
type assessmentWords struct {
	Means                       map[verdict.Kind]string // of each kind that can be bad, what the client did
	Colon                       string                  // behind a judgement
	ToDo, In, Unproven          string                  // labels, as wide as each other
	ToDoOfClass                 string
	Moref                       string // some, number of others
	Expectedf                   string // class, class that it says
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

// amount is a number of things: of one, and of others.
type amount struct{ One, Manyf string }

func (a amount) of(n int) string {
	if n == 1 {
		return a.One
	}
	return fmt.Sprintf(a.Manyf, n)
}

// in returns what is said in a language.
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

// filled has the [words] of the languages that were asked for. They are part of the program and do not change.
var filled sync.Map

// english is what files say, which are in English whatever the language of the terminal.
func english() *words { return in(lang.English) }

// fill puts texts into a struct: the text of the field QuestionMark is question-mark, that of a field of a field
// assessment.to-do, of a format's field Titlef title, and of a key in a map outcomes.accepted. A test holds every text to have
// a field, and every field a text.
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

// hump is where a word begins within the name of a field.
var hump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// kebab returns the name of a field's text.
func kebab(field string) string {
	return strings.TrimSuffix(strings.ToLower(hump.ReplaceAllString(field, "$1-$2")), "f")
}

// outcome says what a client did; nothing if it did nothing.
func (w *words) outcome(o clients.Outcome) string {
	if word, ok := w.Outcomes[o]; ok {
		return word
	}
	return string(o)
}
