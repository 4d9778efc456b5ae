package diagnose

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/lab/lang"
)

// Letter writes a report for people to read, from the top down as a doctor's letter: what was asked, what answered,
// what is wrong with its fix, the details, and who refuses it.
type Letter struct {
	// Width is the number of columns; zero means 80. Prose is wrapped. Commands are not, so that they can be copied.
	Width int
	// Color turns colors on.
	Color bool
}

// widest is the width of the window, in columns, beyond which prose is not made any wider.
const widest = 100

// Write writes the report in its language.
func (l Letter) Write(w io.Writer, r *Report) error {
	s := &sheet{Letter: l, r: r, words: cmp.Or(r.Language, lang.English).Words("diagnose")}
	s.head()
	s.verdict()
	s.chain()
	s.manners()
	s.predicted()
	s.measured()
	_, err := w.Write(s.out.Bytes())
	return err
}

// sheet is a letter that is being written.
type sheet struct {
	Letter
	r     *Report
	words lang.Words
	out   bytes.Buffer
}

func (s *sheet) width() int { return min(cmp.Or(s.Width, 80), widest) }

func (s *sheet) say(name string, args ...any) string { return s.words.Say("letter."+name, args...) }

func (s *sheet) paint(t string, colors ...text.Color) string {
	if !s.Color {
		return t
	}
	return text.Colors(colors).Sprint(t)
}

// heading begins a section.
func (s *sheet) heading(t string) {
	fmt.Fprintf(&s.out, "\n%s\n", s.paint(t, text.Bold))
}

// hanging writes a paragraph after a mark, with a hanging indent.
func (s *sheet) hanging(indent int, mark, t string) {
	columns := text.StringWidthWithoutEscSequences(mark)
	for i, line := range wrap.Lines(t, s.width()-indent-columns) {
		if i > 0 {
			mark = strings.Repeat(" ", columns)
		}
		fmt.Fprintf(&s.out, "%s%s%s\n", strings.Repeat(" ", indent), mark, line)
	}
}

// table writes rows with aligned columns, indented by two. Rows whose last cell is empty are left out.
func (s *sheet) table(rows [][]string) {
	rows = slices.DeleteFunc(rows, func(row []string) bool { return row[len(row)-1] == "" })
	for _, row := range rows {
		row[0] = "  " + row[0]
	}
	_ = wrap.Columns(&s.out, rows, s.width()) // a buffer does not fail
}

// join joins what is not empty.
func (s *sheet) join(list ...string) string {
	list = slices.DeleteFunc(list, func(t string) bool { return t == "" })
	return strings.Join(list, s.words["comma"])
}

func (s *sheet) head() {
	r := s.r
	title := r.Asked.Host + ":" + strconv.Itoa(r.Asked.Port)
	if strings.Contains(r.Asked.Host, ":") {
		title = "[" + r.Asked.Host + "]:" + strconv.Itoa(r.Asked.Port)
	}
	fmt.Fprintln(&s.out, s.paint(title, text.Bold))
	sni := s.say("no-sni")
	if r.Asked.SNI != "" {
		sni = "SNI " + r.Asked.SNI
	}
	if r.Asked.STARTTLS != "" && r.Asked.STARTTLS != "none" {
		sni = s.join(sni, "STARTTLS "+r.Asked.STARTTLS)
	}
	var addresses []string
	for _, a := range r.Answered.Addresses {
		took := a.Took.Round(time.Millisecond).String()
		if a.End != "" && a.End != ask.EndOpen {
			took = string(a.End)
		}
		addresses = append(addresses, fmt.Sprintf("%s (%s)", a.Address, took))
	}
	spoken := r.Answered.Speaks
	if spoken == "tls" {
		spoken = ""
	}
	s.table([][]string{
		{s.say("asked"), s.join(sni, s.say("handshakes", r.Asked.Attempts), day(r.At))},
		{s.say("addresses"), s.join(addresses...)},
		{s.say("answered"), s.join(spoken, r.Answered.Version, r.Answered.CipherSuite, r.Answered.Group,
			r.Answered.Protocol, r.Answered.Alert)},
		{s.say("roots"), fmt.Sprintf("%s (%d)", visible.Text(r.Asked.Roots), r.Asked.RootCount)},
	})
}

func (s *sheet) verdict() {
	failures, warnings, notes := s.r.of(Failure), s.r.of(Warning), s.r.of(Note)
	switch {
	case len(failures) > 0:
		s.heading(s.paint(s.say("wrong", len(failures)), text.FgRed))
	case len(warnings) > 0:
		s.heading(s.paint(s.say("nearly-good"), text.FgYellow))
	default:
		s.heading(s.paint(s.say("good"), text.FgGreen))
		s.hanging(2, "", s.say("good-row", strings.Join(s.r.Rows[:min(len(s.r.Rows), mostRows)], s.words["comma"])))
	}
	s.findings(failures, text.FgRed)
	if len(warnings) > 0 {
		s.heading(s.say("warnings"))
		s.findings(warnings, text.FgYellow)
	}
	if len(notes) > 0 {
		s.heading(s.say("notes"))
		for _, f := range notes {
			s.hanging(2, "- ", f.What)
		}
	}
}

func (s *sheet) findings(list []Finding, color text.Color) {
	for i, f := range list {
		number := fmt.Sprintf("%d. ", i+1)
		indent := 2 + len(number)
		fmt.Fprintf(&s.out, "  %s%s  %s\n", number, s.paint(f.Code, text.Bold, color),
			s.paint(f.Where, text.Faint))
		s.hanging(indent, "", f.What)
		if f.Fix != "" {
			s.hanging(indent, s.say("fix"), f.Fix)
		}
		if f.Command != "" {
			fmt.Fprintf(&s.out, "%s%s %s\n", strings.Repeat(" ", indent), s.paint("$", text.Faint),
				s.paint(f.Command, text.FgCyan))
		}
	}
}

// mostCertificates is the number of certificates that are shown.
const mostCertificates = 12

func (s *sheet) chain() {
	c := s.r.Chain
	if len(c.Sent) == 0 {
		return
	}
	s.heading(s.say("chain"))
	var rows [][]string
	for i, sent := range c.Sent[:min(len(c.Sent), mostCertificates)] {
		rows = append(rows, []string{strconv.Itoa(i + 1), s.certificate(sent)})
	}
	if left := len(c.Sent) - mostCertificates; left > 0 {
		rows = append(rows, []string{"…", s.say("more", left)})
	}
	s.table(rows)
	for _, p := range c.Paths[:min(len(c.Paths), mostRows)] {
		mark, color := "✗ ", text.FgRed
		if p.Holds {
			mark, color = "✓ ", text.FgGreen
		}
		way := strings.Join(p.Certificates, " ← ")
		if p.Missing != "" {
			way += " ← " + s.say("missing", p.Missing)
		}
		s.hanging(2, s.paint(mark, color), way)
		if !p.Holds && len(c.Paths) > 1 {
			for _, why := range p.Why {
				s.hanging(4, "", why)
			}
		}
	}
	if c.Staple != "" {
		s.table([][]string{{s.say("staple"), c.Staple}})
	}
}

// certificate describes a certificate in one paragraph.
func (s *sheet) certificate(c Certificate) string {
	if c.Error != "" {
		return s.say("unreadable", c.Error)
	}
	role := s.say("role." + cmp.Or(c.Role, "none"))
	names := strings.Join(c.Names[:min(len(c.Names), mostShown)], s.words["comma"])
	if more := c.NameCount - mostShown; more > 0 {
		names = s.words.Say("and-more", names, strconv.Itoa(more))
	}
	ends := s.say("until", c.NotAfter.Format(time.DateOnly), int(c.NotAfter.Sub(s.r.At).Hours()/24))
	if s.r.At.After(c.NotAfter) {
		ends = s.say("ended", c.NotAfter.Format(time.DateOnly))
	}
	return s.join(role+" "+quote(c.Name), names, c.Key, c.Algorithm, ends)
}

func (s *sheet) manners() {
	m := s.r.Manners
	auth := ""
	if m.ClientAuth != "" {
		auth = s.say("auth." + m.ClientAuth)
	}
	tickets := ""
	if m.Tickets {
		tickets = s.say("sent")
	}
	rows := [][]string{
		{s.say("versions"), s.join(m.Versions...)}, {s.say("suites"), s.join(m.Suites...)},
		{s.say("groups"), s.join(m.Groups...)}, {"ALPN", s.join(m.Protocols...)},
		{s.say("client-certificates"), auth}, {s.say("tickets"), tickets},
	}
	if slices.ContainsFunc(rows, func(row []string) bool { return row[1] != "" }) {
		s.heading(s.say("server"))
		s.table(rows)
	}
}
