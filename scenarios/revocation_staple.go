package scenarios

import (
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

const (
	stapleFix     = "Have the server fetch a fresh response, verify it as a client would, and only then staple it."
	mustStapleFix = "Enable stapling, let the server reach the responder, and have it fetch a response before it " +
		"accepts connections."
)

// stapled returns a recipe whose server staples a response that differs from a good one as o says. The leaf
// names the responder, which says good.
func stapled(o pki.OCSP, others ...pki.Certificate) pki.Recipe {
	return pki.Recipe{Leaf: namesResponder, Staple: &o, Others: others}
}

// stapledRevoked is like stapled for a revoked leaf. The responder agrees with the staple.
func stapledRevoked() pki.Recipe {
	r := stapled(pki.OCSP{Status: pki.StatusRevoked})
	r.Responder = &pki.OCSP{Status: pki.StatusRevoked}
	return r
}

// delegate is an OCSP responder authorized by the leaf's issuer.
func delegate() pki.Certificate {
	return pki.Certificate{Name: "ocsp-responder", Profile: pki.ProfileOCSP, Issuer: "intermediate"}
}

// demandsStaple is a leaf with the TLS feature extension that also names the responder.
var demandsStaple = pki.Certificate{MustStaple: true, OCSP: true}

var revocationStaple = []Scenario{
	{
		ID: "revoked-stapled", Port: 3, Title: "the stapled OCSP response says revoked",
		Story: Story{
			What: "The server staples a response that is current, signed by the leaf's issuer, and says that the " +
				"leaf is revoked; the responder says so too.",
			Where: "A server whose operators do not know that its certificate was revoked; MongoDB from 4.4 on " +
				"staples whatever it gets.",
			See: `curl --cert-status: "SSL certificate revocation reason". PyMongo with PyOpenSSL: "invalid ` +
				`status response". Clients that do not request or check staples (Go) accept it.`,
		},
		Fix:     revokedFix,
		Recipe:  stapledRevoked(),
		Control: "good-stapled", Defect: []string{"chain.responder", "chain.staple"},
		Expect:  shouldReject(FeatureStapling, failure.Revoked),
		Sources: []string{"D2", "MongoDB OCSP specification", "RFC 6066"},
	},
	{
		ID: "staple-malformed", Port: 17, Title: "the staple is not an OCSP response",
		Story: Story{
			What: "The server staples bytes that are not an OCSP response.",
			Where: `D2's "invalid status response"; servers whose stapling file holds PEM, an error page, or half ` +
				`a response.`,
			See: `openssl s_client -status: "invalid status response". curl --cert-status: "Invalid OCSP ` +
				`response". GnuTLS: "The received OCSP status response is invalid". Go ignores it.`,
		},
		Fix:     stapleFix,
		Recipe:  stapled(pki.OCSP{Malformed: true}),
		Control: "good-stapled", Defect: []string{"chain.staple"},
		Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
		},
		Sources: []string{"D2", "RFC 6066"},
	},
	{
		ID: "staple-expired", Port: 18, Title: "the stapled OCSP response is past its nextUpdate",
		Story: Story{
			What: "The stapled response says good, but expired yesterday.",
			Where: "A server that fetched a response once and could not renew it; an attacker who replays a " +
				"response from before the revocation.",
			See: `curl --cert-status: "OCSP response has expired". Java: "Response is unreliable: its validity ` +
				`interval is out-of-date".`,
		},
		Fix:     stapleFix,
		Recipe:  stapled(pki.OCSP{ThisUpdate: "-192h", NextUpdate: "-24h"}),
		Control: "good-stapled", Defect: []string{"chain.staple"},
		Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
		},
		Sources: []string{"D2", "RFC 6960"},
	},
	{
		ID: "staple-wrong-signer", Port: 19, Title: "the stapled OCSP response is signed by another CA",
		Story: Story{
			What:  "The stapled response says that the leaf is good, but is signed by an unrelated CA.",
			Where: "A server that queries the wrong responder after its CA changed; a response made by an attacker.",
			See: `curl --cert-status: "OCSP response verification failed". Java: "Responder's certificate is ` +
				`not authorized to sign OCSP responses".`,
		},
		Fix:     stapleFix,
		Recipe:  stapled(pki.OCSP{SignedBy: "other-ca"}, otherCA),
		Control: "good-stapled", Defect: []string{"chain.staple"},
		Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
		},
		Sources: []string{"D2", "x509-limbo", "RFC 6960"},
	},
	{
		ID: "staple-other-certificate", Port: 20, Title: "the stapled OCSP response is about another certificate",
		Story: Story{
			What: "The stapled response is good in every way, except that it is about another certificate of the " +
				"same CA.",
			Where: "A server that serves the renewed certificate with the old one's response.",
			See: `curl --cert-status: "Could not find certificate ID in OCSP response". GnuTLS: "Got OCSP ` +
				`response with an unrelated certificate".`,
		},
		Fix: stapleFix,
		Recipe: stapled(pki.OCSP{For: "other"}, pki.Certificate{Name: "other", Issuer: "intermediate",
			CommonName: "other.tlslab.test", SAN: []string{"DNS:other.tlslab.test"}}),
		Control: "good-stapled", Defect: []string{"chain.staple"},
		Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
			{Stack: "pymongo-ocsp", Verdict: Accept,
				Why: "PyMongo does not check which certificate a stapled response is about: it compares serial " +
					"numbers only for answers from a responder; measured with 4.18 and 4.20"},
		},
		Sources: []string{"D2", "x509-limbo", "RFC 6960"},
	},
	{
		ID: "staple-unauthorized-delegate", Port: 21,
		Title: "the stapled OCSP response is signed by a certificate that may not sign it",
		Story: Story{
			What: "The response says good and is signed with a certificate from the leaf's issuer, but that " +
				"certificate lacks the extended key usage OCSPSigning.",
			Where: "Responders set up with a server certificate; anyone with a certificate from the CA could sign " +
				"such a response.",
			See: `curl --cert-status: "OCSP response verification failed". Java: "Responder's certificate not ` +
				`valid for signing OCSP responses".`,
		},
		Fix: "Issue the responder's certificate with the extended key usage OCSPSigning (RFC 6960, section " +
			"4.2.2.2).",
		Recipe:  stapled(pki.OCSP{SignedBy: "ocsp-responder"}, unauthorized()),
		Control: "staple-delegate", Defect: []string{"chain.staple"},
		Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
		},
		Sources: []string{"D2", "x509-limbo", "RFC 6960"},
	},
	{
		ID: "staple-delegate", Port: 22, Title: "the stapled OCSP response is signed by a delegated responder",
		Story: Story{
			What: "Nothing is wrong: the response says good and is signed by a delegated responder. Its " +
				"certificate is from the leaf's issuer, has the usage OCSPSigning, and comes with the response.",
			Where: "Most public CAs: the CA's own key signs as little as possible.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: stapled(pki.OCSP{SignedBy: "ocsp-responder"}, delegate()),
		Control: "good-stapled", Defect: []string{"chain.staple"}, Expect: accept,
		Sources: []string{"MongoDB OCSP specification", "RFC 6960"},
	},
	{
		ID: "must-staple-missing", Port: 23, Title: "the certificate requires a staple, and there is none",
		Story: Story{
			What: "The leaf has the TLS feature extension status_request (RFC 7633), and the server staples nothing.",
			Where: "A server whose stapling is disabled, or that has not fetched its first response yet; an " +
				"attacker who has the key and omits the staple.",
			See: `GnuTLS: "The certificate requires the server to include an OCSP status in its response". ` +
				`PyMongo with PyOpenSSL: "invalid status response". Most others do not support the extension and ` +
				`accept it; curl --cert-status requires a staple from every server: "No OCSP response received".`,
		},
		Fix:     mustStapleFix,
		Recipe:  pki.Recipe{Leaf: pki.Certificate{MustStaple: true}},
		Control: "good-must-staple", Defect: []string{"chain.staple"},
		Expect: shouldReject(FeatureMustStaple, failure.StapleMissing), Known: []Known{
			wgetUntold,
			javaMustStaple,
		},
		Sources: []string{"D2", "MongoDB OCSP specification", "RFC 7633"},
	},
	{
		ID: "must-staple-missing-responder-down", Port: 24,
		Title: "the certificate requires a staple, there is none, and no responder answers",
		Story: Story{
			What: "Like must-staple-missing, but the responder that the leaf names also refuses connections: a " +
				"client cannot query it to make up for the missing staple.",
			Where: "An attacker between client and server who omits the staple and blocks the responder: the " +
				"attack that must-staple is meant to prevent.",
			See: "Clients that fail softly and do not support the extension accept it, including Java; those that " +
				"support it refuse it, as for must-staple-missing.",
		},
		Fix:     mustStapleFix,
		Recipe:  pki.Recipe{Leaf: demandsStaple, Responder: &pki.OCSP{Outage: pki.OutageRefused}},
		Control: "good-must-staple-ocsp", Defect: []string{"chain.responder", "chain.staple"},
		Expect: shouldReject(FeatureMustStaple, failure.StapleMissing), Known: []Known{
			wgetUntold,
			javaMustStaple,
		},
		Sources: []string{"MongoDB OCSP specification", "RFC 7633"},
	},
	{
		ID: "good-must-staple-ocsp", Port: 27,
		Title: "the certificate requires a staple and names a responder, and there is one",
		Story: Story{
			What: "Nothing is wrong: the leaf requires a staple and gets one, and the responder that it names " +
				"also says good.",
			Where: "It is the control of scenarios in which both are missing.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: demandsStaple, Staple: &pki.OCSP{}},
		Control: "good-must-staple", Defect: []string{"chain.responder", "leaf.authorityInfoAccess"}, Expect: accept,
		Sources: []string{"RFC 7633"},
	},
}

// unauthorized is a delegate that may not sign OCSP responses.
func unauthorized() pki.Certificate {
	c := delegate()
	c.Usages = []string{"digital signature", "server auth"}
	return c
}
