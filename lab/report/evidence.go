package report

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// conclusion is a finding about the client as a whole, and the evidence that it needs in the run. It is
// not drawn from what went wrong alone: the rows named must have been asked, and nothing may speak
// against it.
type conclusion struct {
	name string
	// about selects the rows that the conclusion is about. One of them that the client rejected, for
	// whatever reason, refutes it.
	about func(asked) bool
	// accepted names scenarios that the client must have accepted: one at least of each list. An
	// empty list stands for all that the conclusion is about and that no other list names.
	accepted [][]string
	// rejected names scenarios that it must have rejected, for the right reason: one at least of each
	// list.
	rejected [][]string
	// explains says what else a client that does this accepts.
	explains func(asked) bool
}

// The scenarios that conclusions rest on, without the prefix of their service.
var (
	nobodysCA   = []string{"self-signed", "untrusted-root"} // nobody that the client trusts has signed
	othersNames = []string{"wrong-host"}                    // a name that is for another host, in the plainest way
	pastDates   = []string{"expired"}
	anyOther    = []string{}
)

// conclusions are tried in this order: the wider ones come first.
var conclusions = []conclusion{
	{name: "does-not-verify", about: asked.isVerified, accepted: [][]string{nobodysCA, othersNames, pastDates}, explains: asked.isAboutTrust},
	{name: "does-not-check-names", about: asked.isName, accepted: [][]string{othersNames, anyOther}},
	{name: "does-not-check-the-chain", about: asked.isChain, accepted: [][]string{nobodysCA, pastDates, anyOther}, rejected: [][]string{othersNames}},
}

// says returns what a conclusion says, and what the client's author is to do.
func (c conclusion) says(w *words) (says, todo string) {
	f := w.findings
	texts := map[string][2]string{
		"does-not-verify":          {f.verifiesNothing, f.verifiesNothingToDo},
		"does-not-check-names":     {f.checksNoNames, f.checksNoNamesToDo},
		"does-not-check-the-chain": {f.checksNoChain, f.checksNoChainToDo},
	}[c.name]
	return texts[0], texts[1]
}

// find draws the conclusion, if the run bears it out.
func (c conclusion) find(w *words, all, bad []asked) []Finding {
	if !c.holds(all) {
		return nil
	}
	says, todo := c.says(w)
	return finding(only(bad, func(r asked) bool { return c.about(r) || c.explains != nil && c.explains(r) }), c.name, says, todo)
}

// holds reports whether the run bears the conclusion out.
func (c conclusion) holds(all []asked) bool {
	rows := only(all, c.about)
	if !everyone(rows, verdict.Insecure) {
		return false
	}
	named := slices.Concat(c.accepted...)
	for _, list := range c.accepted {
		among := func(r asked) bool { return slices.Contains(list, r.base()) }
		if len(list) == 0 {
			among = func(r asked) bool { return !slices.Contains(named, r.base()) }
		}
		if !slices.ContainsFunc(rows, among) {
			return false
		}
	}
	for _, list := range c.rejected {
		right := func(r asked) bool { return r.Kind == verdict.OK && slices.Contains(list, r.base()) }
		if !slices.ContainsFunc(all, right) {
			return false
		}
	}
	return true
}

// base returns the scenario's ID without the prefix of its service.
func (r asked) base() string {
	return strings.TrimPrefix(strings.TrimPrefix(r.ID, "mongo-"), "mongod-")
}

// isVerified reports whether it is for verifying the server's certificate that a client must reject the
// scenario, and whether this one was asked and did something that counts.
func (r asked) isVerified() bool {
	i, _ := failure.Lookup(r.canonical())
	return r.Family != scenarios.ClientCertificates && r.Expect.Verdict == scenarios.Reject && r.Expect.Level == scenarios.Must &&
		i.Group == "certificate" && i.Class != failure.KeyMismatch &&
		slices.Contains([]verdict.Kind{verdict.OK, verdict.Insecure, verdict.WrongReason, verdict.Unrecognised}, r.Kind)
}

func (r asked) isName() bool { return r.isVerified() && r.canonical() == failure.HostnameMismatch }

func (r asked) isChain() bool { return r.isVerified() && !r.isName() }

// isAboutTrust reports whether the client accepted with a file of its own that is no use: a client that
// does not verify needs no trust anchors either.
func (r asked) isAboutTrust() bool {
	i, _ := failure.Lookup(r.canonical())
	return i.Group == "client" && r.Kind == verdict.Insecure
}
