package scenarios

import (
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// otherRoot is a root that the lab's clients do not trust.
var otherRoot = pki.Certificate{Name: "other-root", Profile: pki.ProfileRoot,
	CommonName: "tlslab other root CA (for tests, do not trust)"}

// intermediate returns a recipe whose one intermediate is as given.
func intermediate(c pki.Certificate) pki.Recipe {
	return pki.Recipe{Intermediates: []pki.Certificate{c}}
}

var chain = []Scenario{
	{
		ID: "missing-intermediate", Port: 1, Title: "only the leaf is sent",
		Story: Story{
			What: "The server sends the leaf without the intermediate that links it to the root.",
			Where: "A certificate file installed without its chain file. Browsers that cache or fetch " +
				"intermediates hide the problem; programs fail.",
			See: `OpenSSL, Python, curl: "unable to get local issuer certificate". Node: "unable to verify the ` +
				`first certificate".`,
		},
		Fix:     "Send the full chain: leaf first, then every intermediate.",
		Recipe:  pki.Recipe{Send: []string{"leaf"}},
		Control: "good", Defect: []string{"chain.sent"}, Expect: reject(failure.Untrusted),
		Sources: []string{"D0", "D3", "badssl", "TryTLS"},
	},
	{
		ID: "wrong-intermediate", Port: 2, Title: "another CA's intermediate is sent",
		Story: Story{
			What:  "Instead of the leaf's issuer, the server sends an intermediate of another CA.",
			Where: "A chain file left over from the previous CA.",
			See:   "The same messages as for missing-intermediate: no sent certificate is the leaf's issuer.",
		},
		Fix: "Send the intermediate that issued this leaf: its subject is the leaf's issuer.",
		Recipe: pki.Recipe{
			Others: []pki.Certificate{otherRoot, {Name: "other-intermediate", Profile: pki.ProfileIntermediate,
				CommonName: "tlslab other intermediate CA", Issuer: "other-root"}},
			Send: []string{"leaf", "other-intermediate"},
		},
		Control: "good", Defect: []string{"chain.sent", "other-intermediate.present"},
		Expect: reject(failure.Untrusted, failure.BadSignature), Sources: []string{"D3"},
	},
	{
		ID: "impostor-intermediate", Port: 3, Title: "right subject and key identifier, wrong key",
		Story: Story{
			What: "The intermediate that is sent has the name and the key identifier of the leaf's issuer, but " +
				"not the key that signed the leaf.",
			Where: "A CA whose key was changed under the same name, or an attacker who hopes that signatures are " +
				"not checked.",
			See: `OpenSSL, Python: "certificate signature failure". Go reports an unknown authority, followed by ` +
				`the failed signature.`,
		},
		Fix:     "Reissue the leaf from the current intermediate.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{SignedBy: "former intermediate"}},
		Control: "good", Defect: []string{"leaf.signature"}, Expect: reject(failure.BadSignature, failure.Untrusted),
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "self-signed", Port: 4, Title: "the leaf signs itself",
		Story: Story{
			What:  "The leaf is its own issuer; there is no CA.",
			Where: "Servers and appliances that make their own certificate at installation.",
			See: `OpenSSL, Python, curl: "self-signed certificate" ("self signed" before OpenSSL 3). Node: ` +
				`DEPTH_ZERO_SELF_SIGNED_CERT.`,
		},
		Fix:     "Issue the leaf from a CA that clients trust; a private one is enough.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{Issuer: "leaf"}},
		Control: "good", Defect: []string{"chain.sent", "intermediate.present", "leaf.authorityKeyIdentifier",
			"leaf.issuer"},
		Expect: reject(failure.SelfSigned, failure.Untrusted), Known: []Known{
			{Stack: "cryptography", Failures: []failure.Class{failure.StrictRFC5280},
				Why: "cryptography checks a leaf's extensions before it builds a path, and a self-signed leaf has " +
					"no authority key identifier"},
		},
		Sources: []string{"D2", "badssl", "TryTLS"},
	},
	{
		ID: "untrusted-root", Port: 5, Title: "a good chain from a root that the client does not trust",
		Story: Story{
			What:  "Leaf and intermediate are good; their root is not the one that the client trusts.",
			Where: "A private CA whose root was never given to the client; a proxy that intercepts TLS.",
			See: `OpenSSL, Python, curl: "unable to get local issuer certificate". Java: "PKIX path building ` +
				`failed".`,
		},
		Fix: "Give the client the root through its CA file; do not turn verification off.",
		Recipe: pki.Recipe{Intermediates: []pki.Certificate{{Issuer: "other-root"}},
			Others: []pki.Certificate{otherRoot}},
		Control: "good", Defect: []string{"intermediate.issuer", "other-root.present"},
		Expect: reject(failure.Untrusted, failure.SelfSigned), Sources: []string{"D0", "D2", "badssl", "TryTLS"},
	},
	{
		ID: "impostor-root", Port: 6, Title: "a root with the trusted root's name but another key",
		Story: Story{
			What:  "The chain ends in a root that has exactly the same name as the trusted one, but another key.",
			Where: "A CA that was generated again by the same script while clients kept the old root.",
			See: "All names match, but the path is incomplete or a signature fails: compare key identifiers, " +
				"not names.",
		},
		Fix: "Give clients the new root; name a new root differently.",
		Recipe: pki.Recipe{Intermediates: []pki.Certificate{{Issuer: "impostor-root"}},
			Others: []pki.Certificate{{Name: "impostor-root", Profile: pki.ProfileRoot}}},
		Control: "good", Defect: []string{"impostor-root.present"},
		Expect: reject(failure.Untrusted, failure.BadSignature, failure.SelfSigned), Sources: []string{"x509-limbo"},
	},
	{
		ID: "rotated-root", Port: 7, Title: "the server has a new root, the client trusts the old one",
		Story: Story{
			What: "Leaf and intermediate come from a new root, which the server also sends; the client trusts " +
				"the old root.",
			Where: "A CA rotation in which the servers were switched first.",
			See: `OpenSSL, Python, curl: "self-signed certificate in certificate chain". Node: ` +
				`SELF_SIGNED_CERT_IN_CHAIN.`,
		},
		Fix: "Give clients both roots first, then switch the servers, then remove the old root.",
		Recipe: pki.Recipe{
			Intermediates: []pki.Certificate{{Issuer: "new-root"}},
			Others: []pki.Certificate{
				{Name: "new-root", Profile: pki.ProfileRoot,
					CommonName: "tlslab new root CA (for tests, do not trust)"},
			},
			Send: []string{"leaf", "intermediate", "new-root"},
		},
		Control: "good", Defect: []string{"chain.sent", "intermediate.issuer", "new-root.present"},
		Expect: reject(failure.Untrusted, failure.SelfSigned), Sources: []string{"D3"},
	},
	{
		ID: "tampered-leaf", Port: 8, Title: "one bit of the leaf's signature is flipped",
		Story: Story{
			What:  "The last bit of the leaf's signature differs from what the CA wrote.",
			Where: "A damaged file; a client that does not check signatures is exposed here.",
			See:   `OpenSSL, Python: "certificate signature failure".`,
		},
		Fix:     "Reinstall the certificate as delivered by the CA.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{Tamper: true}},
		Control: "good", Defect: []string{"leaf.signature"}, Expect: reject(failure.BadSignature), Known: []Known{
			wgetUntold,
		},
		Sources: []string{"D3", "TryTLS"},
	},
	{
		ID: "intermediate-not-ca", Port: 9, Title: "the intermediate says that it is not a CA",
		Story: Story{
			What:  "The intermediate's basicConstraints say cA false, but it issued the leaf.",
			Where: "A CA made with a profile for servers.",
			See: `OpenSSL, Python: "invalid CA certificate". Go: "parent certificate cannot sign this kind of ` +
				`certificate".`,
		},
		Fix:     "Issue the intermediate with basicConstraints cA true (RFC 5280, section 4.2.1.9).",
		Recipe:  intermediate(pki.Certificate{BasicConstraints: "CA:FALSE"}),
		Control: "good", Defect: []string{"intermediate.basicConstraints"}, Expect: reject(failure.InvalidCA),
		Known:   []Known{nodeLastError},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "intermediate-no-basic-constraints", Port: 10, Title: "the intermediate does not say whether it is a CA",
		Story: Story{
			What:  "The intermediate has no basicConstraints extension.",
			Where: "Hand-made CAs: openssl x509 -req without an extensions file.",
			See:   `OpenSSL, Python: "invalid CA certificate".`,
		},
		Fix:     "Issue the intermediate with basicConstraints cA true, critical.",
		Recipe:  intermediate(pki.Certificate{Omit: []string{"basicConstraints"}}),
		Control: "good", Defect: []string{"intermediate.basicConstraints"}, Expect: reject(failure.InvalidCA),
		Known: []Known{nodeLastError}, Sources: []string{"x509-limbo"},
	},
	{
		ID: "intermediate-no-cert-sign", Port: 11, Title: "the intermediate's key usage has no keyCertSign",
		Story: Story{
			What: "The intermediate is a CA according to its basicConstraints, but its key usage does not allow " +
				"signing certificates.",
			Where: "A CA made for CRLs only.",
			See:   `OpenSSL, Python: "invalid CA certificate" or "key usage does not include certificate signing".`,
		},
		Fix:     "Issue the intermediate with key usage keyCertSign (RFC 5280, section 4.2.1.3).",
		Recipe:  intermediate(pki.Certificate{Usages: []string{"crl sign"}}),
		Control: "good", Defect: []string{"intermediate.keyUsage"}, Expect: reject(failure.InvalidCA), Known: []Known{
			rustlsCertSign,
			bunLastError,
			gnuTLSConstraints,
			wgetUntold,
		},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "leaf-as-ca", Port: 12, Title: "the leaf was issued by another leaf",
		Story: Story{
			What: "The certificate that issued the leaf is itself a server certificate, valid only for its own host.",
			Where: "The attack of 2002 on Internet Explorer and Konqueror: anyone with a certificate could make " +
				"one for any site.",
			See: `OpenSSL, Python: "invalid CA certificate".`,
		},
		Fix: "Issue from CA certificates only.",
		Recipe: pki.Recipe{
			Intermediates: []pki.Certificate{{Profile: pki.ProfileServer, CommonName: "other.tlslab.test",
				SAN: []string{"DNS:other.tlslab.test"}}, {}, {}},
		},
		Control: "good-long-chain",
		Defect: []string{"intermediate-1.basicConstraints", "intermediate-1.extKeyUsage", "intermediate-1.keyUsage",
			"intermediate-1.notAfter",
			"intermediate-1.notBefore", "intermediate-1.subject", "intermediate-1.subjectAltName", "leaf.issuer"},
		Expect: reject(failure.InvalidCA), Known: []Known{bunLastError}, Sources: []string{"CVE-2002-0862"},
	},
	{
		ID: "path-too-long", Port: 13, Title: "the root allows no intermediate, and three follow",
		Story: Story{
			What: "The root's pathLenConstraint is 0: no intermediate may follow it (RFC 5280, section 4.2.1.9). " +
				"Three do.",
			Where: "A CA hierarchy that grew deeper than its root allows.",
			See: `OpenSSL, Python: "path length constraint exceeded". Go: "too many intermediates for path ` +
				`length constraint".`,
		},
		Fix: "Make a root without the constraint, or with one as large as the number of intermediates.",
		Recipe: pki.Recipe{
			Root: pki.Certificate{BasicConstraints: "CA:TRUE,pathlen:0"}, Intermediates: make([]pki.Certificate, 3),
		},
		Control: "good-long-chain", Defect: []string{"root.basicConstraints"}, Expect: reject(failure.PathLength), Known: []Known{
			rustlsAnchor,
			jsseAnchor,
			gnuTLSConstraints,
			wgetUntold,
		},
		Sources: []string{"x509-limbo", "RFC 5280"},
	},
	{
		ID: "wrong-usage", Port: 14, Title: "the leaf is for clients only",
		Story: Story{
			What: "The leaf's extended key usage is clientAuth, but it is used as a server certificate.",
			Where: "The client's certificate installed on the server. From 2026 on also the reverse, because " +
				"public CAs no longer put clientAuth into server certificates.",
			See: `OpenSSL 3, Python: "unsuitable certificate purpose" ("unsupported" before). Go: "certificate ` +
				`specifies an incompatible key usage".`,
		},
		Fix:     "Issue the leaf with serverAuth; mongod needs both usages.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{Usages: []string{"digital signature", "client auth"}}},
		Control: "good", Defect: []string{"leaf.extKeyUsage"}, Expect: reject(failure.WrongUsage), Known: []Known{
			wgetPurpose,
		},
		Sources: []string{"D2", "badssl"},
	},
	{
		ID: "key-usage-no-digital-signature", Port: 15, Title: "the leaf's key usage lacks digitalSignature",
		Story: Story{
			What:  "The leaf's key usage is only keyAgreement, but its key must sign the handshake.",
			Where: "Old certificates made for static key exchange.",
			See:   "Java and GnuTLS refuse it, and Chromium for RSA keys; OpenSSL, Go and Node accept it.",
		},
		Fix:     "Issue the leaf with key usage digitalSignature (RFC 8446, section 4.4.2.2).",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{Usages: []string{"key agreement", "server auth"}}},
		Control: "good", Defect: []string{"leaf.keyUsage"}, Expect: shouldReject(FeatureKeyUsage, failure.WrongUsage),
		Sources: []string{"badssl", "RFC 8446"},
	},
	{
		ID: "intermediate-wrong-usage", Port: 16, Title: "the intermediate may issue for clients only",
		Story: Story{
			What:  "The intermediate's extended key usage is only clientAuth, which limits what it may issue.",
			Where: "A CA for user certificates that issued one for a server.",
			See:   `OpenSSL, Python: "unsuitable certificate purpose", one level up.`,
		},
		Fix:     "Issue the leaf from a CA for servers.",
		Recipe:  intermediate(pki.Certificate{Usages: []string{"cert sign", "crl sign", "client auth"}}),
		Control: "good", Defect: []string{"intermediate.extKeyUsage"}, Expect: reject(failure.WrongUsage, failure.InvalidCA), Known: []Known{
			jsseCAUsage,
			wgetPurpose,
		},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "unknown-critical-extension", Port: 17, Title: "the leaf has an unknown critical extension",
		Story: Story{
			What:  "The leaf has a critical extension with a number that RFC 5612 reserves for examples.",
			Where: "Custom extensions; a client must refuse what it does not understand (RFC 5280, section 4.2).",
			See:   `OpenSSL, Python: "unhandled critical extension".`,
		},
		Fix: "Issue the leaf without the extension, or mark it as not critical.",
		Recipe: pki.Recipe{
			Leaf: pki.Certificate{
				Extensions: []pki.Extension{{ID: "1.3.6.1.4.1.32473.1", Critical: true, Value: []byte{0x05, 0x00}}},
			},
		},
		Control: "good", Defect: []string{"leaf.1.3.6.1.4.1.32473.1"}, Expect: reject(failure.CriticalExtension),
		Known: []Known{
			wgetUntold,
		},
		Sources: []string{"x509-limbo", "RFC 5280"},
	},
	{
		ID: "version-1-ca", Port: 18, Title: "the intermediate is an X.509 version 1 certificate",
		Story: Story{
			What:  "The intermediate has no extensions at all, so it cannot say that it is a CA.",
			Where: "CAs of the nineties, and openssl x509 -req without -extfile.",
			See:   `OpenSSL, Python: "invalid CA certificate".`,
		},
		Fix:     "Issue the intermediate as version 3 with basicConstraints.",
		Recipe:  intermediate(pki.Certificate{Version: 1}),
		Control: "good",
		Defect: []string{"intermediate.authorityKeyIdentifier", "intermediate.basicConstraints",
			"intermediate.keyUsage",
			"intermediate.subjectKeyIdentifier", "intermediate.version"},
		Expect: reject(failure.InvalidCA), Known: []Known{denoOldCA, nodeLastError},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "missing-authority-key-id", Port: 19, Title: "the leaf does not name its issuer's key",
		Story: Story{
			What:  "The leaf has no authorityKeyIdentifier, which RFC 5280 (section 4.2.1.1) requires.",
			Where: "Scripts that sign with a template instead of the parsed CA, and many guides to private CAs.",
			See:   `Python 3.13: "Missing Authority Key Identifier"; Python 3.12 accepts it.`,
		},
		Fix:     "Issue the leaf with the identifier: authorityKeyIdentifier = keyid in openssl's configuration.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{Omit: []string{"authorityKeyIdentifier"}}},
		Control: "good", Defect: []string{"leaf.authorityKeyIdentifier"},
		Expect:  shouldReject(FeatureStrict, failure.StrictRFC5280),
		Sources: []string{"Python 3.13 release notes", "cpython#138193"},
	},
	{
		ID: "ca-basic-constraints-not-critical", Port: 20,
		Title: "the intermediate's basicConstraints are not critical",
		Story: Story{
			What: "The intermediate says that it is a CA, in an extension that is not marked critical (RFC 5280, " +
				"section 4.2.1.9).",
			Where: "CAs made with openssl's old default configuration.",
			See:   `Python 3.13: "Basic Constraints of CA cert not marked critical"; Python 3.12 accepts it.`,
		},
		Fix:     "Issue the CA with basicConstraints = critical, CA:TRUE.",
		Recipe:  intermediate(pki.Certificate{NonCritical: []string{"basicConstraints"}}),
		Control: "good", Defect: []string{"intermediate.basicConstraints"},
		Expect:  shouldReject(FeatureStrict, failure.StrictRFC5280),
		Sources: []string{"Python 3.13 release notes", "sscg#74"},
	},
	{
		ID: "ca-no-key-usage", Port: 21, Title: "the intermediate has no key usage",
		Story: Story{
			What:  "The intermediate has no keyUsage extension, which RFC 5280 (section 4.2.1.3) requires for a CA.",
			Where: "CAs made with openssl's old default configuration.",
			See:   `Python 3.13: "CA cert does not include key usage extension"; Python 3.12 accepts it.`,
		},
		Fix:     "Issue the CA with keyUsage = critical, keyCertSign, cRLSign.",
		Recipe:  intermediate(pki.Certificate{Omit: []string{"keyUsage"}}),
		Control: "good", Defect: []string{"intermediate.keyUsage"},
		Expect:  shouldReject(FeatureStrict, failure.StrictRFC5280),
		Sources: []string{"Python 3.13 release notes", "microk8s#5539"},
	},
	{
		ID: "no-subject-key-id-root", Port: 22, Title: "the root has no subject key identifier",
		Story: Story{
			What:  "The root has no subjectKeyIdentifier, which RFC 5280 (section 4.2.1.2) requires for a CA.",
			Where: "Roots made by small tools.",
			See:   `Python 3.13: "Missing Subject Key Identifier"; Python 3.12 accepts it.`,
		},
		Fix:     "Make the root with subjectKeyIdentifier = hash.",
		Recipe:  pki.Recipe{Root: pki.Certificate{Omit: []string{"subjectKeyIdentifier"}}},
		Control: "good", Defect: []string{"root.subjectKeyIdentifier"},
		Expect: shouldReject(FeatureStrict, failure.StrictRFC5280), Known: []Known{
			{Stack: "cryptography", Verdict: Accept,
				Why: "cryptography checks strictly what the server sends, but does not require a subject key " +
					"identifier in a trust anchor; measured with 50.0.2"},
		},
		Sources: []string{"Python 3.13 release notes", "openssl#20027"},
	},
}
