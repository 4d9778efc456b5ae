package scenarios

import (
	"crypto/tls"
	"fmt"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// wildcardHost is the host of the wildcard scenarios. It does not resolve: a client must be told the address.
const wildcardHost = "foo.tlslab.test"

// unconstrained is a root without name constraints, for scenarios whose defect the lab's constraints would
// hide. It is valid for two days.
var unconstrained = pki.Certificate{Permit: []string{"any"}, NotBefore: "-1h", NotAfter: "47h"}

// python2Address tells why Python 2.7 cannot be judged by scenarios with addresses.
var python2Address = Known{Stack: "python", Versions: "<3", Variants: []string{"default", "strict"}, Verdict: Reject,
	Failures: []failure.Class{failure.HostnameMismatch},
	Why: "ssl.match_hostname in Python 2.7 does not support addresses: it compares 127.0.0.1 only with DNS names " +
		"and the common name"}

const goodFix = "Nothing: a client that refuses this is broken, or was not given the root."

var baseline = []Scenario{
	{
		ID: "good", Port: 1, Title: "a good chain: root, one intermediate, leaf",
		Story: Story{
			What: "Nothing is wrong: an ECDSA P-256 leaf for localhost, 127.0.0.1 and ::1, valid for 90 days, " +
				"with its intermediate.",
			Where: "It is the control of most scenarios: a client must accept it before its refusals mean anything.",
			See:   "The client gets a response that says what the server saw of it.",
		},
		Fix: goodFix, Expect: accept, Sources: []string{"D0", "D2", "D3"},
	},
	{
		ID: "good-rsa2048", Port: 2, Title: "RSA 2048 through the whole chain",
		Story: Story{
			What: "Nothing is wrong: root, intermediate and leaf have RSA keys of 2,048 bits and are signed with " +
				"SHA-256.",
			Where: "Most private CAs use RSA. It is the control of the scenarios with weak RSA keys and old digests.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Key: pki.RSA2048}, Expect: accept, Sources: []string{"badssl"},
	},
	{
		ID: "good-rsa4096", Port: 3, Title: "RSA 4096 through the whole chain",
		Story: Story{
			What:  "Nothing is wrong: every key is RSA of 4,096 bits.",
			Where: "Corporate roots; slow on small devices.",
			See:   "The client gets a response after a longer handshake.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Key: pki.RSA4096}, Expect: accept, Sources: []string{"badssl"},
	},
	{
		ID: "good-p384", Port: 4, Title: "ECDSA P-384 through the whole chain",
		Story: Story{
			What:  "Nothing is wrong: every key is ECDSA P-384, signed with SHA-384.",
			Where: "Government and bank CAs.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Key: pki.ECDSAP384}, Expect: accept, Sources: []string{"badssl"},
	},
	{
		ID: "good-ed25519", Port: 5, Title: "an Ed25519 leaf",
		Story: Story{
			What:  "Nothing is wrong: the leaf has an Ed25519 key, its issuers ECDSA.",
			Where: "New private PKIs; browsers and older libraries do not support the algorithm.",
			See:   "Clients that support Ed25519 get a response; others find no signature algorithm in common.",
		},
		Fix:     "Use ECDSA P-256 if clients do not support Ed25519.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{Key: pki.Ed25519}},
		Expect:  shouldAccept(FeatureEd25519, "handshake-failure", "no-shared-cipher"),
		Sources: []string{"badssl", "RFC 8410"},
	},
	{
		ID: "good-ip", Port: 6, Title: "reached by address, with the address in the SAN", Host: "127.0.0.1",
		Story: Story{
			What: "Nothing is wrong: the client connects to 127.0.0.1, and the leaf names that address and no " +
				"host name.",
			Where: "Clusters and appliances that are reached by address.",
			See:   "The client gets a response and sends no SNI (RFC 6066, section 3).",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: pki.Certificate{SAN: []string{"IP:127.0.0.1"}}}, Expect: accept,
		Known: []Known{
			python2Address,
		},
		Sources: []string{"D3"},
	},
	{
		ID: "good-ip-unconstrained", Port: 7, Title: "like good-ip, under a root without name constraints",
		Host: "127.0.0.1",
		Story: Story{
			What: "Nothing is wrong: like good-ip, but this scenario has its own root without name constraints, " +
				"valid for two days.",
			Where: "It is the control of scenarios with names that the lab root's name constraints would refuse.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Root: unconstrained, Leaf: pki.Certificate{SAN: []string{"IP:127.0.0.1"}}},
		Expect: accept, Known: []Known{
			python2Address,
		},
		Sources: []string{"D3"},
	},
	{
		ID: "good-unconstrained", Port: 8, Title: "like good, under a root without name constraints",
		Story: Story{
			What: "Nothing is wrong: like good, but this scenario has its own root without name constraints, " +
				"valid for two days.",
			Where: "It is the control of scenarios with names that the lab root's name constraints would refuse.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Root: unconstrained, Leaf: pki.Certificate{SAN: []string{"DNS:localhost"}}},
		Expect: accept, Sources: []string{"RFC 9525"},
	},
	{
		ID: "good-no-common-name", Port: 9, Title: "the name is only in the SAN",
		Story: Story{
			What:  "Nothing is wrong: the leaf's subject has no common name.",
			Where: "Newer public certificates, and every CA that follows RFC 9525.",
			See:   "The client gets a response; software that prints the common name prints nothing.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: pki.Certificate{Omit: []string{"commonName"}}}, Expect: accept,
		Sources: []string{"badssl", "RFC 9525"},
	},
	{
		ID: "good-no-subject", Port: 10, Title: "the subject is empty, the SAN critical",
		Story: Story{
			What: "Nothing is wrong: the leaf's subject is empty, so its SAN is critical " +
				"(RFC 5280, section 4.2.1.6).",
			Where: "Short-lived and ACME certificates.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: pki.Certificate{Omit: []string{"subject"}}}, Expect: accept,
		Sources: []string{"badssl", "RFC 5280"},
	},
	{
		ID: "good-upper-case-san", Port: 11, Title: "the SAN says LOCALHOST",
		Story: Story{
			What:  "Nothing is wrong: names are compared without regard to case (RFC 9525, section 6.3).",
			Where: "Names typed by hand, Windows machine names.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: pki.Certificate{SAN: []string{"DNS:LOCALHOST"}}}, Expect: accept,
		Known: []Known{rubyUpperCase}, Sources: []string{"x509-limbo", "RFC 9525"},
	},
	{
		ID: "good-many-sans", Port: 12, Title: "a thousand names, the right one among them",
		Story: Story{
			What:  "Nothing is wrong: the leaf has 1,000 names, and the right one is the last.",
			Where: "Content delivery networks that put many customers into one certificate.",
			See:   "The client gets a response; the handshake is about 22 KB larger.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: pki.Certificate{SAN: manyNames(1000)}}, Expect: accept,
		Sources: []string{"badssl"},
	},
	{
		ID: "good-long-chain", Port: 13, Title: "three intermediates",
		Story: Story{
			What:  "Nothing is wrong: there are three CAs between root and leaf, and all are sent.",
			Where: "Corporate PKIs with a CA for each department; clients with a depth limit.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Intermediates: make([]pki.Certificate, 3)}, Expect: accept,
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "good-cross-signed", Port: 14, Title: "two paths, one of them to an expired root",
		Story: Story{
			What: "The server also sends a cross-certificate of its root, issued by an older root that has " +
				"expired; the client trusts both roots.",
			Where: "AddTrust in 2020, DST Root CA X3 in 2021: clients that tried only the first path (OpenSSL " +
				"1.0.2, GnuTLS) failed.",
			See: "A client that looks for another path gets a response; an old one says that a certificate has " +
				"expired.",
		},
		Fix: "Stop sending the cross-certificate, and remove the expired root from trust stores.",
		Recipe: pki.Recipe{
			Others: []pki.Certificate{
				{Name: "old-root", Profile: pki.ProfileRoot,
					CommonName: "tlslab old root CA (for tests, do not trust)", NotAfter: "-24h"},
				{Name: "cross", Profile: pki.ProfileIntermediate, Of: "root", Issuer: "old-root"},
			},
			Send:  []string{"leaf", "intermediate", "cross"},
			Trust: []string{"root", "old-root"},
		},
		Expect: accept, Sources: []string{"AddTrust External CA Root, 2020", "DST Root CA X3, 2021", "x509-limbo"},
	},
	{
		ID: "good-extra-certificate", Port: 15, Title: "an unrelated certificate is sent along",
		Story: Story{
			What: "Nothing is wrong: one of the certificates sent belongs to no path; clients must tolerate that " +
				"(RFC 8446, section 4.4.2).",
			Where: "Servers whose chain file has grown over the years.",
			See:   "The client gets a response.",
		},
		Fix: "Send only the leaf and its intermediates.",
		Recipe: pki.Recipe{
			Others: []pki.Certificate{
				{Name: "unrelated", CommonName: "unrelated.tlslab.test", SAN: []string{"DNS:unrelated.tlslab.test"}},
			},
			Send: []string{"leaf", "unrelated", "intermediate"},
		},
		Expect: accept, Sources: []string{"x509-limbo", "RFC 8446"},
	},
	{
		ID: "good-root-sent", Port: 16, Title: "the root is sent along",
		Story: Story{
			What: "Nothing is wrong: the server also sends the root, which a client does not need and must not " +
				"trust because it was sent.",
			Where: "Chain files made by joining everything that a CA delivered.",
			See:   "The client gets a response.",
		},
		Fix:    "Leave the root out: it only makes the handshake larger.",
		Recipe: pki.Recipe{Send: []string{"leaf", "intermediate", "root"}},
		Expect: accept, Sources: []string{"x509-limbo"},
	},
	{
		ID: "reversed-chain", Port: 17, Title: "intermediates in the wrong order",
		Story: Story{
			What: "The three intermediates of good-long-chain are sent from the root downwards.",
			Where: "Chain files put together by hand. TLS 1.2 requires the right order (RFC 5246, section 7.4.2); " +
				"TLS 1.3 asks clients to sort (RFC 8446, section 4.4.2).",
			See: "Clients that sort get a response; others say that the issuer is unknown.",
		},
		Fix: "Order the chain file: leaf first, each certificate followed by its issuer.",
		Recipe: pki.Recipe{Intermediates: make([]pki.Certificate, 3),
			Send: []string{"leaf", "intermediate-3", "intermediate-2", "intermediate-1"}},
		Expect: shouldAccept(FeatureChainSort, "untrusted"), Sources: []string{"badssl", "RFC 8446"},
	},
	{
		ID: "good-tls12", Port: 18, Title: "TLS 1.2 only",
		Story: Story{
			What:  "Nothing is wrong: the server speaks TLS 1.2 and nothing newer.",
			Where: "Servers that were set up before 2018.",
			See:   "The client gets a response over TLS 1.2.",
		},
		Fix: goodFix, Server: Server{MaxVersion: tls.VersionTLS12}, Expect: accept, Sources: []string{"D2", "D3"},
	},
	{
		ID: "good-tls12-rsa", Port: 27, Title: "TLS 1.2 only, with RSA keys",
		Story: Story{
			What: "Nothing is wrong: like good-tls12, but every key is RSA of 2,048 bits, for suites that " +
				"encrypt to the server's RSA key or sign with it.",
			Where: "Servers that were set up before 2018. It is the control of the scenarios with old cipher suites.",
			See:   "The client gets a response over TLS 1.2.",
		},
		Fix: goodFix, Recipe: rsaChain, Server: Server{MaxVersion: tls.VersionTLS12}, Expect: accept,
		Sources: []string{"D2", "badssl"},
	},
	{
		ID: "good-tls13", Port: 19, Title: "TLS 1.3 only",
		Story: Story{
			What:  "Nothing is wrong: the server speaks TLS 1.3 and nothing older.",
			Where: "Hardened servers.",
			See: "The client gets a response over TLS 1.3; one that does not support it gets alert " +
				"protocol_version.",
		},
		Fix: goodFix, Server: Server{MinVersion: tls.VersionTLS13}, Expect: accept, Sources: []string{"D2", "D3"},
	},
	{
		ID: "good-hello-retry", Port: 20, Title: "the server asks for another key share",
		Story: Story{
			What: "Nothing is wrong: the server insists on P-384, for which clients send no key share at first, " +
				"so it sends a HelloRetryRequest (RFC 8446, section 4.1.4).",
			Where: "Servers under government profiles; middleboxes that have never seen a second ClientHello.",
			See:   "The client gets a response after one more round trip; the server's record says HelloRetryRequest.",
		},
		Fix: goodFix, Server: Server{MinVersion: tls.VersionTLS13, Groups: []tls.CurveID{tls.CurveP384}},
		Expect: accept, Sources: []string{"RFC 8446"},
	},
	{
		ID: "good-stapled", Port: 21, Title: "a valid OCSP response is stapled",
		Story: Story{
			What: "Nothing is wrong: the server staples an OCSP response that says good (RFC 6066, section 8), " +
				"and so does the responder that the leaf names.",
			Where: "Servers with stapling enabled; MongoDB from 4.4 on.",
			See:   "curl --cert-status and openssl s_client -status show the response.",
		},
		Fix: goodFix, Recipe: stapled(pki.OCSP{}), Expect: accept,
		Sources: []string{"D2", "MongoDB OCSP specification"},
	},
	{
		ID: "good-must-staple", Port: 22, Title: "the certificate requires a staple, and there is one",
		Story: Story{
			What: "Nothing is wrong: the leaf has the TLS feature extension status_request (RFC 7633), and the " +
				"server staples a good response. The leaf names no responder; the leaf of good-must-staple-ocsp does.",
			Where: "Certificates ordered with must-staple.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: pki.Certificate{MustStaple: true}, Staple: &pki.OCSP{}}, Expect: accept,
		Sources: []string{"D2", "RFC 7633"},
	},
	{
		ID: "good-ocsp", Port: 23, Title: "the OCSP responder answers good, nothing is stapled",
		Story: Story{
			What:  "Nothing is wrong: the leaf names the lab's OCSP responder, which answers good.",
			Where: "Clients that query the responder themselves: Java and PyMongo can.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: pki.Certificate{OCSP: true}}, Expect: accept,
		Sources: []string{"D2", "RFC 6960"},
	},
	{
		ID: "good-crl", Port: 24, Title: "the client is given CRLs that do not list the chain",
		Story: Story{
			What:  "Nothing is wrong: the client has a current CRL of each CA on the path, and all are empty.",
			Where: "Clients set up with a CRL file: PyMongo's tlsCRLFile, curl --crlfile.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: pki.Certificate{CRL: true}, CRL: &pki.CRL{}}, Expect: accept,
		Known: []Known{
			gnuTLSCRL,
		},
		Sources: []string{"D2", "RFC 5280"},
	},
	{
		ID: "good-client-certificate", Port: 25,
		Title: "the server requires a client certificate, and the client has it",
		Story: Story{
			What: "Nothing is wrong: the server requires a client certificate, and the client was given one from " +
				"the same CA.",
			Where: "Mutual TLS between services, and MongoDB with a CA file.",
			See:   "The client gets a response that names its certificate.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Client: &pki.Certificate{}},
		Server: Server{ClientAuth: tls.RequireAndVerifyClientCert}, Expect: accept, Known: []Known{httpxWithholds},
		Sources: []string{"D2"},
	},
	{
		ID: "good-client-certificate-tls12", Port: 28, Title: "like good-client-certificate, TLS 1.2",
		Story: Story{
			What: "Nothing is wrong: like good-client-certificate, but the server speaks TLS 1.2 and nothing newer.",
			Where: "Under TLS 1.2 the server judges the client's certificate before the handshake ends; under TLS " +
				"1.3 it does so after the client considers itself connected.",
			See: "The client gets a response that names its certificate.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Client: &pki.Certificate{}}, Server: Server{MaxVersion: tls.VersionTLS12,
			ClientAuth: tls.RequireAndVerifyClientCert}, Expect: accept, Known: []Known{httpxWithholds},
		Sources: []string{"D2"},
	},
	{
		ID: "good-client-certificate-crl", Port: 29, Title: "like good-client-certificate, and the server has a CRL",
		Story: Story{
			What: "Nothing is wrong: the server checks the client's certificate against a CRL, which does not " +
				"list it.",
			Where: "mongod with tlsCRLFile, and other servers with a CRL for their clients.",
			See:   "The client gets a response that names its certificate.",
		},
		Fix: goodFix, Recipe: clientRevocation(), Server: Server{ClientAuth: tls.RequireAndVerifyClientCert,
			CheckRevocation: true},
		Expect: accept, Known: []Known{httpxWithholds}, Sources: []string{"D2"},
	},
	{
		ID: "good-client-certificate-crl-tls12", Port: 30, Title: "like good-client-certificate-crl, TLS 1.2",
		Story: Story{
			What: "Nothing is wrong: like good-client-certificate-crl, but the server speaks TLS 1.2 and nothing " +
				"newer.",
			Where: "It is the control of the scenario with a revoked client certificate under TLS 1.2.",
			See:   "The client gets a response that names its certificate.",
		},
		Fix: goodFix, Recipe: clientRevocation(), Server: Server{MaxVersion: tls.VersionTLS12,
			ClientAuth: tls.RequireAndVerifyClientCert, CheckRevocation: true},
		Expect: accept, Known: []Known{httpxWithholds}, Sources: []string{"D2"},
	},
	{
		ID: "good-wildcard", Port: 26, Title: "*.tlslab.test for foo.tlslab.test", Host: wildcardHost,
		Story: Story{
			What:  "Nothing is wrong: the leaf names *.tlslab.test, which covers one label (RFC 9525, section 6.3).",
			Where: "One certificate for all hosts of a domain.",
			See:   "The client gets a response.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: wildcard("*.tlslab.test")}, Expect: accept,
		Sources: []string{"x509-limbo", "RFC 9525"},
	},
}

// manyNames returns n names, with localhost last.
func manyNames(n int) []string {
	var list []string
	for i := range n - 1 {
		list = append(list, fmt.Sprintf("DNS:host-%03d.tlslab.test", i+1))
	}
	return append(list, "DNS:localhost")
}

// wildcard returns a leaf for one name.
func wildcard(name string) pki.Certificate {
	return pki.Certificate{CommonName: name, SAN: []string{"DNS:" + name}}
}
