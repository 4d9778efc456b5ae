package scenarios

import (
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

const (
	stapleFix     = "Have the server fetch a fresh response, verify it as a client would, and only then staple it."
	mustStapleFix = "Switch stapling on, let the server reach the responder, and have it fetch a response before it accepts connections."
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
			What:  "The server staples a response that is current, signed by the leaf's issuer, and says that the leaf is revoked; the responder says so too.",
			Where: "A server that was not told that its certificate has been revoked; MongoDB from 4.4 on staples what it gets.",
			See:   `curl --cert-status: "SSL certificate revocation reason". PyMongo with PyOpenSSL: "invalid status response". Clients that ask for no staple, or look at none (Go), accept it.`,
		},
		Fix:     revokedFix,
		Recipe:  stapledRevoked(),
		Control: "good-stapled", Defect: []string{"chain.responder", "chain.staple"}, Expect: shouldReject(FeatureStapling, failure.Revoked), Sources: []string{"D2", "MongoDB OCSP specification", "RFC 6066"},
	},
	{
		ID: "staple-malformed", Port: 17, Title: "what is stapled is no OCSP response",
		Story: Story{
			What:  "The server staples bytes that are no OCSP response.",
			Where: `D2's "invalid status response"; servers whose stapling file holds PEM, an error page, or half a response.`,
			See:   `openssl s_client -status: "invalid status response". curl --cert-status: "Invalid OCSP response". GnuTLS: "The received OCSP status response is invalid". Go does not look at it.`,
		},
		Fix:     stapleFix,
		Recipe:  stapled(pki.OCSP{Malformed: true}),
		Control: "good-stapled", Defect: []string{"chain.staple"}, Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
		},
		Sources: []string{"D2", "RFC 6066"},
	},
	{
		ID: "staple-expired", Port: 18, Title: "the stapled OCSP response is past its nextUpdate",
		Story: Story{
			What:  "The stapled response says good, and ended yesterday.",
			Where: "A server that fetched a response once and could not renew it; an attacker who replays one from before the revocation.",
			See:   `curl --cert-status: "OCSP response has expired". Java: "Response is unreliable: its validity interval is out-of-date".`,
		},
		Fix:     stapleFix,
		Recipe:  stapled(pki.OCSP{ThisUpdate: "-192h", NextUpdate: "-24h"}),
		Control: "good-stapled", Defect: []string{"chain.staple"}, Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
		},
		Sources: []string{"D2", "RFC 6960"},
	},
	{
		ID: "staple-wrong-signer", Port: 19, Title: "the stapled OCSP response is signed by another CA",
		Story: Story{
			What:  "The stapled response says good of the leaf, and is signed by a CA that has nothing to do with it.",
			Where: "A server that talks to the wrong responder after its CA changed; a response that an attacker made.",
			See:   `curl --cert-status: "OCSP response verification failed". Java: "Responder's certificate is not authorized to sign OCSP responses".`,
		},
		Fix:     stapleFix,
		Recipe:  stapled(pki.OCSP{SignedBy: "other-ca"}, otherCA),
		Control: "good-stapled", Defect: []string{"chain.staple"}, Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
		},
		Sources: []string{"D2", "x509-limbo", "RFC 6960"},
	},
	{
		ID: "staple-other-certificate", Port: 20, Title: "the stapled OCSP response is about another certificate",
		Story: Story{
			What:  "The stapled response is good in every way, but about another certificate of the same CA.",
			Where: "A server that serves the renewed certificate with the old one's response.",
			See:   `curl --cert-status: "Could not find certificate ID in OCSP response". GnuTLS: "Got OCSP response with an unrelated certificate".`,
		},
		Fix:     stapleFix,
		Recipe:  stapled(pki.OCSP{For: "other"}, pki.Certificate{Name: "other", Issuer: "intermediate", CommonName: "other.tlslab.test", SAN: []string{"DNS:other.tlslab.test"}}),
		Control: "good-stapled", Defect: []string{"chain.staple"}, Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
			{Stack: "pymongo-ocsp", Verdict: Accept, Why: "PyMongo does not look for whom a stapled response speaks: it compares serial numbers only with what a responder answers; measured with 4.18 and 4.20"},
		},
		Sources: []string{"D2", "x509-limbo", "RFC 6960"},
	},
	{
		ID: "staple-unauthorized-delegate", Port: 21, Title: "the stapled OCSP response is signed by a certificate that may not",
		Story: Story{
			What:  "The response says good, and is signed by a certificate of the leaf's issuer, but without the extended key usage OCSPSigning.",
			Where: "Responders set up with a server certificate; whoever holds any certificate of the CA could sign such a response.",
			See:   `curl --cert-status: "OCSP response verification failed". Java: "Responder's certificate not valid for signing OCSP responses".`,
		},
		Fix:     "Issue the responder's certificate with the extended key usage OCSPSigning (RFC 6960, section 4.2.2.2).",
		Recipe:  stapled(pki.OCSP{SignedBy: "ocsp-responder"}, unauthorized()),
		Control: "staple-delegate", Defect: []string{"chain.staple"}, Expect: shouldReject(FeatureStapling, failure.RevocationUnknown), Known: []Known{
			wgetUntold,
		},
		Sources: []string{"D2", "x509-limbo", "RFC 6960"},
	},
	{
		ID: "staple-delegate", Port: 22, Title: "the stapled OCSP response is signed by a delegated responder",
		Story: Story{
			What:  "Nothing is wrong: the response says good, and is signed by a responder whom the leaf's issuer has delegated, with a certificate for OCSPSigning that comes with the response.",
			Where: "Most public CAs: the CA's own key signs as little as can be.",
			See:   "The client gets an answer.",
		},
		Fix: goodFix, Recipe: stapled(pki.OCSP{SignedBy: "ocsp-responder"}, delegate()),
		Control: "good-stapled", Defect: []string{"chain.staple"}, Expect: accept, Sources: []string{"MongoDB OCSP specification", "RFC 6960"},
	},
	{
		ID: "must-staple-missing", Port: 23, Title: "the certificate demands a staple, and there is none",
		Story: Story{
			What:  "The leaf has the TLS feature extension status_request (RFC 7633), and the server staples nothing.",
			Where: "A server whose stapling was switched off, or that has not fetched its first response yet; an attacker who has the key and leaves the staple out.",
			See:   `GnuTLS: "The certificate requires the server to include an OCSP status in its response". PyMongo with PyOpenSSL: "invalid status response". Most others do not know the extension and accept it; curl --cert-status wants a staple of everybody: "No OCSP response received".`,
		},
		Fix:     mustStapleFix,
		Recipe:  pki.Recipe{Leaf: pki.Certificate{MustStaple: true}},
		Control: "good-must-staple", Defect: []string{"chain.staple"}, Expect: shouldReject(FeatureMustStaple, failure.StapleMissing), Known: []Known{
			wgetUntold,
			javaMustStaple,
		},
		Sources: []string{"D2", "MongoDB OCSP specification", "RFC 7633"},
	},
	{
		ID: "must-staple-missing-responder-down", Port: 24, Title: "the certificate demands a staple, there is none, and no responder answers",
		Story: Story{
			What:  "As must-staple-missing, and the responder that the leaf names refuses connections: a client that would make up for the missing staple by asking cannot.",
			Where: "An attacker between client and server, who leaves the staple out and keeps the client from the responder: what must-staple was made against.",
			See:   "Clients that fail softly and do not know the extension accept it, Java among them; those that know it refuse it, as must-staple-missing.",
		},
		Fix:     mustStapleFix,
		Recipe:  pki.Recipe{Leaf: demandsStaple, Responder: &pki.OCSP{Outage: pki.OutageRefused}},
		Control: "good-must-staple-ocsp", Defect: []string{"chain.responder", "chain.staple"}, Expect: shouldReject(FeatureMustStaple, failure.StapleMissing), Known: []Known{
			wgetUntold,
			javaMustStaple,
		},
		Sources: []string{"MongoDB OCSP specification", "RFC 7633"},
	},
	{
		ID: "good-must-staple-ocsp", Port: 27, Title: "the certificate demands a staple and names a responder, and there is one",
		Story: Story{
			What:  "Nothing is wrong: the leaf demands a staple and gets one, and the responder that it names says good too.",
			Where: "The control of rows in which both are missing.",
			See:   "The client gets an answer.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: demandsStaple, Staple: &pki.OCSP{}},
		Control: "good-must-staple", Defect: []string{"chain.responder", "leaf.authorityInfoAccess"}, Expect: accept, Sources: []string{"RFC 7633"},
	},
}

// unauthorized is a delegate that may not sign OCSP responses.
func unauthorized() pki.Certificate {
	c := delegate()
	c.Usages = []string{"digital signature", "server auth"}
	return c
}
