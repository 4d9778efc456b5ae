package scenarios

import (
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// MongodOptions say how the start of a mongod differs from a good one's. A good mongod has --tlsMode
// requireTLS, its certificate and key in one file, a CA file, and --tlsAllowConnectionsWithoutCertificates.
// Fields are named after mongod's options.
type MongodOptions struct {
	// RequireCertificates omits tlsAllowConnectionsWithoutCertificates. With a CA file, mongod then requires
	// a certificate from every client.
	RequireCertificates bool `json:"require_certificates,omitempty"`
	// CRLFile gives mongod the CRLs of every CA of the path (tlsCRLFile), to check client certificates
	// against. The issuer's CRL alone was enough up to 5.0.30, 6.0.19, 7.0.15 and 8.0.3. Since then, mongod
	// refuses a path if any CRL is missing (CVE-2025-3085).
	CRLFile bool `json:"crl_file,omitempty"`
	// DisabledProtocols is the value of tlsDisabledProtocols: TLS1_0, TLS1_1, TLS1_2, TLS1_3.
	DisabledProtocols []string `json:"disabled_protocols,omitempty"`
	// CipherConfig is the value of setParameter opensslCipherConfig: suites up to TLS 1.2 as OpenSSL lists them.
	CipherConfig string `json:"cipher_config,omitempty"`
	// NoOCSP turns stapling off: setParameter ocspEnabled=false.
	NoOCSP bool `json:"no_ocsp,omitempty"`
	// X509User requires authentication (auth) and creates one user in $external: the subject of the client's
	// certificate. Clients authenticate with MONGODB-X509.
	X509User bool `json:"x509_user,omitempty"`
	// RefusesToStart says that mongod should refuse to start: nothing listens, and its log tells why.
	RefusesToStart bool `json:"refuses_to_start,omitempty"`
}

// dropped is how a mongod refuses a client: it closes the connection after the handshake without an alert.
// Whether the client sees EOF or a reset depends on what it was sending.
var dropped = reject(failure.UnexpectedEOF, failure.ConnectionReset)

// mongodLeaf returns a certificate for a mongod. It must be valid for both client and server, because members
// of a replica set connect to each other with it. It also covers the names of containers.
func mongodLeaf(c pki.Certificate) pki.Certificate {
	if c.SAN == nil {
		c.SAN = []string{"DNS:localhost", "DNS:*.tlslab.test", "IP:127.0.0.1", "IP:::1"}
	}
	c.Usages = []string{"digital signature", "server auth", "client auth"}
	return c
}

// mongodDemands is the recipe for a mongod that requires a client certificate, and a client that has one.
func mongodDemands(crl *pki.CRL) pki.Recipe {
	return pki.Recipe{Leaf: mongodLeaf(pki.Certificate{}), Client: &pki.Certificate{}, CRL: crl}
}

// mongodStaples is the recipe for a mongod whose certificate requires a staple and names the responder to get
// it from.
func mongodStaples(status pki.OCSP) pki.Recipe {
	return pki.Recipe{Leaf: mongodLeaf(demandsStaple), Responder: &status}
}

// mongodRSA is the recipe for a mongod with an RSA key.
var mongodRSA = pki.Recipe{Leaf: mongodLeaf(pki.Certificate{Key: pki.RSA2048})}

// mongodRows are the scenarios of MongoDB's own TLS stack. A mongod needs its certificate and key in one
// file, and always a CA file. Its manual requires both extended key usages, although it starts with one of
// them.
var mongodRows = []Scenario{
	{
		ID: "mongod-good", Port: 1, Title: "a mongod that requires TLS, with a good chain", Instead: "mongo-good",
		Story: Story{
			What: "Nothing is wrong: a mongod with tlsMode requireTLS, a chain that is valid for client and " +
				"server, a CA file, and tlsAllowConnectionsWithoutCertificates.",
			Where: "Every MongoDB with TLS. Since 7.0.6, 6.0.14 and 5.0.25 it does not start without a CA file, " +
				"and a CA file alone would make client certificates mandatory.",
			See: `The client reads and writes. A client without tls=true is dropped, and the log says "The server ` +
				`is configured to only allow SSL connections".`,
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: mongodLeaf(pki.Certificate{})}, Expect: accept,
		Sources: []string{"D2", "SERVER-72839"},
	},
	{
		ID: "mongod-client-certificate", Port: 2,
		Title:   "a mongod that requires a client certificate, and gets a good one",
		Instead: "mongo-good-client-certificate",
		Story: Story{
			What: "Nothing is wrong: the mongod has a CA file and no tlsAllowConnectionsWithoutCertificates, so " +
				"it requires a certificate; the client has one from that CA.",
			Where: "PyMongo's tlsCertificateKeyFile: key and certificate in one file.",
			See:   "The client reads and writes.",
		},
		Fix: goodFix, Recipe: mongodDemands(nil), Mongod: MongodOptions{RequireCertificates: true}, Expect: accept,
		Sources: []string{"D2"},
	},
	{
		ID: "mongod-client-certificate-missing", Port: 3,
		Title: "a mongod that requires a client certificate, and gets none",
		Story: Story{
			What: "The mongod requires a certificate, and the client has none. It completes the handshake, " +
				"checks only then, and closes the connection without an alert.",
			Where: "A mongod with a CA file and without tlsAllowConnectionsWithoutCertificates.",
			See: `The client learns only that the connection closed. The log has the reason: "No SSL ` +
				`certificate provided by peer; connection rejected" (id 23255).`,
		},
		Fix: "Give the client its certificate and key with tlsCertificateKeyFile, or start mongod with " +
			"tlsAllowConnectionsWithoutCertificates.",
		Recipe: pki.Recipe{Leaf: mongodLeaf(pki.Certificate{})}, Mongod: MongodOptions{RequireCertificates: true},
		Control: "mongod-client-certificate", Defect: []string{"client.present"}, Expect: dropped,
		Sources: []string{"D2", "docker-library/official-images#16324"},
	},
	{
		ID: "mongod-client-certificate-optional", Port: 4,
		Title: "a mongod that accepts clients without a certificate", Instead: "mongo-client-certificate-optional",
		Story: Story{
			What: "The mongod requests a client certificate but, with tlsAllowConnectionsWithoutCertificates, " +
				"continues without one; the client sends none.",
			Where: "The fix for mongod-client-certificate-missing if clients log in by password.",
			See: "The client reads and writes. A client that sends a certificate is still dropped if the " +
				"certificate is invalid.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Leaf: mongodLeaf(pki.Certificate{})},
		Control: "mongod-client-certificate", Defect: []string{"client.present", "mongod.requireCertificates"},
		Expect: accept, Sources: []string{"D2"},
	},
	{
		ID: "mongod-client-certificate-crl", Port: 5, Title: "a mongod with a CRL that does not list the client",
		Instead: "mongo-good-client-certificate-crl",
		Story: Story{
			What: "Nothing is wrong: the mongod checks the client's certificate against its tlsCRLFile, which " +
				"does not list it.",
			Where: "It is the control of mongod-client-certificate-revoked.",
			See:   "The client reads and writes.",
		},
		Fix: goodFix, Recipe: mongodDemands(&pki.CRL{Fetch: true}),
		Mongod: MongodOptions{RequireCertificates: true, CRLFile: true}, Expect: accept, Sources: []string{"D2"},
	},
	{
		ID: "mongod-client-certificate-revoked", Port: 6, Title: "a mongod whose CRL lists the client",
		Instead: "mongo-client-certificate-revoked",
		Story: Story{
			What: "The client's certificate is in the mongod's tlsCRLFile. The handshake completes, and then the " +
				"connection is closed without an alert.",
			Where: "A lost machine, a leaked key. The CRL is for client certificates; clients must check " +
				"themselves whether the server's own certificate is revoked.",
			See: `The client sees the connection close. The log says "SSL peer certificate validation failed" (id ` +
				`23256), and that it is revoked.`,
		},
		Fix:     "Give the client a new certificate with a new key.",
		Recipe:  mongodDemands(&pki.CRL{Revoke: []string{"client"}, Fetch: true}),
		Mongod:  MongodOptions{RequireCertificates: true, CRLFile: true},
		Control: "mongod-client-certificate-crl", Defect: []string{"chain.crl"}, Expect: dropped,
		Sources: []string{"D2", "RFC 5280"},
	},
	{
		ID: "mongod-x509-authentication", Port: 7, Title: "a mongod that identifies the client by its certificate",
		Story: Story{
			What: "Nothing is wrong: the mongod requires authentication, and has a user in $external with the " +
				"name of the client certificate's subject.",
			Where: "MONGODB-X509. The subject must differ from the server's in organization, unit or domain " +
				"component, or mongod treats the client as a member of its cluster.",
			See: "The client reads and writes without a password.",
		},
		Fix: goodFix,
		Recipe: pki.Recipe{Leaf: mongodLeaf(pki.Certificate{}),
			Client: &pki.Certificate{Organization: "tlslab clients, do not trust"}},
		Mongod:  MongodOptions{RequireCertificates: true, X509User: true},
		Control: "mongod-client-certificate", Defect: []string{"client.subject", "mongod.x509User"}, Expect: accept,
		Sources: []string{"D2"},
	},
	{
		ID: "mongod-wrong-host", Port: 8, Title: "a mongod whose certificate is for another host",
		Instead: "mongo-wrong-host",
		Story: Story{
			What: "The mongod's certificate names other.tlslab.test, and the client asked for localhost. mongod " +
				"starts with it nevertheless.",
			Where: "A container reached by a name that is not in its certificate; a replica set whose members " +
				"advertise addresses.",
			See: "The client says that the name does not match; the log says that the client disconnected.",
		},
		Fix:     "Issue the certificate for every name that clients use, as subject alternative names.",
		Recipe:  pki.Recipe{Leaf: mongodLeaf(pki.Certificate{SAN: []string{"DNS:other.tlslab.test"}})},
		Control: "mongod-good", Defect: []string{"leaf.subjectAltName"}, Expect: reject(failure.HostnameMismatch),
		Sources: []string{"D2"},
	},
	{
		ID: "mongod-missing-intermediate", Port: 9, Title: "a mongod whose file lacks the intermediate",
		Instead: "mongo-missing-intermediate",
		Story: Story{
			What: "The mongod's tlsCertificateKeyFile has key and leaf, but not the intermediate. It never " +
				"verifies its own chain, and starts.",
			Where: "Files put together by hand: cat key.pem cert.pem, without the chain.",
			See:   `"unable to get local issuer certificate" at the client.`,
		},
		Fix:     "Append the intermediates to the file, the leaf's issuer first.",
		Recipe:  pki.Recipe{Leaf: mongodLeaf(pki.Certificate{}), Send: []string{"leaf"}},
		Control: "mongod-good", Defect: []string{"chain.sent"}, Expect: reject(failure.Untrusted),
		Sources: []string{"D2", "D3"},
	},
	{
		ID: "mongod-expires-while-serving", Port: 10, Title: "a mongod whose certificate expires while it runs",
		Instead: "mongo-expires-while-serving",
		Story: Story{
			What: "The certificate was valid when the mongod started, and expired seconds later. mongod checks " +
				"dates only at start, and keeps serving it.",
			Where: "The only way for a mongod to serve an expired certificate, because it refuses to start with " +
				"one (mongod-refuses-expired).",
			See: `Clients refuse it from one second to the next. The log has only a warning once a day.`,
		},
		Fix: "Renew it in place and run rotateCertificates (5.0 and later), or restart; monitor for " +
			"certificates that expire within 30 days.",
		Recipe:  pki.Recipe{Leaf: mongodLeaf(pki.Certificate{NotAfter: "soon"})},
		Control: "mongod-good", Defect: []string{"leaf.notAfter"}, Expect: reject(failure.Expired),
		Sources: []string{"D3"},
	},
	{
		ID: "mongod-tls13-only", Port: 11, Title: "a mongod with TLS 1.3 and nothing older",
		Instead: "mongo-good-tls13",
		Story: Story{
			What: "tlsDisabledProtocols leaves only TLS 1.3 enabled.",
			Where: "Hardened servers, and clients without TLS 1.3: Python with OpenSSL 1.0.2, old .NET and JVMs. " +
				"According to D2 they get TLSV1_ALERT_PROTOCOL_VERSION, but 4.4.2, 6.0.5 and 6.0.27 send no alert.",
			See: `A client with TLS 1.3 reads and writes. One without is dropped: mongod closes the connection ` +
				`without an alert, and its log only says "Connection ended".`,
		},
		Fix:     "Upgrade the client's TLS library; until then leave TLS1_2 out of tlsDisabledProtocols.",
		Recipe:  pki.Recipe{Leaf: mongodLeaf(pki.Certificate{})},
		Mongod:  MongodOptions{DisabledProtocols: []string{"TLS1_0", "TLS1_1", "TLS1_2"}},
		Control: "mongod-good", Defect: []string{"mongod.disabledProtocols"}, Expect: accept, Sources: []string{"D2"},
	},
	{
		ID: "mongod-stapled", Port: 12, Title: "a mongod that staples a good OCSP response",
		Instead: "mongo-good-must-staple-ocsp",
		Story: Story{
			What: "Nothing is wrong: the certificate requires a staple and names the lab's responder, which the " +
				"mongod queries at start; it staples what it gets.",
			Where: "MongoDB 5.0 and later, and 4.4 except its builds for Ubuntu 18.04, with a certificate that " +
				"names a responder.",
			See: "The client reads and writes; openssl s_client -status shows the response.",
		},
		Fix: goodFix, Recipe: mongodStaples(pki.OCSP{}), Expect: accept,
		Sources: []string{"D2", "MongoDB OCSP specification"},
	},
	{
		ID: "mongod-stapled-revoked", Port: 13, Title: "a mongod that staples a response that says revoked",
		Instead: "mongo-revoked-stapled",
		Story: Story{
			What:  "The responder says that the mongod's certificate is revoked, and the mongod staples that.",
			Where: "A server whose operators do not know that its certificate was revoked.",
			See:   `PyMongo with PyOpenSSL: "invalid status response". Drivers that do not check staples connect.`,
		},
		Fix: revokedFix, Recipe: mongodStaples(pki.OCSP{Status: pki.StatusRevoked}),
		Control: "mongod-stapled", Defect: []string{"chain.responder"},
		Expect: shouldReject(FeatureStapling, failure.Revoked), Sources: []string{"D2", "MongoDB OCSP specification"},
	},
	{
		ID: "mongod-staple-switched-off", Port: 14,
		Title:   "a mongod that does not staple, with a certificate that requires it",
		Instead: "mongo-must-staple-missing",
		Story: Story{
			What:  "The certificate requires a staple (RFC 7633), but the mongod was started with ocspEnabled=false.",
			Where: "Servers that cannot reach the responder, where somebody disabled stapling to stop the warnings.",
			See: `PyMongo with PyOpenSSL: "invalid status response". Drivers that do not support the extension ` +
				`connect.`,
		},
		Fix: mustStapleFix, Recipe: mongodStaples(pki.OCSP{}), Mongod: MongodOptions{NoOCSP: true},
		Control: "mongod-stapled", Defect: []string{"mongod.noOCSP"},
		Expect:  shouldReject(FeatureMustStaple, failure.StapleMissing),
		Sources: []string{"D2", "MongoDB OCSP specification", "RFC 7633"},
	},
	{
		ID: "mongod-refuses-expired", Port: 15, Title: "a mongod that refuses to start with an expired certificate",
		Instead: "mongo-connection-refused",
		Story: Story{
			What: "The certificate has expired, so the mongod refuses to start: nothing listens. Its log is the " +
				"result.",
			Where: "A restart months after the certificate expired, when everyone was used to clients that do not " +
				"check.",
			See: `Clients: "connection refused". The log: "The provided SSL certificate is expired or not yet ` +
				`valid" (id 20574; 28652 in 4.4).`,
		},
		Fix:     "Renew the certificate, and restart mongod.",
		Recipe:  pki.Recipe{Leaf: mongodLeaf(pki.Certificate{NotAfter: "-24h"})},
		Mongod:  MongodOptions{RefusesToStart: true},
		Control: "mongod-good", Defect: []string{"leaf.notAfter", "mongod.refusesToStart"},
		Expect: reject(failure.ConnectionRefused), Sources: []string{"D3"},
	},
	{
		ID: "mongod-good-rsa", Port: 16, Title: "a mongod with an RSA key and TLS 1.2", Instead: "mongo-good-tls12-rsa",
		Story: Story{
			What: "Nothing is wrong: the mongod's key is RSA, and tlsDisabledProtocols leaves TLS 1.2, with mongod's " +
				"default suites.",
			Where: "Most servers before 2020. It is the control of mongod-rsa-key-exchange-only.",
			See:   "The client reads and writes.",
		},
		Fix: goodFix, Recipe: mongodRSA, Mongod: MongodOptions{DisabledProtocols: []string{"TLS1_0", "TLS1_1", "TLS1_3"}},
		Expect: accept, Sources: []string{"D2"},
	},
	{
		ID: "mongod-rsa-key-exchange-only", Port: 17, Title: "a mongod that offers only TLS_RSA_* suites",
		Instead: "mongo-rsa-key-exchange-only",
		Story: Story{
			What: "opensslCipherConfig leaves only suites without forward secrecy, which are all that MongoDB before 4.0 " +
				"had.",
			Where: "MongoDB 3.x, and newer ones with an old cipher list in their configuration. It is D2's case of Python " +
				"3.10 and later with an old MongoDB.",
			See: "Python 3.10 and later: the connection ends during the handshake. D2 has SSLV3_ALERT_HANDSHAKE_FAILURE, but " +
				"4.4.2, 6.0.5 and 6.0.27 send no alert. Python 3.9 and PyOpenSSL connect.",
		},
		Fix: "Remove opensslCipherConfig from the server's configuration, or upgrade MongoDB.", Recipe: mongodRSA,
		Mongod: MongodOptions{DisabledProtocols: []string{"TLS1_0", "TLS1_1", "TLS1_3"},
			CipherConfig: "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA"},
		Control: "mongod-good-rsa", Defect: []string{"mongod.cipherConfig"},
		Expect:  shouldReject(FeatureForwardSecrecy, failure.UnexpectedEOF, failure.ConnectionReset),
		Sources: []string{"D2", "RFC 9325"},
	},
}
