package report

import (
	"fmt"

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
	or, comma string // between the names of a list
	listed    string // between counts

	// Of a scenario: its expectation, its story, its fix. The labels are as wide as each other.
	titlef        string // ID, title
	familyf       string // family, expectation
	eitherWayf    string // classes
	shouldRejectf string // feature, classes, control
	shouldAcceptf string // feature
	mustRejectf   string // classes, control
	mustAccept    string
	what, where   string
	see, fix, log string

	// Below the catalogue.
	questionMark, behindMongoDB string

	// Of its chain.
	trusted, sent, neither string
	besidePath             string
	certificatef           string // name, key, from, to, marks
	forNames               string
	none                   string
	differencef            string // what, got, want

	// Of what clients did.
	didf                                     string // control, outcome, scenario, outcome, judgement
	client, control, judgement, message, saw string
	fromAlert                                string
	outcomes                                 map[clients.Outcome]string

	// Of what the server saw.
	noConnection     string
	oneMore          string
	moreConnectionsf string // number
	ends             map[serve.End]string

	// Of what a run came to.
	verdictf                      string // result, counts
	reproduced, undocumented      string
	noClient                      string
	starNote, starHint            string
	itsMessage, itSaw, theyDiffer string
	notHere, serverLog            string
	restf                         string // clients, counts
	scenarios, clients, cells     amount
	camef                         string // scenarios, clients, cells, when
	tookf, onRecord               string // duration
	allDocumented, notDocumentedf string // number
	missingf                      string // stack, reason
	missingShortf                 string // stacks
	againf                        string // flags
	plainNumber, okMeans          string
	starMeans, bangMeans          string
	kinds                         map[verdict.Kind]string // what each judgement means
	findings                      findingWords
	assessment                    assessmentWords
}

// findingWords is what is said of a client as a whole beside what lab/assess/prose says of each finding.
type findingWords struct {
	voidf, voidToDof string // families, control, what it says; control
	nothing          string // that it says

	// Of a client that was stopped at the first control: control, duration, what it says.
	stoppedf, stoppedOfff       string
	stoppedNoCA, stoppedServed  string
	stoppedMeantf, stoppedToDof string // what stands there, placeholder; control
	semicolon                   string // between what is to be done
}

// assessmentWords is what is said of an assessment.
type assessmentWords struct {
	means                       map[verdict.Kind]string // of each kind that can be bad, what the client did
	colon                       string                  // behind a judgement
	toDo, in, unproven          string                  // labels, as wide as each other
	toDoOfClass                 string
	moref                       string // some, number of others
	expectedf                   string // class, class that it says
	itSays                      string
	knownForf                   string // stack, reason
	known, fixed                string
	notAsked, lenient, disagree string
	byRecordf                   string // number
	countf                      string // what, number
	gradef                      string // counts, scenarios, duration
	knownCountf, fixedCountf    string // number
	interrupted                 string
	stoppedf                    string // number
	verdictOnly                 string
	showMore, againf            string // seed, date
	deviationf                  string // scenario, judgement, reason
}

// amount is a number of things: of one, and of others.
type amount struct{ one, manyf string }

func (a amount) of(n int) string {
	if n == 1 {
		return a.one
	}
	return fmt.Sprintf(a.manyf, n)
}

// in returns what is said in a language; in English if there is none.
func in(l lang.Tag) *words {
	if w, ok := languages[l]; ok {
		return w
	}
	return &english
}

// outcome says what a client did; nothing if it did nothing.
func (w *words) outcome(o clients.Outcome) string {
	if word, ok := w.outcomes[o]; ok {
		return word
	}
	return string(o)
}

var languages = map[lang.Tag]*words{lang.English: &english, lang.Chinese: &chinese}
