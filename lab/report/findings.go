package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Finding is what several judgements together say of a client.
type Finding struct {
	Name      string   `json:"name"`      // in kebab-case
	Says      string   `json:"says"`      // what the client does
	ToDo      string   `json:"to_do"`     // what its author is to do
	Scenarios []string `json:"scenarios"` // what it is drawn from
}

// finder draws a conclusion from the rows of a run: all of them, and those that are bad and that
// no finder before it has explained.
type finder func(all, bad []asked) []Finding

// finders are tried in this order.
var finders = []finder{neverConnected, acceptsNothing, voids, verifiesNothing, checksNoNames, checksNoChain, oneReason, notRecognised, failures}

func findings(all, bad []asked) []Finding {
	list := []Finding{}
	for _, find := range finders {
		for _, f := range find(all, bad) {
			list = append(list, f)
			bad = slices.DeleteFunc(slices.Clone(bad), func(r asked) bool { return slices.Contains(f.Scenarios, r.ID) })
		}
	}
	return list
}

func neverConnected(_, bad []asked) []Finding {
	lied := only(bad, func(r asked) bool { return strings.HasSuffix(r.Why, verdict.NeverConnected) })
	return finding(lied, "never-connected", "It says accepted, and never connected.",
		"the command must connect to {url}, or TLSLAB_URL, each time that it is started, and its exit status must say whether it could")
}

// acceptsNothing is about a client that rejects what is good as well.
func acceptsNothing(all, bad []asked) []Finding {
	good := only(all, func(r asked) bool {
		return r.Family == scenarios.Baseline && r.Expect.Level == scenarios.Must && r.Kind != verdict.Unsupported
	})
	refused := only(good, func(r asked) bool { return r.Kind == verdict.Broken })
	if len(refused) == 0 || len(refused) < len(good) {
		return nil
	}
	says := "It accepts nothing, the good chains neither, so that its rejections prove nothing. Of " + refused[0].ID + " it says: " + refused[0].telling()
	if !slices.ContainsFunc(all, func(r asked) bool { return len(r.Observed) > 0 }) {
		says = "It never connected. Of " + refused[0].ID + " it says: " + refused[0].telling()
	}
	return finding(only(bad, func(r asked) bool { return r.Kind == verdict.Broken || r.Kind == verdict.Void }), "accepts-nothing", says,
		"the command must connect to {url}, trust {ca}, send a request and read the answer; tlslab up good serves the good chain for you to try it by hand")
}

// voids gives one finding for each control that was rejected.
func voids(_, bad []asked) []Finding {
	var list []Finding
	for _, group := range groups(only(bad, func(r asked) bool { return r.Kind == verdict.Void }), func(r asked) string { return r.Scenario.Control }) {
		control := group[0].Scenario.Control
		var families []string
		for _, r := range group {
			if !slices.Contains(families, string(r.Family)) {
				families = append(families, string(r.Family))
			}
		}
		_, message, _ := strings.Cut(group[0].Why, ": ")
		list = append(list, finding(group, "void",
			fmt.Sprintf("Nothing can be said of %s: it rejects %s too, which is good. It says: %s", strings.Join(families, ", "), control, verdict.Telling(group[0].Words, message)),
			"make it accept "+control+" first: tlslab show "+control+" tells what that is")...)
	}
	return list
}

// verifiesNothing needs two faults that have nothing to do with each other.
func verifiesNothing(all, bad []asked) []Finding {
	rows := only(all, asked.isVerified)
	if len(groups(rows, func(r asked) string { return string(r.canonical()) })) < 2 || !everyone(rows, verdict.Insecure) {
		return nil
	}
	needless := func(r asked) bool { // who does not verify needs no trust anchors either
		i, _ := failure.Lookup(r.canonical())
		return i.Group == "client" && r.Kind == verdict.Insecure
	}
	return finding(only(bad, func(r asked) bool { return r.isVerified() || needless(r) }), "does-not-verify", "This client does not verify: it accepts every certificate.",
		"look for what switches verification off: --insecure, CERT_NONE, verify=False, InsecureSkipVerify, rejectUnauthorized: false, SSL_VERIFY_NONE, a trust manager that does nothing")
}

func checksNoNames(all, bad []asked) []Finding {
	rows := only(all, asked.isName)
	if len(rows) < 2 || !everyone(rows, verdict.Insecure) {
		return nil
	}
	return finding(only(bad, asked.isName), "does-not-check-names", "This client does not check names: any certificate of the CA will do, whoever it is for.",
		"have the library check the name that was asked for: check_hostname and server_hostname in Python, X509_VERIFY_PARAM_set1_host in OpenSSL, endpointIdentificationAlgorithm in Java, no VerifyPeerCertificate in place of it in Go")
}

func checksNoChain(all, bad []asked) []Finding {
	is := func(r asked) bool { return r.isVerified() && !r.isName() }
	rows := only(all, is)
	if len(rows) < 3 || !everyone(rows, verdict.Insecure) {
		return nil
	}
	return finding(only(bad, is), "does-not-check-the-chain", "This client checks names alone: it trusts whoever signed the certificate.",
		"have the library build a path to the anchors in {ca}, and refuse a certificate that has none")
}

// oneReason is about a client that says the same of everything.
func oneReason(_, bad []asked) []Finding {
	for _, group := range groups(only(bad, func(r asked) bool { return r.Kind == verdict.WrongReason }), func(r asked) string { return r.telling() }) {
		if len(groups(group, func(r asked) string { return string(r.canonical()) })) < 3 {
			continue
		}
		return finding(group, "one-reason", fmt.Sprintf("It gives one reason for whatever is wrong: %s", group[0].telling()),
			"pass on what the library says, and check in the order that it says it: whoever reads this message looks in the wrong place")
	}
	return nil
}

// fewUnrecognised is up to how many rejections in unknown words are shown one by one.
const fewUnrecognised = 3

func notRecognised(_, bad []asked) []Finding {
	rows := only(bad, func(r asked) bool { return r.Kind == verdict.Unrecognised })
	if len(rows) <= fewUnrecognised {
		return nil
	}
	return finding(rows, "unrecognised", "It rejects for a reason that tlslab does not recognise. Of "+rows[0].ID+" it says: "+rows[0].telling(),
		"have it write the library's own error to its standard error, or say with --stack whose words it speaks; if it is right all the same, accept it with --known")
}

// failures gives one finding for each way in which the program failed.
func failures(_, bad []asked) []Finding {
	var list []Finding
	for _, group := range groups(only(bad, func(r asked) bool { return r.Kind == verdict.Error }), func(r asked) string { return r.failure() }) {
		list = append(list, finding(group, "failed", "The program failed: "+group[0].failure(), "run it by hand with what tlslab up serves")...)
	}
	return list
}

// finding makes a finding of rows; none if there are none.
func finding(rows []asked, name, says, todo string) []Finding {
	if len(rows) == 0 {
		return nil
	}
	f := Finding{Name: name, Says: says, ToDo: todo}
	for _, r := range rows {
		f.Scenarios = append(f.Scenarios, r.ID)
	}
	return []Finding{f}
}

// canonical returns the class that the scenario is about.
func (r asked) canonical() failure.Class {
	if len(r.Expect.Failures) == 0 {
		return ""
	}
	return r.Expect.Failures[0]
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

// telling returns the line of the client's message that tells why.
func (r asked) telling() string {
	line := verdict.Telling(r.Words, r.Message)
	if r.Outcome == clients.Rejected {
		line = cmp.Or(line, "nothing")
	}
	return clip(line)
}

// failure returns how the program failed.
func (r asked) failure() string { return clip(r.Why) }

// clip shortens what was said to what can be read at a glance, its beginning and its end, on one line.
func clip(text string) string {
	const first, last = 120, 160
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= first+last {
		return text
	}
	return strings.ToValidUTF8(text[:first], "") + " ... " + strings.ToValidUTF8(text[len(text)-last:], "")
}

// only returns the rows that are so.
func only(rows []asked, so func(asked) bool) []asked {
	return slices.DeleteFunc(slices.Clone(rows), func(r asked) bool { return !so(r) })
}

// everyone reports whether the rows are all of one kind; if there are none, they are not.
func everyone(rows []asked, kind verdict.Kind) bool {
	return len(rows) > 0 && !slices.ContainsFunc(rows, func(r asked) bool { return r.Kind != kind })
}

// groups puts rows together by a key, in the order in which the keys first come.
func groups(rows []asked, key func(asked) string) [][]asked {
	var list [][]asked
	place := map[string]int{}
	for _, r := range rows {
		k := key(r)
		i, known := place[k]
		if !known {
			i = len(list)
			place[k] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], r)
	}
	return list
}
