package diagnose

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

// mark is something that was noticed.
type mark struct {
	code   string
	at     string  // leaf, intermediate, root or client; empty if it is about no certificate
	degree float64 // how much: seconds, bits, a number
	args   []string
}

// teller is the state of [Tell].
type teller struct {
	seen     *ask.Seen
	roots    Roots
	options  Options
	at       time.Time
	words    lang.Words
	language lang.Tag

	pool     *pool
	verifier *verifier
	paths    []*path
	best     *path // nil if there is no certificate
	telling  ask.Attempt
	marks    []mark
	refused  map[*certificate]string // the name that a CA's constraints do not allow
}

// Tell draws conclusions from what a server did. It sends nothing.
func Tell(seen *ask.Seen, roots Roots, o Options) *Report {
	t := newTeller(seen, roots, o)
	t.judgeConnection()
	if t.telling.Certificates != nil {
		t.judgeChain()
	}
	t.judgeManners()
	t.judgeClient()
	t.judgeFirst()
	return t.report()
}

func newTeller(seen *ask.Seen, roots Roots, o Options) *teller {
	language := cmp.Or(o.Language, lang.English)
	t := &teller{
		seen: seen, roots: roots, options: o, words: language.Words("diagnose"), language: language,
		verifier: newVerifier(), at: o.At, refused: map[*certificate]string{},
	}
	if t.at.IsZero() {
		t.at = cmp.Or(seen.At, time.Unix(0, 0))
	}
	t.telling = tellingAttempt(seen.Attempts)
	var fetched [][]byte
	for _, f := range o.Fetched {
		if f.Kind == PointsToIssuer && len(f.Body) > 0 {
			fetched = append(fetched, f.Body)
		}
	}
	t.pool = newPool(t.telling.Certificates, fetched, roots.Certificates)
	t.roots.Name = cmp.Or(roots.Name, t.say("given-roots"))
	return t
}

// tellingAttempt returns the first attempt: that of an ordinary client. If the server sent it no certificate, it is the
// first one to which it did.
func tellingAttempt(list []ask.Attempt) ask.Attempt {
	for _, a := range list {
		if len(a.Certificates) > 0 {
			return a
		}
	}
	if len(list) > 0 {
		return list[0]
	}
	return ask.Attempt{}
}

// first returns the attempt of an ordinary client, and false if no attempt was made.
func (t *teller) first() (ask.Attempt, bool) {
	if len(t.seen.Attempts) == 0 {
		return ask.Attempt{}, false
	}
	return t.seen.Attempts[0], true
}

// note adds a mark.
func (t *teller) note(code, at string, degree float64, args ...string) {
	t.marks = append(t.marks, mark{code: code, at: at, degree: degree, args: args})
}

// has reports whether there is a mark with a code.
func (t *teller) has(code string) bool {
	return slices.ContainsFunc(t.marks, func(m mark) bool { return m.code == code })
}

// explained reports whether something was noticed that prevents a handshake. What is wrong with a certificate does not:
// the handshakes were made without verification.
func (t *teller) explained() bool {
	return slices.ContainsFunc(t.marks, func(m mark) bool {
		info, _ := failure.Lookup(codes[m.code].class)
		certificate := info.Group == "certificate" && m.code != "key-not-proven" && m.at != "client"
		return codes[m.code].severity == Failure && !certificate
	})
}

// say returns a text, formatted with strings, which are made safe to show.
func (t *teller) say(name string, args ...string) string {
	if !strings.Contains(t.words[name], "%") {
		return t.words.Say(name) // it needs no values
	}
	values := make([]any, len(args))
	for i, arg := range args {
		values[i] = visible.Text(arg)
	}
	return t.words.Say(name, values...)
}

// label says how a certificate is called: "the leaf", "the intermediate "R3"".
func (t *teller) label(role string, c *certificate) string {
	if role == "leaf" {
		return t.say("role.leaf")
	}
	return t.say("role."+role, quote(c.readable()))
}

// span says how long a time is, in one unit.
func (t *teller) span(d time.Duration) string {
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"days", 24 * time.Hour}, {"hours", time.Hour}, {"minutes", time.Minute}, {"seconds", time.Second}} {
		n := int64(d / unit.size)
		if n == 1 {
			return t.say("one." + unit.name)
		}
		if n > 1 || unit.name == "seconds" {
			return t.say(unit.name, strconv.FormatInt(n, 10))
		}
	}
	return ""
}

// report puts the report together.
func (t *teller) report() *Report {
	r := &Report{
		Schema: Schema, Language: t.language, At: t.at.UTC(), Asked: t.asked(), Answered: t.answered(),
		Findings: t.findings(), Chain: t.chain(), Manners: t.manners(),
	}
	r.Rows = t.rows(r.Findings)
	r.Predicted = predict(r)
	return r
}

// findings returns the marks that are findings, the most harmful first.
func (t *teller) findings() []Finding {
	list := []Finding{}
	slices.SortStableFunc(t.marks, func(a, b mark) int {
		return cmp.Or(harm(a.code)-harm(b.code), strings.Compare(a.at, b.at))
	})
	seen := map[string]bool{}
	for _, m := range t.marks {
		c := codes[m.code]
		what := t.say(m.code+".what", m.args...)
		if c.severity == hidden || seen[m.code+what] {
			continue
		}
		seen[m.code+what] = true
		f := Finding{
			Code: m.code, Class: c.class, Severity: c.severity, What: sentence(what), Rows: t.rowsOf(m),
			Where: strings.ReplaceAll(c.where, "{at}", cmp.Or(m.at, "leaf")),
		}
		if len(f.Rows) > 0 {
			f.Command = "tlslab run " + f.Rows[0]
		}
		if c.severity != Note {
			f.Fix = t.fix(m, f)
		}
		list = append(list, f)
	}
	return list
}

// sentence begins with a capital letter.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 || first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// fix returns the text of the code, or else the row's, or else that of the class.
func (t *teller) fix(m mark, f Finding) string {
	if text, ok := t.words[m.code+".fix"]; ok {
		return text
	}
	if len(f.Rows) > 0 {
		return t.fixOf(f.Rows[0])
	}
	return ""
}

func (t *teller) asked() Asked {
	a := t.seen.Target
	sni := a.SNI
	if sni == "" && !askedFor(a.Host).ip.IsValid() {
		sni = a.Host
	}
	if sni == "-" {
		sni = ""
	}
	return Asked{
		Host: clip(a.Host, 4*longestName), Port: a.Port, SNI: clip(sni, 4*longestName),
		STARTTLS: cmp.Or(t.seen.STARTTLS, a.STARTTLS), Roots: t.roots.Name, RootCount: len(t.roots.Certificates),
		Attempts: len(t.seen.Attempts),
	}
}

func (t *teller) answered() Answered {
	a := Answered{Addresses: []Address{}, Speaks: t.seen.Speaks}
	for _, address := range t.seen.Addresses {
		a.Addresses = append(a.Addresses, Address{address.Address, address.End, address.Duration})
	}
	first := t.telling
	if first.Version != 0 {
		a.Version = wire.VersionName(first.Version)
	}
	if first.CipherSuite != 0 {
		a.CipherSuite = wire.CipherSuiteName(first.CipherSuite)
	}
	if first.Group != 0 {
		a.Group = wire.GroupName(first.Group)
	}
	a.Protocol = clip(first.Protocol, longestName)
	if first.Alert != nil {
		a.Alert = first.Alert.String()
	}
	return a
}

// chain describes the certificates.
func (t *teller) chain() Chain {
	c := Chain{Sent: []Certificate{}, Paths: []Path{}, Staple: t.staple()}
	for _, sent := range t.pool.sent {
		c.Sent = append(c.Sent, t.describe(sent))
	}
	slices.SortStableFunc(t.paths, func(a, b *path) int { return a.weight() - b.weight() })
	for _, p := range t.paths {
		c.Paths = append(c.Paths, t.describePath(p))
	}
	return c
}

// mostListed is the number of names that a report has of one certificate.
const mostListed = 100

func (t *teller) describe(c *certificate) Certificate {
	if c.err != nil {
		return Certificate{Error: clip(c.err.Error(), 2*longestName)}
	}
	d := Certificate{
		Name: c.readable(), Subject: c.names.subject, Issuer: c.names.issuer, NotBefore: c.from, NotAfter: c.to,
		Key: c.keyName(), Algorithm: c.algorithmName(), NameCount: len(c.dns) + len(c.ips),
	}
	for _, p := range t.paths {
		if role, on := p.roleOf(c); on && d.Role == "" {
			d.Role = role
		}
	}
	for _, name := range c.dns[:min(len(c.dns), mostListed)] {
		d.Names = append(d.Names, "DNS:"+clip(name, longestName))
	}
	for _, ip := range c.ips[:min(len(c.ips), mostListed-len(d.Names))] {
		d.Names = append(d.Names, "IP:"+ip.String())
	}
	return d
}

func (t *teller) describePath(p *path) Path {
	d := Path{Certificates: []string{}, Holds: p.holds()}
	for _, c := range p.certificates {
		d.Certificates = append(d.Certificates, c.readable())
	}
	if last := p.certificates[len(p.certificates)-1]; p.ending == endsIncomplete {
		d.Missing = last.names.issuerCommon
	}
	for _, m := range p.marks {
		if codes[m.code].severity == Failure {
			d.Why = append(d.Why, sentence(t.say(m.code+".what", m.args...)))
		}
	}
	return d
}
