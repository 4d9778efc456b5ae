package scenarios

import (
	"slices"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// labNames are the names that the lab's own root permits. Constraints in a recipe are critical by default.
var labNames = []string{"DNS:localhost", "DNS:test", "DNS:example", "DNS:invalid"}

// privateAddresses belong to no public site: loopback, private (RFC 1918, RFC 4193) and link-local.
var privateAddresses = []string{
	"IP:127.0.0.0/8", "IP:10.0.0.0/8", "IP:172.16.0.0/12", "IP:192.168.0.0/16", "IP:169.254.0.0/16",
	"IP:::1/128", "IP:fc00::/7", "IP:fe80::/10",
}

var names = []Scenario{
	{
		ID: "wrong-host", Port: 1, Title: "the leaf is for another host",
		Story: Story{
			What:  "The leaf names other.tlslab.test; the client asked for localhost.",
			Where: "A renamed service, a load balancer's default certificate, a connection through an internal name.",
			See: `Python: "Hostname mismatch, certificate is not valid for 'localhost'". curl: "no alternative ` +
				`certificate subject name matches target host name".`,
		},
		Fix: "Issue the leaf with the name that clients use, or make them use a name in the certificate.",
		Recipe: pki.Recipe{
			Leaf: pki.Certificate{CommonName: "other.tlslab.test", SAN: []string{"DNS:other.tlslab.test"}},
		},
		Control: "good", Defect: []string{"leaf.subject", "leaf.subjectAltName"},
		Expect: reject(failure.HostnameMismatch), Sources: []string{"D0", "D2", "D3", "badssl", "TryTLS"},
	},
	{
		ID: "common-name-only", Port: 2, Title: "no SAN; the common name is right",
		Story: Story{
			What:  "The leaf has no subject alternative name at all; its common name is localhost.",
			Where: "Certificates made by old scripts: openssl req without an extensions section.",
			See: `Go: "certificate relies on legacy Common Name field, use SANs instead". Python ssl, curl and ` +
				`Node accept it.`,
		},
		Fix:     "Issue the leaf with a subject alternative name (RFC 9525, section 2).",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{Omit: []string{"subjectAltName"}}},
		Control: "good", Defect: []string{"leaf.subjectAltName"},
		Expect: shouldReject(FeatureSANOnly, failure.HostnameMismatch), Known: []Known{boringSSLNoNames},
		Sources: []string{"badssl", "x509-limbo", "RFC 9525"},
	},
	{
		ID: "wrong-ip", Port: 3, Title: "reached by an address that the leaf does not name", Host: "127.0.0.1",
		Story: Story{
			What:  "The client connects to 127.0.0.1; the leaf names 127.0.0.2.",
			Where: "A node that moved to another address; a probe that connects through loopback.",
			See:   `Python: "IP address mismatch, certificate is not valid for '127.0.0.1'".`,
		},
		Fix:     "Issue the leaf with every address that clients use, or use the host name.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{SAN: []string{"IP:127.0.0.2"}}},
		Control: "good-ip", Defect: []string{"leaf.subjectAltName"}, Expect: reject(failure.HostnameMismatch),
		Sources: []string{"D3"},
	},
	{
		ID: "ip-as-dns-name", Port: 4, Title: "the address is there, but as a name", Host: "127.0.0.1",
		Story: Story{
			What:  "The client connects to 127.0.0.1; the leaf has that as a dNSName, not as an iPAddress.",
			Where: "Scripts that write every name as DNS:. mongod warns about it.",
			See:   "The address seems to be in the certificate, but clients refuse it (RFC 9525, section 6.4).",
		},
		Fix:     "Write addresses as IP: entries of the subject alternative name.",
		Recipe:  pki.Recipe{Root: unconstrained, Leaf: pki.Certificate{SAN: []string{"DNS:127.0.0.1"}}},
		Control: "good-ip-unconstrained", Defect: []string{"leaf.subjectAltName"},
		Expect: reject(failure.HostnameMismatch), Known: []Known{
			rubyAddress, phpAddress,
			serviceIdentityPattern, pymongoPattern,
		},
		Sources: []string{"x509-limbo", "RFC 9525"},
	},
	{
		ID: "ip-in-common-name", Port: 5, Title: "only the common name has the address", Host: "127.0.0.1",
		Story: Story{
			What:  "The client connects to 127.0.0.1; the leaf has no SAN, only the common name 127.0.0.1.",
			Where: "Appliances that make their own certificate.",
			See:   "Refused even by clients that still check the common name for host names.",
		},
		Fix: "Issue the leaf with the address as an IP: entry of the subject alternative name.",
		Recipe: pki.Recipe{Root: unconstrained, Leaf: pki.Certificate{CommonName: "127.0.0.1",
			Omit: []string{"subjectAltName"}}},
		Control: "good-ip-unconstrained", Defect: []string{"leaf.subject", "leaf.subjectAltName"},
		Expect: reject(failure.HostnameMismatch), Known: []Known{
			rubyAddress, phpAddress, perlCommonName,
			{Stack: "curl", Versions: "<8.15", Verdict: Accept,
				Why: "measured with curl 7.88 on OpenSSL: without a SAN, it compares even addresses with the common " +
					"name"},
			{Stack: "python", Versions: "<3.7", Variants: []string{"default", "strict"}, Verdict: Accept,
				Why: "ssl.match_hostname in Python before 3.7 compares even addresses with the common name if there " +
					"is no SAN"},
			serviceIdentityPattern, pymongoPattern,
		},
		Sources: []string{"RFC 9525"},
	},
	{
		ID: "wildcard-too-deep", Port: 6, Title: "*.tlslab.test for a.foo.tlslab.test", Host: "a." + wildcardHost,
		Story: Story{
			What:  "The leaf names *.tlslab.test; the client asked for a name two labels below.",
			Where: "A subdomain of a subdomain behind a wildcard certificate.",
			See:   "A host name mismatch, although the wildcard seems to match.",
		},
		Fix: "Issue the leaf with that name, or with a wildcard one level lower: an asterisk covers one label " +
			"(RFC 9525, section 6.3).",
		Recipe:  pki.Recipe{Leaf: wildcard("*.tlslab.test")},
		Control: "good-wildcard", Defect: []string{"host"}, Expect: reject(failure.HostnameMismatch),
		Sources: []string{"D3", "badssl"},
	},
	{
		ID: "wildcard-partial", Port: 7, Title: "f*.tlslab.test for foo.tlslab.test", Host: wildcardHost,
		Story: Story{
			What:  "The leaf names f*.tlslab.test: the asterisk is only part of a label.",
			Where: "Allowed by RFC 2818, no longer by RFC 9525 (section 6.3); most clients have dropped it.",
			See:   "A host name mismatch.",
		},
		Fix:     "Name the hosts, or use a whole-label wildcard.",
		Recipe:  pki.Recipe{Leaf: wildcard("f*.tlslab.test")},
		Control: "good-wildcard", Defect: []string{"leaf.subject", "leaf.subjectAltName"}, Expect: reject(failure.HostnameMismatch, failure.Malformed), Known: []Known{
			nodeWildcard,
			mongoJavaWildcard,
			rubyWildcard, perlWildcard, phpWildcard,
			{Stack: "openssl", Variants: []string{"default", "strict"}, Verdict: Accept,
				Why: "X509_check_host accepts partial wildcards, as RFC 2818 did, unless " +
					"X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS is set, and s_client does not set it"},
			{Stack: "python", Versions: "<3.7", Variants: []string{"default", "strict"}, Verdict: Accept,
				Why: "ssl.match_hostname in Python before 3.7 accepts partial wildcards, as RFC 2818 did"},
			{Stack: "java", Verdict: Accept, Why: "JSSE's host name checker accepts an asterisk as part of a label, " +
				"as RFC 2818 did; measured with JDK 17 and 25"},
		},
		Sources: []string{"x509-limbo", "RFC 9525"},
	},
	{
		ID: "wildcard-bare", Port: 8, Title: "*.tlslab.test for tlslab.test", Host: "tlslab.test",
		Story: Story{
			What:  "The leaf names *.tlslab.test; the client asked for the domain itself.",
			Where: "A site's bare domain behind a wildcard certificate.",
			See:   "A host name mismatch: the asterisk stands for exactly one label, not zero.",
		},
		Fix:     "Issue the leaf with both: tlslab.test and *.tlslab.test.",
		Recipe:  pki.Recipe{Leaf: wildcard("*.tlslab.test")},
		Control: "good-wildcard", Defect: []string{"host"}, Expect: reject(failure.HostnameMismatch,
			failure.Malformed), Sources: []string{"x509-limbo", "RFC 9525"},
	},
	{
		ID: "wildcard-top-level", Port: 9, Title: "only an asterisk",
		Story: Story{
			What:  "The leaf's only name is an asterisk.",
			Where: "An attempt at a certificate for everything.",
			See:   "A host name mismatch.",
		},
		Fix:     "Name the hosts.",
		Recipe:  pki.Recipe{Root: unconstrained, Leaf: pki.Certificate{CommonName: "*", SAN: []string{"DNS:*"}}},
		Control: "good-unconstrained", Defect: []string{"leaf.subject", "leaf.subjectAltName"},
		Expect: reject(failure.HostnameMismatch, failure.Malformed), Known: []Known{
			phpWildcard,
			{Stack: "python", Versions: "<3.7", Variants: []string{"default", "strict"}, Verdict: Accept,
				Why: "ssl.match_hostname in Python before 3.7 accepts a lone asterisk for any single-label name"},
		},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "null-byte-name", Port: 10, Title: "localhost, a NUL byte, .tlslab.test",
		Story: Story{
			What: "The leaf's name is \"localhost\\0.tlslab.test\": a CA that checks the end of the name sees " +
				"its own domain; a client that reads it as a C string sees localhost.",
			Where: "The attack of 2009 (Marlinspike, Kaminsky), which worked on nearly every client of the time.",
			See:   "A host name mismatch, or a certificate that cannot be parsed.",
		},
		Fix: "Never issue such a certificate; compare names by their full length.",
		Recipe: pki.Recipe{Root: unconstrained, Leaf: pki.Certificate{CommonName: "tlslab",
			SAN: []string{"DNS:localhost\x00.tlslab.test"}}},
		Control: "good-unconstrained", Defect: []string{"leaf.subject", "leaf.subjectAltName"},
		Expect: reject(failure.HostnameMismatch, failure.Malformed), Sources: []string{"CVE-2009-2408"},
	},
	{
		ID: "name-constraint-violation", Port: 11, Title: "the intermediate may not issue for this name",
		Story: Story{
			What: "The intermediate is constrained to other.tlslab.test (RFC 5280, section 4.2.1.10); the leaf " +
				"is for localhost.",
			Where: "A department's CA that issues outside its own domain.",
			See: `OpenSSL, Python: "permitted subtree violation". Go: "a root or intermediate certificate is ` +
				`not authorized to sign for this name".`,
		},
		Fix:     "Issue the leaf from a CA that may issue for its name.",
		Recipe:  pki.Recipe{Intermediates: []pki.Certificate{{Permit: []string{"DNS:other.tlslab.test"}}}},
		Control: "good", Defect: []string{"intermediate.nameConstraints"}, Expect: reject(failure.NameConstraint),
		Known: []Known{
			wgetUntold,
		},
		Sources: []string{"x509-limbo", "BetterTLS", "RFC 5280"},
	},
	{
		ID: "trailing-dot-name", Port: 12, Title: "the SAN says localhost with a trailing dot",
		Story: Story{
			What: "The leaf names \"localhost.\": the absolute form of a DNS name, which is not allowed in a " +
				"certificate (RFC 5280, section 4.2.1.6, through RFC 1034's preferred syntax).",
			Where: "Names copied from zone files.",
			See:   "A host name mismatch, or a certificate that cannot be parsed.",
		},
		Fix: "Issue the leaf without the dot.",
		Recipe: pki.Recipe{
			Root: unconstrained, Leaf: pki.Certificate{CommonName: "tlslab", SAN: []string{"DNS:localhost."}},
		},
		Control: "good-unconstrained", Defect: []string{"leaf.subject", "leaf.subjectAltName"}, Expect: reject(failure.HostnameMismatch, failure.Malformed), Known: []Known{
			nodeTrailingDot,
			okhttpTrailingDot, chromiumTrailingDot,
			perlTrailingDot, phpTrailingDot,
			{Stack: "curl", Verdict: Accept, Why: "curl strips a trailing dot from both names before it compares " +
				"them (Curl_cert_hostcheck); measured with 7.88"},
		},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "constraints-critical-root", Port: 13, Title: "the root's name constraints are critical",
		Story: Story{
			What: "Nothing is wrong: the root has the same name constraints as the root of good, but marks the " +
				"extension critical, as RFC 5280 (section 4.2.1.10) requires.",
			Where: "Private roots that are limited to a company's domains; devices whose TLS library is mbedTLS, " +
				"which does not support the extension and must refuse it.",
			See: `mbedTLS 2.28: "The extension tag or value is invalid", when it reads the root. All other ` +
				`measured clients get a response.`,
		},
		Fix: "Give such clients a TLS library that supports name constraints; if that is impossible, use a " +
			"separate root for them.",
		Recipe:  pki.Recipe{Root: pki.Certificate{Permit: labNames}},
		Control: "good", Defect: []string{"root.nameConstraints"},
		Expect: shouldAccept(FeatureConstraints, failure.CriticalExtension, failure.NameConstraint,
			failure.Malformed),
		Sources: []string{"RFC 5280"},
	},
	{
		ID: "constraints-on-addresses", Port: 14, Title: "the root's name constraints cover addresses",
		Story: Story{
			What: "Nothing is wrong: the root has the same name constraints as the root of good, and in addition " +
				"permits loopback, private and link-local addresses, including the leaf's.",
			Where: "Private roots that are limited to a company's names and networks; programs with BoringSSL " +
				"(Bun, curl_cffi), which does not support constraints on addresses and refuses every leaf with an " +
				"address.",
			See: `BoringSSL: "unsupported name constraint type". All other measured clients get a response.`,
		},
		Fix: "For such clients, issue leaves with host names only: then constraints on addresses are not checked.",
		Recipe: pki.Recipe{Root: pki.Certificate{
			Permit:      slices.Concat(labNames, privateAddresses),
			NonCritical: []string{"nameConstraints"},
		}},
		Control: "good", Defect: []string{"root.nameConstraints"},
		Expect:  shouldAccept(FeatureAddresses, failure.NameConstraint, failure.CriticalExtension),
		Sources: []string{"RFC 5280"},
	},
}
