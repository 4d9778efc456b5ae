// Package result is the results of a run as data. [WriteJSON] writes a [Run], and [Read] and [Open] read it. [Since]
// and [Upgrade] compare runs and clients and return a [Diff]. [WriteRecord] writes a run in a form that can be kept in
// a repository. lab/report shows all of this.
package result

import (
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/machine"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Schema is the version of a run's JSON, whose form is that of [Run]. It changes when a field is removed or changes its
// meaning, but not when fields are added. Up to version 2, a scenario's field fix was called remedy; [Read] still
// accepts that. The JSON of a matrix has another form: see [MatrixSchema].
const Schema = 3

// Run is the results of a run over scenarios and clients. In JSON, times are RFC 3339 in UTC, and durations are in
// nanoseconds.
type Run struct {
	Schema   int           `json:"schema"`            // [Schema]
	Seed     string        `json:"seed"`              // with At, decides every key and certificate
	At       time.Time     `json:"at"`                // the time that certificates were minted for
	Version  string        `json:"version,omitempty"` // of tlslab, with its revision
	Started  time.Time     `json:"started"`           // when the run began
	Duration time.Duration `json:"duration_ns"`       // how long the run took
	// Machine is where it ran. It is absent from a record, and from a run whose shards ran on different machines.
	Machine *machine.Machine `json:"machine,omitempty"`
	// Shard is set if only a part of the cells ran here. Shards lists the parts of a merged run.
	Shard  *Shard `json:"shard,omitempty"`
	Shards []Part `json:"shards,omitempty"`
	// Interrupted means that the run ended early. It contains what was judged until then.
	Interrupted bool `json:"interrupted,omitempty"`
	// Stopped is set if a client under test did not accept the first control, so that it ran nothing else.
	Stopped *Stopped `json:"stopped,omitempty"`
	// Clients lists every client that ran, Missing the stacks that were not found.
	Clients []clients.Info    `json:"clients"`
	Missing []clients.Missing `json:"missing"`
	// Scenarios is in the order of the catalogue. Each has a cell for every client that speaks its protocol.
	Scenarios []Scenario `json:"scenarios"`
	// Diffs lists the comparisons that were requested.
	Diffs []*Diff `json:"diffs,omitempty"`
	// Catalogue has the scenarios. Nil means the built-in catalogue, as it does for runs that were read from JSON.
	Catalogue *scenarios.Catalogue `json:"-"`
}

// Documented reports whether every cell of the run is as documented, which means that the failures were reproduced.
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

// Only returns a run with only the selected scenarios and clients.
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

// Stopped is about a client under test that ran only the first control.
type Stopped struct {
	Unasked int `json:"unasked"` // number of scenarios that did not run
	// NoCA means that nothing in the command seems to tell the client what to trust.
	NoCA bool `json:"no_ca,omitempty"`
	// Meant lists words of the command that look like mistyped placeholders.
	Meant []Meant `json:"meant,omitempty"`
}

// Meant is a word in braces that is not a placeholder, and the placeholder most similar to it.
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

// NewExpectation returns an expectation as shown in a report.
func NewExpectation(e scenarios.Expectation) Expectation {
	return Expectation{e.Verdict, e.Level, e.Feature, append([]failure.Class{}, e.Failures...)}
}

// Certificate is one step of the path from leaf to root.
type Certificate struct {
	Name      string    `json:"name"` // its name in the recipe
	Subject   string    `json:"subject"`
	Names     string    `json:"names,omitempty"` // subject alternative names
	Key       string    `json:"key"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	Sent      bool      `json:"sent"`    // by the server
	Trusted   bool      `json:"trusted"` // by the client
	Off       bool      `json:"off_path,omitempty"`
}

// Cell is one client's behaviour in one scenario, judged. In JSON, the fields of the judgement are beside the others.
type Cell struct {
	Client string `json:"client"` // its ID, as clients.Info.ID returns it
	verdict.Judgement
	Outcome clients.Outcome `json:"outcome"`
	// Message is the client's complete message. Code is the client's short name for it, if it has one.
	Message string `json:"message,omitempty"`
	// Told is set if the lab wrote the message instead of the client. Message is its English text.
	Told     *lang.Reason    `json:"-"`
	Code     string          `json:"code,omitempty"`
	Duration time.Duration   `json:"duration_ns"`
	Control  clients.Outcome `json:"control"` // what it did with the control
	// Observed is what the server saw of each of its connections, in order.
	Observed []serve.Observation `json:"observed"`
	// Forgotten is the number of further connections, which the server dropped because there were too many.
	Forgotten uint64 `json:"observed_forgotten,omitempty"`
	// Unserved means that this machine cannot serve the scenario to any client.
	Unserved bool `json:"unserved,omitempty"`
	// ServerLog is the lines that a server with its own TLS implementation logged about it.
	ServerLog []string `json:"server_log,omitempty"`
}

// NewCell returns a judged cell as shown in a report.
func NewCell(c verdict.Cell, j verdict.Judgement) Cell {
	return Cell{
		Client: c.Client.ID(), Judgement: j,
		Outcome: c.Result.Outcome, Message: c.Result.Message, Told: c.Result.Told, Code: c.Result.Code,
		Duration: c.Result.Duration, Control: c.Control.Outcome, Observed: c.Observed,
	}
}

// Describe returns a scenario as shown in a report, without cells.
func Describe(s *scenarios.Scenario, chain *pki.Chain, differences []pki.Difference) Scenario {
	out := Scenario{
		ID: s.ID, Family: s.Family, Title: s.Title, Story: Story(s.Story), Fix: s.Fix, Host: s.Host,
		Expect: NewExpectation(s.Expect), Control: s.Control, Sources: s.Sources,
		Differences: append([]pki.Difference{}, differences...),
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

// Unserved reports whether this machine cannot serve a scenario to any client, and why.
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

// Telling returns the line of a client's message that gives the reason, shortened as by [Clip]. For a void cell, it is
// from the message about the control.
func (c Cell) Telling() string {
	message := c.Message
	if c.Kind == verdict.Void && c.Why.Of != nil {
		message = c.Why.Of.Text
	}
	return Clip(messages.Telling(c.Words, message))
}

// Clip returns the beginning and the end of a text, on one line that can be read at a glance.
func Clip(text string) string {
	const first, last = 120, 160
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= first+last {
		return text
	}
	return strings.ToValidUTF8(text[:first], "") + " ... " + strings.ToValidUTF8(text[len(text)-last:], "")
}

// Mark returns the mark that follows a judgement: * if it is a documented deviation, ! if it is not, "" if it is ok.
func Mark(k verdict.Kind, documented bool) string {
	switch {
	case k == verdict.OK:
		return ""
	case documented:
		return "*"
	}
	return "!"
}
