// Package assess draws conclusions about a client as a whole from its cells: that it does not verify, checks no names,
// trusts something else. tlslab test, tlslab check, lab/labtest and the page of tlslab up all use it, so that they say
// the same about the same client.
//
// [Find] draws findings from what a client did with some scenarios. Each has a [Code], the scenarios that show it, and
// what the client said there. [Assess] grades a complete run of a client under test, and compares it with the
// [Deviations] that its user accepts. The sentences are in lab/assess/prose, in each language.
package assess

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Finding is what several cells together show about a client.
type Finding struct {
	Code Code
	// Scenarios lists the scenarios that show it, or that it explains.
	Scenarios []string
	// Unproven lists scenarios whose control is in Scenarios. Because the client refuses the control too, what it did
	// with them proves nothing.
	Unproven []string
	Evidence Evidence
}

// Explains returns the scenarios that a finding explains, including unproven ones.
func (f Finding) Explains() []string { return slices.Concat(f.Scenarios, f.Unproven) }

// Evidence is what a client said in the first of the scenarios that show a finding.
type Evidence struct {
	// Scenario is the ID of that scenario, or of its control if that is where it said so.
	Scenario string
	// Outcome is what it said that it did: accepted or rejected, or failed if its program failed.
	Outcome clients.Outcome
	// Says is the most informative line of its message, shortened, or how its program failed. It is empty if the client
	// accepted or said nothing.
	Says string
}

// Row is a scenario, and what the client did with it.
type Row struct {
	*result.Scenario
	result.Cell
	// Wrong means that the client was wrong. Findings explain wrong rows; all others are evidence.
	Wrong bool
	// Declared is the scenario as its catalogue declares it. Nil means that of the built-in catalogue.
	Declared *scenarios.Scenario
}

// RowsOf returns the rows of a run over one client. None is marked as wrong.
func RowsOf(run *result.Run) []Row {
	var rows []Row
	for i := range run.Scenarios {
		declared, _ := run.Catalogue.Lookup(run.Scenarios[i].ID)
		for _, c := range run.Scenarios[i].Cells {
			rows = append(rows, Row{Scenario: &run.Scenarios[i], Cell: c, Declared: declared})
		}
	}
	return rows
}

// Told is what a client that was misled about the scenario did when it was told the truth. It is zero for a client that
// was never misled.
type Told struct {
	// Names means that it was right with the true names in everything that it had got wrong.
	Names bool
	// Ports means the same with the true names at the usual ports.
	Ports bool
}

// sheet is the data from which findings are drawn.
type sheet struct {
	rows []Row
	told Told
}

// finder draws a finding from the rows that no earlier finder has explained.
type finder struct {
	code Code
	find func(s *sheet, open []Row) []Row
	// voids means that it also explains rows whose control was refused. Other finders are not given such rows.
	voids bool
	// apart, if not nil, splits the rows into one finding for each of its values.
	apart func(Row) string
}

// finders are tried in this order. Findings that make others meaningless come first.
var finders = slices.Concat([]finder{
	{code: DecidesByName, voids: true, find: func(s *sheet, open []Row) []Row { return turned(open, s.told.Names) }},
	{code: DecidesByPort, voids: true, find: func(s *sheet, open []Row) []Row { return turned(open, s.told.Ports) }},
	{code: NotAsked, find: each(Row.notAsked)},
	{code: ProgramFails, find: each(Row.programFailed), apart: Row.failure},
	{code: NeverConnects, voids: true, find: neverConnects},
}, refusing, []finder{
	{code: InTheClear, find: each(Row.inTheClear)},
	{code: RetriesUnverified, find: each(Row.retried)},
	{code: ReportsSuccess, find: reportsSuccess},
}, accepting, []finder{
	{code: SendsUnverified, find: each(Row.served)},
	{code: AcceptsOther, find: each(Row.Taken)},
	{code: NoTimeout, find: each(func(r Row) bool { return Overran(r.Cell) })},
	{code: GoesOnWithout, find: each(func(r Row) bool { return r.Kind == verdict.WrongReason && r.aboutOwnFiles() })},
	{code: OneReason, find: oneReason},
	{code: WrongReason, find: each(kindIs(verdict.WrongReason))},
	{code: ReasonUnrecognised, find: reasonUnrecognised},
	{code: ReasonHidden, find: each(func(r Row) bool { return r.Outcome == clients.Rejected })},
	{code: NothingShown, find: func(_ *sheet, open []Row) []Row { return open }},
})

// Find draws findings from what a client did, in the order of [Codes]. They explain every row with [Row.Wrong] set.
func Find(rows []Row, told Told) []Finding {
	s := &sheet{rows: rows, told: told}
	open := only(rows, func(r Row) bool { return r.Wrong })
	var list []Finding
	for _, f := range finders {
		given := open
		if !f.voids {
			given = only(open, func(r Row) bool { return r.Kind != verdict.Void })
		}
		found := f.find(s, given)
		if len(found) == 0 {
			continue
		}
		explains := func(r Row) bool { return r.among(found) || r.Kind != verdict.Void && r.follows(found) }
		list = add(list, f, found, only(open, explains))
		open = only(open, func(r Row) bool { return !explains(r) })
	}
	return unproven(list, open)
}

// add adds the rows that a finder has found or explains to the list, to an existing finding with its code if there is
// one.
func add(list []Finding, f finder, found, explained []Row) []Finding {
	apart := f.apart
	if apart == nil {
		apart = func(Row) string { return "" }
	}
	for _, group := range Groups(explained, apart) {
		i := slices.IndexFunc(list, func(known Finding) bool { return f.apart == nil && known.Code == f.code })
		if i < 0 {
			i = len(list)
			first := slices.IndexFunc(group, func(r Row) bool { return r.among(found) })
			list = append(list, Finding{Code: f.code, Evidence: group[first].evidence()})
		}
		for _, r := range group {
			list[i].Scenarios = append(list[i].Scenarios, r.ID)
		}
	}
	return list
}

// unproven adds the rows whose control was refused to the finding that explains the control, or else to [RejectsGood].
func unproven(list []Finding, voids []Row) []Finding {
	for _, r := range voids {
		control := controlOf(r, voids)
		i := slices.IndexFunc(list, func(f Finding) bool { return slices.Contains(f.Scenarios, control) })
		if i < 0 {
			i = len(list)
			said := Evidence{Scenario: control, Outcome: clients.Rejected, Says: r.Telling()}
			list = append(list, Finding{Code: RejectsGood, Scenarios: []string{control}, Evidence: said})
		}
		list[i].Unproven = append(list[i].Unproven, r.ID)
	}
	codes := Codes()
	slices.SortStableFunc(list, func(a, b Finding) int {
		return slices.Index(codes, a.Code) - slices.Index(codes, b.Code)
	})
	return list
}

// controlOf returns the control of a row. If that is void itself, it returns the control of that, and so on.
func controlOf(r Row, voids []Row) string {
	control := r.Scenario.Control
	if i := slices.IndexFunc(voids, func(o Row) bool { return o.ID == control }); i >= 0 {
		return controlOf(voids[i], voids)
	}
	return control
}

// evidence returns what the client said in a row.
func (r Row) evidence() Evidence {
	e := Evidence{Scenario: r.ID, Outcome: r.Outcome}
	switch {
	case r.neverConnected():
		e.Outcome = clients.Accepted
	case r.programFailed():
		e.Outcome, e.Says = clients.Failed, r.failure()
	case r.Kind == verdict.Void:
		e.Scenario, e.Outcome, e.Says = r.Scenario.Control, clients.Rejected, r.Telling()
	case r.Outcome == clients.Rejected:
		e.Says = r.Telling()
	}
	return e
}

// follows reports whether the client refused for the same reason as it refused good servers. Then both have the same
// explanation.
func (r Row) follows(found []Row) bool {
	return r.Outcome == clients.Rejected && slices.ContainsFunc(refused(found), func(good Row) bool {
		return good.Class == r.Class && (r.Class != "" || ownWords(good.Message) == ownWords(r.Message))
	})
}

// turned returns the wrong rows if the client gets them right when it is told the truth.
func turned(wrong []Row, right bool) []Row {
	if !right {
		return nil
	}
	return wrong
}

// neverConnects is about a client that made no connection at all.
func neverConnects(s *sheet, open []Row) []Row {
	if slices.ContainsFunc(s.rows, func(r Row) bool { return len(r.Observed) > 0 }) {
		return nil
	}
	return open
}

// among reports whether a row is in a list.
func (r Row) among(rows []Row) bool {
	return slices.ContainsFunc(rows, func(o Row) bool { return o.Scenario == r.Scenario && o.Client == r.Client })
}

// Canonical returns the class that the scenario is about, or "" if it is about no class.
func (r Row) Canonical() failure.Class {
	if len(r.Expect.Failures) == 0 {
		return ""
	}
	return r.Expect.Failures[0]
}

// base returns the scenario's ID without the prefix of its service.
func (r Row) base() string {
	return scenarios.Base(r.ID)
}

// declared returns the scenario as the catalogue declares it, or the zero scenario if the catalogue does not have it.
func (r Row) declared() *scenarios.Scenario {
	if r.Declared != nil {
		return r.Declared
	}
	if s, ok := scenarios.Lookup(r.ID); ok {
		return s
	}
	return &scenarios.Scenario{}
}

// notAsked reports whether the scenario could not be run with the client. This excludes clients that only complete the
// handshake.
func (r Row) notAsked() bool { return r.Kind == verdict.Unsupported && r.Outcome != clients.Accepted }

// programFailed reports whether the client's program failed for a reason unrelated to TLS.
func (r Row) programFailed() bool {
	return r.Kind == verdict.Error && !r.neverConnected() && !r.Contradicted
}

// failure returns how the program failed.
func (r Row) failure() string { return result.Clip(r.Why.Text) }

// neverConnected reports whether the client says that it accepted, but made no connection.
func (r Row) neverConnected() bool { return r.Why.Has(verdict.NeverConnected) }

// decided reports whether the client accepted or rejected the scenario in a way that counts.
func (r Row) decided() bool {
	return !slices.Contains([]verdict.Kind{verdict.Void, verdict.Unsupported, verdict.Error}, r.Kind)
}

// isVerified reports whether a client must refuse because of the server's certificate. This excludes servers without
// the key of their certificate, which clients that do not verify refuse too.
func (r Row) isVerified() bool {
	i, _ := failure.Lookup(r.Canonical())
	return r.Expect.Verdict == scenarios.Reject && r.Family != scenarios.ClientCertificates &&
		i.Group == "certificate" && i.Class != failure.KeyMismatch
}

// presents reports whether the server requires a client certificate, whether or not the client's is good.
func (r Row) presents() bool {
	if r.Expect.Verdict == scenarios.Accept {
		return r.declared().Recipe.Client != nil
	}
	i, _ := failure.Lookup(r.Canonical())
	return r.Family == scenarios.ClientCertificates && i.Group == "handshake"
}

// aboutOwnFiles reports whether the scenario is about an unusable file of the client's.
func (r Row) aboutOwnFiles() bool {
	i, _ := failure.Lookup(r.Canonical())
	return i.Group == "client"
}

// aboutAnchors reports whether the scenario is about the client's file of trust anchors.
func (r Row) aboutAnchors() bool { return r.declared().Setup.CA != "" }

// Taken reports whether the client says that it accepted what it must refuse.
func (r Row) Taken() bool {
	return r.Expect.Verdict != scenarios.Accept && r.Outcome == clients.Accepted &&
		(r.Kind != verdict.Error || r.Contradicted)
}

// accepted reports whether the client accepted what it must refuse, and the server's record confirms it.
func (r Row) accepted() bool { return r.Taken() && r.decided() }

// refusedIt reports whether the client refused what it must refuse, for any reason, and accepted the control.
func (r Row) refusedIt() bool {
	return r.Expect.Verdict != scenarios.Accept && r.Outcome == clients.Rejected && r.decided()
}

// served reports whether the client refused a certificate only after the server had answered its request, so that it
// sent its request to an unverified server.
func (r Row) served() bool {
	i, _ := failure.Lookup(r.Canonical())
	return r.Outcome == clients.Rejected && i.Group == "certificate" &&
		slices.ContainsFunc(r.Observed, func(o serve.Observation) bool { return o.End == serve.EndServed })
}

// inTheClear reports whether the client sent something that is not TLS. If the client has to ask for TLS in plaintext,
// it reports whether the client went on without TLS.
func (r Row) inTheClear() bool {
	asks := r.declared().Service.StartTLS() != ""
	return slices.ContainsFunc(r.Observed, func(o serve.Observation) bool {
		if asks {
			return o.ApplicationData && !o.HandshakeComplete
		}
		return o.End == serve.EndNotTLS && o.BytesReceived > 0
	})
}

// Overran reports whether the lab had to end the client. Whether that is wrong depends on how much time the client was
// given.
func Overran(c result.Cell) bool {
	return c.Outcome == clients.Rejected && strings.HasPrefix(c.Message, clients.OverrunPrefix)
}

// AtFault reports whether the client did something that is wrong regardless of its outcome: it sent something without
// TLS, or sent its request before it refused the certificate.
func (r Row) AtFault() bool {
	return r.Kind != verdict.Unsupported && (r.inTheClear() || r.served())
}

func completed(o serve.Observation) bool { return o.HandshakeComplete && o.AlertReceived == nil }

func kindIs(k verdict.Kind) func(Row) bool { return func(r Row) bool { return r.Kind == k } }

// each returns a finder that looks at each row by itself.
func each(so func(Row) bool) func(*sheet, []Row) []Row {
	return func(_ *sheet, open []Row) []Row { return only(open, so) }
}

// only returns the rows for which so is true.
func only(rows []Row, so func(Row) bool) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !so(r) })
}

// all reports whether so is true for all rows. It is false if there are none.
func all(rows []Row, so func(Row) bool) bool {
	return len(rows) > 0 && !slices.ContainsFunc(rows, func(r Row) bool { return !so(r) })
}
