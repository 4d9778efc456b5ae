// Package result is what a run came to, as data. [WriteJSON] writes a [Run], [Read] and [Open] read it.
// [Since] and [Upgrade] compare runs and clients: a [Diff] is data as well. [WriteRecord] writes a run
// down in a form to be kept in a repository. lab/report shows all of it.
package result

import (
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Schema is the version of the form of a run's JSON, which is that of [Run]. It changes when a field
// goes away or means something else; fields may be added under the same. Up to version 2 a scenario's
// field fix was called remedy: [Read] still reads that. A matrix has a form of its
// own: see [MatrixSchema].
const Schema = 3

// Run is what a run over scenarios and clients came to. Times are RFC 3339 in UTC, durations
// nanoseconds.
type Run struct {
	Schema   int           `json:"schema"`      // [Schema]
	Seed     string        `json:"seed"`        // with At, what decides every key and certificate
	At       time.Time     `json:"at"`          // the time that they were minted for
	Started  time.Time     `json:"started"`     // when the run began
	Duration time.Duration `json:"duration_ns"` // and how long it took
	// Interrupted is that it was ended before all were asked: what is here was judged until then.
	Interrupted bool `json:"interrupted,omitempty"`
	// Stopped says that a client under test did not accept the first control, so that nothing else was
	// asked of it; nil if all was.
	Stopped *Stopped `json:"stopped,omitempty"`
	// Clients is every client that was asked, Missing what was looked for and not found.
	Clients []clients.Info    `json:"clients"`
	Missing []clients.Missing `json:"missing"`
	// Scenarios is in the order of the catalogue, each with a cell for every client that speaks its
	// service.
	Scenarios []Scenario `json:"scenarios"`
	// Diffs is what was compared, if that was asked for.
	Diffs []*Diff `json:"diffs,omitempty"`
}

// Documented reports whether every cell of the run came out as documented: the failures were
// reproduced.
func (r *Run) Documented() bool {
	for _, s := range r.Scenarios {
		for _, c := range s.Cells {
			if !c.Documented {
				return false
			}
		}
	}
	return true
}

// Only returns a run with the scenarios and clients that are wanted, and no others.
func (r *Run) Only(scenario func(Scenario) bool, client func(clients.Info) bool) *Run {
	out := *r
	out.Clients, out.Scenarios = nil, nil
	wanted := map[string]bool{}
	for _, c := range r.Clients {
		if client(c) {
			out.Clients = append(out.Clients, c)
			wanted[c.ID()] = true
		}
	}
	for _, s := range r.Scenarios {
		if !scenario(s) {
			continue
		}
		s.Cells = slices.DeleteFunc(slices.Clone(s.Cells), func(c Cell) bool { return !wanted[c.Client] })
		if len(s.Cells) > 0 {
			out.Scenarios = append(out.Scenarios, s)
		}
	}
	return &out
}

// Stopped is why nothing but the first control was asked of a client under test.
type Stopped struct {
	Unasked int `json:"unasked"` // how many scenarios were not asked
	// NoCA says that nothing in the command can tell the client what to trust, as far as can be seen.
	NoCA bool `json:"no_ca,omitempty"`
	// Meant are the words of the command that look like placeholders, each with the one that was
	// probably meant.
	Meant []Meant `json:"meant,omitempty"`
}

// Meant is a word in braces that is no placeholder, and the placeholder nearest to it.
type Meant struct {
	Word        string `json:"word"`
	Placeholder string `json:"placeholder"`
}

// Scenario is one scenario of a run.
type Scenario struct {
	ID          string           `json:"id"`
	Family      scenarios.Family `json:"family"`
	Title       string           `json:"title"`
	Story       Story            `json:"story"`
	Fix         string           `json:"fix"`
	Host        string           `json:"host"`
	Expect      Expectation      `json:"expect"`
	Control     string           `json:"control"`
	Sources     []string         `json:"sources"`
	Certificate []Certificate    `json:"chain"`
	Differences []pki.Difference `json:"differences"` // from the control
	Cells       []Cell           `json:"cells,omitempty"`
}

// Story is a scenario in three lines.
type Story struct {
	What  string `json:"what"`
	Where string `json:"where"`
	See   string `json:"see"`
}

// Expectation is what a correct client does.
type Expectation struct {
	Verdict  scenarios.Verdict `json:"verdict"`
	Level    scenarios.Level   `json:"level"`
	Feature  string            `json:"feature,omitempty"`
	Failures []failure.Class   `json:"failures"`
}

// NewExpectation returns an expectation as it stands in a report.
func NewExpectation(e scenarios.Expectation) Expectation {
	return Expectation{e.Verdict, e.Level, e.Feature, append([]failure.Class{}, e.Failures...)}
}

// Certificate is one step of the path from leaf to root.
type Certificate struct {
	Name      string    `json:"name"` // as the recipe calls it
	Subject   string    `json:"subject"`
	Names     string    `json:"names,omitempty"` // subject alternative names
	Key       string    `json:"key"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	Sent      bool      `json:"sent"`    // by the server
	Trusted   bool      `json:"trusted"` // by the client
	Off       bool      `json:"off_path,omitempty"`
}

// Cell is one client's behaviour on one scenario, judged. The fields of the judgement stand beside
// the others in JSON.
type Cell struct {
	Client string `json:"client"` // its ID, as clients.Info.ID returns it
	verdict.Judgement
	Outcome clients.Outcome `json:"outcome"`
	// Message is the client's own, whole; Code its own short name for it where it has one.
	Message string `json:"message,omitempty"`
	// Told is the reason that Message is the English of, where the lab wrote it in place of the client.
	Told     *lang.Reason    `json:"-"`
	Code     string          `json:"code,omitempty"`
	Duration time.Duration   `json:"duration_ns"`
	Control  clients.Outcome `json:"control"` // what it did on the control
	// Observed is what the server saw of each of its connections, in their order.
	Observed []serve.Observation `json:"observed"`
	// Forgotten is how many more there were, which the server has dropped because they were too many.
	Forgotten uint64 `json:"observed_forgotten,omitempty"`
	// Unserved says that this machine cannot serve the scenario, to whatever client.
	Unserved bool `json:"unserved,omitempty"`
	// ServerLog is what a server that ends TLS by itself logged of it, a line each.
	ServerLog []string `json:"server_log,omitempty"`
}

// NewCell returns a judged cell as it stands in a report.
func NewCell(c verdict.Cell, j verdict.Judgement) Cell {
	return Cell{
		Client: c.Client.ID(), Judgement: j,
		Outcome: c.Result.Outcome, Message: c.Result.Message, Told: c.Result.Told, Code: c.Result.Code, Duration: c.Result.Duration,
		Control: c.Control.Outcome, Observed: c.Observed,
	}
}

// Describe returns a scenario as it stands in a report, without cells.
func Describe(s *scenarios.Scenario, chain *pki.Chain, differences []pki.Difference) Scenario {
	out := Scenario{
		ID: s.ID, Family: s.Family, Title: s.Title, Story: Story(s.Story), Fix: s.Fix, Host: s.Host,
		Expect: NewExpectation(s.Expect), Control: s.Control, Sources: s.Sources, Differences: append([]pki.Difference{}, differences...),
	}
	seen := map[string]int{}
	add := func(list []pki.Minted, mark func(*Certificate)) {
		for _, m := range list {
			i, known := seen[m.Name]
			if !known {
				i = len(out.Certificate)
				seen[m.Name] = i
				out.Certificate = append(out.Certificate, newCertificate(m))
			}
			mark(&out.Certificate[i])
		}
	}
	add(chain.Path, func(*Certificate) {})
	onPath := len(out.Certificate)
	add(chain.Sent, func(c *Certificate) { c.Sent = true })
	add(chain.Trusted, func(c *Certificate) { c.Trusted = true })
	for i := range out.Certificate[onPath:] {
		out.Certificate[onPath+i].Off = true
	}
	return out
}

func newCertificate(m pki.Minted) Certificate {
	return Certificate{
		Name: m.Name, Subject: m.Cert.Subject.CommonName, Names: m.Names(), Key: pki.KeyName(m.Cert.PublicKey),
		NotBefore: m.Cert.NotBefore, NotAfter: m.Cert.NotAfter,
	}
}

// Unserved returns why this machine cannot serve a scenario to any client, and whether that is so.
func (s Scenario) Unserved() (why lang.Reason, is bool) {
	i := slices.IndexFunc(s.Cells, func(c Cell) bool { return c.Unserved })
	if i < 0 || slices.ContainsFunc(s.Cells, func(c Cell) bool { return c.Kind != verdict.Unsupported }) {
		return lang.Reason{}, false
	}
	return s.Cells[i].Why, true
}

// Unserved returns the IDs of the scenarios that this machine cannot serve to any client.
func (r *Run) Unserved() []string {
	var ids []string
	for _, s := range r.Scenarios {
		if _, is := s.Unserved(); is {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// Telling returns the line of a client's message that tells the reason, shortened to what can be read at a
// glance. Of a cell that is void it is the message about the control.
func (c Cell) Telling() string {
	message := c.Message
	if c.Kind == verdict.Void && c.Why.Of != nil {
		message = c.Why.Of.Text
	}
	return Clip(messages.Telling(c.Words, message))
}

// Clip shortens what was said to what can be read at a glance, its beginning and its end, on one line.
func Clip(text string) string {
	const first, last = 120, 160
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= first+last {
		return text
	}
	return strings.ToValidUTF8(text[:first], "") + " ... " + strings.ToValidUTF8(text[len(text)-last:], "")
}

// Mark follows a judgement where it is shown: * if it is documented, ! if it is not, nothing if it is ok.
func Mark(k verdict.Kind, documented bool) string {
	switch {
	case k == verdict.OK:
		return ""
	case documented:
		return "*"
	}
	return "!"
}
