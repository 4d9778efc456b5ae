package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
)

// The form of JUnit XML that CI systems read. There is no standard; this is what the schemas of Jenkins' xUnit plugin
// and of Ant's task have in common.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"` // seconds
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"` // without a zone, in UTC
		Properties []junitProperty `xml:"properties>property,omitempty"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string       `xml:"name,attr"`
		Class   string       `xml:"classname,attr"`
		Time    string       `xml:"time,attr"`
		Skipped *junitResult `xml:"skipped"`
		Error   *junitResult `xml:"error"`
		Failure *junitResult `xml:"failure"`
		Out     string       `xml:"system-out,omitempty"`
	}
	junitResult struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes a run as JUnit XML, with a suite per client and a case per scenario. Cases that are not as
// documented fail. Documented deviations pass, with the reason in their output. What a client cannot do is skipped.
func WriteJUnit(w io.Writer, r *result.Run) error { return junit(r).write(w) }

// junit returns the suites of a run.
func junit(r *result.Run) junitSuites {
	out := junitSuites{Name: "tlslab", Time: seconds(r.Duration)}
	x := r.Index()
	for _, c := range r.Clients {
		out.add(suite(r, c, x))
	}
	return out
}

func (out *junitSuites) add(s junitSuite) {
	out.Tests += s.Tests
	out.Failures += s.Failures
	out.Errors += s.Errors
	out.Suites = append(out.Suites, s)
}

func (out junitSuites) write(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// suite returns the suite of a client.
func suite(r *result.Run, c clients.Info, x result.Index) junitSuite {
	s := junitSuite{Name: c.ID(), Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"), Properties: []junitProperty{
		{"seed", visible.Text(r.Seed)}, {"at", r.At.Format(time.RFC3339)},
		{"library", visible.Text(c.Library)}, {"about", visible.Text(c.About)},
	}}
	var total time.Duration
	for _, scenario := range r.Scenarios {
		cell := x.Cell(scenario.ID, c.ID())
		if cell == nil {
			continue
		}
		s.Tests++
		total += cell.Duration
		one := junitCase{Name: scenario.ID, Class: c.ID() + "." + string(scenario.Family), Time: seconds(cell.Duration)}
		what := oneLine(cell)
		text := account(r, scenario, cell)
		switch {
		case cell.Kind == verdict.Error:
			s.Errors++
			one.Error = &junitResult{what, string(cell.Kind), text}
		case !cell.Documented:
			s.Failures++
			one.Failure = &junitResult{what, string(cell.Kind), text}
		case cell.Kind == verdict.Unsupported:
			s.Skipped++
			one.Skipped = &junitResult{Message: visible.Text(cell.Why.Text)}
		case cell.Kind != verdict.OK:
			one.Out = text
		}
		s.Cases = append(s.Cases, one)
	}
	s.Time = seconds(total)
	return s
}

// oneLine returns the result of a cell in one line.
func oneLine(c *result.Cell) string {
	words := []string{string(c.Kind) + result.Mark(c.Kind, c.Documented)}
	if c.Class != "" {
		words = append(words, "("+string(c.Class)+")")
	}
	if !c.Why.IsZero() {
		words = append(words, visible.Text(c.Why.Text))
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// account describes a cell in full.
func account(r *result.Run, s result.Scenario, c *result.Cell) string {
	var out strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&out, "%s: %s\n", label, visible.Text(text))
		}
	}
	line("scenario", s.Title)
	line("expected", expectation(s, english()))
	line("outcome", string(c.Outcome))
	line("judgement", string(c.Kind)+result.Mark(c.Kind, c.Documented))
	line("class", string(c.Class))
	line("why", c.Why.Text)
	line("its message", c.Message)
	line("the server saw", Saw(c.Observed))
	line("the server's log", strings.Join(c.ServerLog, "\n"))
	line("they disagree", c.Disagreement.Text)
	line("to reproduce", r.Command(s.ID, c.Client))
	return out.String()
}

// seconds returns a duration as in JUnit XML.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
