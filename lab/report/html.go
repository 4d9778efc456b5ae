package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/shell"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
)

var (
	//go:embed page/matrix.html
	pageHTML string
	//go:embed page/matrix.css
	pageCSS string
	//go:embed page/matrix.js
	pageJS string
)

// page is the data of the template.
type page struct {
	// Policy is the page's Content-Security-Policy. It allows the page's own script and style, and no requests.
	Policy string
	Style  template.CSS
	Script template.JS
	Data   pageData
}

// pageData is a run as the page's script reads it. Texts are in Strings once, and elsewhere their index; index 0 is the
// empty string. All texts are as returned by [visible.Text].
type pageData struct {
	Kinds        []kind         `json:"kinds"`
	Clients      []pageClient   `json:"clients"`
	Groups       []pageGroup    `json:"groups"`
	Scenarios    []pageScenario `json:"scenarios"`
	Strings      []string       `json:"strings"`
	Observations [][]int        `json:"observations"` // label, value, label, value ..., in the order shown
	// Again is the flags that mint the same chains, to be appended to a command.
	Again   string   `json:"again"`
	Started string   `json:"started"`
	Seconds float64  `json:"seconds"`
	Missing []string `json:"missing"`
}

type pageClient struct {
	ID      string `json:"id"`
	Name    string `json:"name"` // quoted for a shell
	Stack   string `json:"stack"`
	Variant string `json:"variant"`
	Version string `json:"version"`
	Library string `json:"library"`
	About   string `json:"about"`
}

// pageGroup is a group of clients that the page can show as one column.
type pageGroup struct {
	Stack    string `json:"stack"`
	Variant  string `json:"variant"`
	Versions string `json:"versions"`
	Clients  []int  `json:"clients"`
}

type pageScenario struct {
	ID       string     `json:"id"`
	Family   string     `json:"family"`
	Title    string     `json:"title"`
	Expected string     `json:"expected"`
	Control  string     `json:"control"`
	What     string     `json:"what"`
	Where    string     `json:"where"`
	Fix      string     `json:"fix"`
	Cells    []pageCell `json:"cells"` // by client; empty if it did not run
}

// pageCell is a cell as numbers: kind, documented, outcome, class, from alert, why, message, control, what the server
// saw, disagreement, the server's log, then the connections. Texts are indices.
type pageCell []int

// WriteHTML writes a run as a self-contained page: a map of clients and scenarios that can be sorted and filtered. Each
// cell opens to show the client's message, the server's observation, and the command that reproduces it.
func WriteHTML(w io.Writer, r *result.Run) error {
	t, err := template.New("matrix").Parse(pageHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, page{
		Policy: "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; " +
			"style-src '" + digest(pageCSS) + "'; script-src '" + digest(pageJS) + "'",
		Style:  template.CSS(pageCSS),
		Script: template.JS(pageJS),
		Data:   newPage(r),
	})
}

// digest returns the source expression for an inline script or style in a Content-Security-Policy.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// newPage returns the page's data.
func newPage(r *result.Run) pageData {
	b := pageBuilder{strings: map[string]int{"": 0}, observations: map[string]int{}, pageData: pageData{
		Kinds: kinds, Clients: []pageClient{}, Groups: []pageGroup{}, Scenarios: []pageScenario{},
		Strings: []string{""}, Observations: [][]int{}, Missing: []string{}, // the script expects lists
	}}
	b.Started, b.Seconds = r.Started.UTC().Format(time.RFC3339), r.Duration.Seconds()
	if r.Seed != "" { // a record has no seed
		b.Again = " " + visible.Text(r.Again())
	}
	for _, m := range r.Missing {
		b.Missing = append(b.Missing, visible.Text(m.Stack+" ("+m.Reason.Text+")"))
	}
	for _, c := range r.Clients {
		id := visible.Text(c.ID())
		b.Clients = append(b.Clients, pageClient{
			ID: id, Name: shell.Quote(id), Stack: visible.Text(c.Stack), Variant: visible.Text(c.Variant),
			Version: visible.Text(c.Version), Library: visible.Text(c.Library), About: visible.Text(c.About),
		})
	}
	for _, g := range r.Groups() {
		out := pageGroup{
			Stack: visible.Text(g.Stack), Variant: visible.Text(g.Variant), Versions: visible.Text(g.Versions),
		}
		for _, c := range g.Clients {
			same := func(o clients.Info) bool { return o.ID() == c.ID() }
			out.Clients = append(out.Clients, slices.IndexFunc(r.Clients, same))
		}
		b.Groups = append(b.Groups, out)
	}
	x := r.Index()
	for _, s := range r.Scenarios {
		out := pageScenario{
			ID: visible.Text(s.ID), Family: visible.Text(string(s.Family)), Title: visible.Text(s.Title),
			Expected: visible.Text(expectation(s, english())), Control: visible.Text(s.Control),
			What: visible.Text(s.Story.What), Where: visible.Text(s.Story.Where), Fix: visible.Text(s.Fix),
			Cells: []pageCell{},
		}
		for _, c := range r.Clients {
			out.Cells = append(out.Cells, b.cell(x.Cell(s.ID, c.ID())))
		}
		b.Scenarios = append(b.Scenarios, out)
	}
	return b.pageData
}

// pageBuilder collects texts and observations, each once.
type pageBuilder struct {
	pageData
	strings      map[string]int
	observations map[string]int
}

func (b *pageBuilder) cell(c *result.Cell) pageCell {
	if c == nil {
		return pageCell{}
	}
	flag := func(set bool) int {
		if set {
			return 1
		}
		return 0
	}
	out := pageCell{
		slices.IndexFunc(kinds, func(k kind) bool { return k.Kind == c.Kind }), flag(c.Documented),
		b.text(string(c.Outcome)), b.text(string(c.Class)), flag(c.FromAlert),
		b.text(c.Why.Text), b.text(c.Message), b.text(string(c.Control)),
		b.text(Saw(c.Observed)), b.text(c.Disagreement.Text), b.text(strings.Join(c.ServerLog, "\n")),
	}
	for _, o := range c.Observed {
		out = append(out, b.observation(o))
	}
	return out
}

// text returns the index of a text.
func (b *pageBuilder) text(s string) int {
	s = visible.Text(strings.TrimSpace(s))
	i, known := b.strings[s]
	if !known {
		i = len(b.Strings)
		b.strings[s] = i
		b.Strings = append(b.Strings, s)
	}
	return i
}

// observation returns the index of a connection's observation.
func (b *pageBuilder) observation(o serve.Observation) int {
	rows := []int{}
	row := func(label string, values ...string) {
		if value := b.text(strings.Join(values, " ")); value != 0 {
			rows = append(rows, b.text(label), value)
		}
	}
	if h := o.Hello; h != nil {
		row("SNI", h.ServerName)
		row("offered versions", h.Versions...)
		row("offered suites", h.CipherSuites...)
		row("offered groups", h.Groups...)
		row("key shares", h.KeyShares...)
		row("ALPN", h.Protocols...)
		if h.StatusRequest {
			row("OCSP staple", "asked for")
		}
	}
	row("negotiated", o.Version, o.CipherSuite, o.Group, o.Protocol)
	row("client certificate", o.ClientCertificate)
	if o.AlertReceived != nil {
		row("alert received", o.AlertReceived.String())
	}
	if o.AlertSent != nil {
		row("alert sent", o.AlertSent.String())
	}
	row("end", string(o.End))
	row("error", o.Error)
	key := fmt.Sprint(rows)
	i, known := b.observations[key]
	if !known {
		i = len(b.Observations)
		b.observations[key] = i
		b.Observations = append(b.Observations, rows)
	}
	return i
}
