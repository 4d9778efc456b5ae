package scenarios

import (
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

const responderFix = "Bring the responder back; enable stapling, so that clients need not query it; decide what " +
	"clients do without an answer."

// answered returns a recipe whose leaf names the lab's responder, with the responder's answer.
func answered(r pki.OCSP) pki.Recipe { return pki.Recipe{Leaf: namesResponder, Responder: &r} }

// answeredBoth is like answered, but the intermediate names the responder, too.
func answeredBoth(r pki.OCSP) pki.Recipe {
	return pki.Recipe{Leaf: namesResponder, Intermediates: []pki.Certificate{namesResponder}, Responder: &r}
}

var revocationOCSP = []Scenario{
	{
		ID: "revoked-ocsp", Port: 2, Title: "the OCSP responder says revoked, nothing is stapled",
		Story: Story{
			What: "The leaf names the lab's OCSP responder, which says that it is revoked; the server staples " +
				"nothing.",
			Where: "A revoked certificate on a server without stapling: only clients that query the responder notice.",
			See: `Clients that query it (Java, PyMongo, Firefox) refuse it: Java "Certificate has been ` +
				`revoked". curl, openssl, Python, Node and Go never do, and accept it.`,
		},
		Fix:     revokedFix,
		Recipe:  answered(pki.OCSP{Status: pki.StatusRevoked}),
		Control: "good-ocsp", Defect: []string{"chain.responder"},
		Expect:  shouldReject(FeatureOCSPEndpoint, failure.Revoked),
		Sources: []string{"D2", "MongoDB OCSP specification", "RFC 6960"},
	},
	{
		ID: "revoked-intermediate-ocsp", Port: 5, Title: "the OCSP responder says that the intermediate is revoked",
		Story: Story{
			What: "The responder says that the leaf is good, and that the intermediate is revoked.",
			Where: "A compromised CA. A staple for the leaf alone does not reveal it (RFC 6961 was meant to fix " +
				"that, and TLS 1.3 does).",
			See: "Clients that query the whole chain refuse it: Java by default. Those that query only the leaf " +
				"accept it.",
		},
		Fix:     "Replace every certificate that the intermediate issued; make clients check the whole chain.",
		Recipe:  answeredBoth(pki.OCSP{For: "intermediate", Status: pki.StatusRevoked}),
		Control: "good-ocsp-intermediate", Defect: []string{"chain.responder"},
		Expect: shouldReject(FeatureOCSPEndpoint, failure.Revoked), Known: []Known{
			{Stack: "java", Variants: []string{"revocation", "ocsp-soft-fail"}, Verdict: Accept,
				Why: "the lab sets Option.ONLY_END_ENTITY: in most of its chains only the leaf names a responder, " +
					"and Java refuses such chains without it"},
			{
				Stack: "pymongo-ocsp", Verdict: Accept,
				Why: "PyMongo asks only about the server's certificate; measured with 4.18 and 4.20",
			},
			{
				Stack: "mongo-go", Verdict: Accept,
				Why: "the driver asks only about the server's certificate; measured with 2.9.3",
			},
		},
		Sources: []string{"x509-limbo", "RFC 6960"},
	},
	{
		ID: "ocsp-unreachable", Port: 13, Title: "the OCSP responder refuses connections, nothing is stapled",
		Story: Story{
			What: "Nothing listens at the responder's address that the leaf names.",
			Where: "Hosts without outgoing connections, and responders that are down. According to D2, a missing " +
				"answer is ignored.",
			See: `Most clients continue (soft fail). Java does so only if configured to, and otherwise says ` +
				`"Unable to determine revocation status due to network error".`,
		},
		Fix:     responderFix,
		Recipe:  answered(pki.OCSP{Outage: pki.OutageRefused}),
		Control: "good-ocsp", Defect: []string{"chain.responder"},
		Expect:  either(failure.RevocationUnknown, failure.Timeout),
		Sources: []string{"D2", "MongoDB OCSP specification"},
	},
	{
		ID: "ocsp-timeout", Port: 14, Title: "the OCSP responder never answers, nothing is stapled",
		Story: Story{
			What:  "The responder accepts the request and never answers.",
			Where: "A responder that hangs: clients that query it connect slowly, and nobody knows why.",
			See: `A client that queries it waits until its time limit for that, then continues (soft fail) or ` +
				`refuses (hard fail). Java: "Unable to determine revocation status due to network error", after ` +
				`15 s by default.`,
		},
		Fix:     responderFix,
		Recipe:  answered(pki.OCSP{Outage: pki.OutageSilent}),
		Control: "good-ocsp", Defect: []string{"chain.responder"},
		Expect:  either(failure.RevocationUnknown, failure.Timeout),
		Sources: []string{"D2", "MongoDB OCSP specification"},
	},
	{
		ID: "ocsp-try-later", Port: 15, Title: "the OCSP responder says try later, nothing is stapled",
		Story: Story{
			What: "The responder answers with the error tryLater (RFC 6960, section 2.3), which says nothing " +
				"about the certificate and is not signed.",
			Where: "Overloaded responders, and attackers: anyone who can answer in the responder's place can send " +
				"this.",
			See: `Java: "OCSP response error: TRY_LATER". Most clients continue (soft fail), so an attacker with ` +
				`a revoked key has nothing to fear.`,
		},
		Fix:     responderFix,
		Recipe:  answered(pki.OCSP{Status: pki.StatusTryLater}),
		Control: "good-ocsp", Defect: []string{"chain.responder"},
		Expect: either(failure.RevocationUnknown, failure.Timeout), Sources: []string{"D2", "RFC 6960"},
	},
	{
		ID: "ocsp-malformed", Port: 28,
		Title: "the OCSP responder answers with something that is not an OCSP response",
		Story: Story{
			What: "The responder answers with status 200 and bytes that are not an OCSP response.",
			Where: "Captive portals, proxies and names that resolve to the wrong address: something else answers in " +
				"the responder's place.",
			See: `Most clients continue (soft fail), including MongoDB's drivers. Java refuses, unless ` +
				`configured to fail softly.`,
		},
		Fix:     responderFix,
		Recipe:  answered(pki.OCSP{Malformed: true}),
		Control: "good-ocsp", Defect: []string{"chain.responder"},
		Expect: either(failure.RevocationUnknown, failure.Malformed), Sources: []string{"D2"},
	},
	{
		ID: "ocsp-unknown", Port: 16, Title: "the OCSP responder does not know the certificate",
		Story: Story{
			What: "The responder's answer is current and correctly signed, and says unknown: according to its " +
				"records, its CA never issued this certificate.",
			Where: "Certificates that are newer than the responder's database; forged ones, like DigiNotar's.",
			See: `Java: "revocation status is unknown"; it continues if configured to fail softly, as do ` +
				`MongoDB's drivers.`,
		},
		Fix: "Have the CA inform its responder of every certificate before it delivers it; if the CA has no " +
			"record of it, the certificate is forged.",
		Recipe:  answered(pki.OCSP{Status: pki.StatusUnknown}),
		Control: "good-ocsp", Defect: []string{"chain.responder"},
		Expect: shouldReject(FeatureOCSPEndpoint, failure.RevocationUnknown), Known: []Known{
			{Stack: "java", Variants: []string{"ocsp-soft-fail"}, Verdict: Accept,
				Why: "Option.SOFT_FAIL treats an answer without a status as no answer; measured with JDK 17 and 25"},
			{Stack: "pymongo-ocsp", Verdict: Accept,
				Why: "PyMongo fails only if the responder says revoked, as MongoDB's OCSP specification requires; " +
					"measured with 4.18 and 4.20"},
			{
				Stack: "mongo-go", Verdict: Accept,
				Why: "the driver fails only if the responder says revoked, as MongoDB's OCSP specification " +
					"requires; measured with 2.9.3",
			},
		},
		Sources: []string{"D2", "RFC 6960"},
	},
	{
		ID: "good-ocsp-intermediate", Port: 26, Title: "the OCSP responder says that leaf and intermediate are good",
		Story: Story{
			What: "Nothing is wrong: leaf and intermediate both name the lab's OCSP responder, which says that " +
				"they are good.",
			Where: "It is the control of scenarios about the intermediate's status.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: answeredBoth(pki.OCSP{}), Control: "good-ocsp",
		Defect: []string{"chain.responder", "intermediate.authorityInfoAccess"}, Expect: accept,
		Sources: []string{"RFC 6960"},
	},
}
