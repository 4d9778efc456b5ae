package scenarios

import (
	"crypto/tls"
	"slices"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// demands is a server that requires a client certificate from the lab's CA.
var demands = Server{ClientAuth: tls.RequireAndVerifyClientCert}

// clientCertificates are the scenarios about the client's own certificate and files. Those in which the
// server judges the client's certificate exist twice, for TLS 1.3 and for TLS 1.2.
var clientCertificates = append(bothVersions(judgedByServer), clientFiles...)

// clientRevocation returns a recipe with a client certificate and a CRL for the server, which lists the named
// certificates.
func clientRevocation(revoked ...string) pki.Recipe {
	return pki.Recipe{Client: &pki.Certificate{}, CRL: &pki.CRL{Revoke: revoked, Fetch: true}}
}

// clientCertificate returns a recipe with the given client certificate.
func clientCertificate(c pki.Certificate) pki.Recipe { return pki.Recipe{Client: &c} }

// Known deviations, measured on Linux with the versions in lab/clients/README.md.
var (
	curlOwnExpired = []Known{{Stack: "curl", Versions: "<8.15", Failures: []failure.Class{failure.Untrusted},
		Why: "under TLS 1.2, curl 7.88 reports the server's alert certificate_expired, which is about the client's " +
			"certificate, as a failure to verify the server's"}}
	// The clients named …GoesOn continue after an error in their own files, so that the server reports the
	// problem.
	wgetGoesOn = Known{Stack: "wget", Failures: []failure.Class{failure.ClientCertificateRequired, failure.ClientCertificateRejected},
		Why: "Wget continues without a certificate and key that it cannot load or that do not match, and the server " +
			"refuses it"}
	gnuTLSGoesOn = Known{Stack: "gnutls-cli", Failures: []failure.Class{failure.ClientCertificateRejected},
		Why: "gnutls-cli does not check that the key matches the certificate: it signs with what it was given, and " +
			"the server refuses it"}
	curlOwnKey = Known{Stack: "curl", Right: true, Failures: []failure.Class{failure.ClientMisconfigured},
		Why: "curl 7.88 reports every key that it cannot use in the same words: unable to set private key file"}
	ownKey = []Known{curlOwnKey, pemLib("python"), pymongoOwnKey, pemLib("requests"), pemLib("urllib3"),
		pemLib("httpx"), pemLib("aiohttp"), pemLib("cryptography")}
	pymongoOwnKey = Known{Stack: "pymongo", Right: true, Failures: []failure.Class{failure.BadPEM},
		Why: "PyMongo passes on Python's PEM lib, after words that blame the certificate: Private key doesn't " +
			"match certificate"}
	ownAnchors = []Known{
		bunOwnFiles,
		{Stack: "curl", Variants: []string{"insecure"}, Verdict: Accept, Why: "with -k, curl does not need the CA " +
			"file and continues without it"},
		{Stack: "curl", Variants: []string{"default"}, Right: true, Failures: []failure.Class{failure.ClientMisconfigured},
			Why: "curl 7.88 reports every CA file that it cannot use in the same words: error setting certificate " +
				"file"},
		{Stack: "wget", Variants: []string{"insecure"}, Verdict: Accept, Why: "with --no-check-certificate, Wget " +
			"continues without the CA file"},
		{Stack: "requests", Variants: []string{"insecure"}, Verdict: Accept, Why: "verify=False replaces the CA file"},
		{Stack: "urllib3", Variants: []string{"insecure"}, Verdict: Accept, Why: "with cert_reqs=\"CERT_NONE\", no " +
			"CA file is given"},
		{Stack: "httpx", Variants: []string{"insecure"}, Verdict: Accept, Why: "verify=False replaces the CA file"},
		{Stack: "aiohttp", Variants: []string{"insecure", "ssl-false"}, Verdict: Accept,
			Why: "a context that does not verify gets no CA file, and ssl=False replaces the context"},
		{Stack: "fetch", Variants: []string{"extra-ca-certs"}, Failures: []failure.Class{failure.Untrusted},
			Why: "Node warns that it cannot read NODE_EXTRA_CA_CERTS, and continues without it"},
		nodeCAFile, jsseCAFile, rustlsCAFile, reqwestNativeCAFile, chromiumCAFile, perlCAFile, phpCAFile,
	}
)

// pemLib is the deviation of a stack that uses Python's ssl module.
func pemLib(stack string) Known {
	return Known{Stack: stack, Right: true, Failures: []failure.Class{failure.BadPEM},
		Why: "Python passes on only OpenSSL's PEM lib, whatever was wrong with the file"}
}

// tls13Note tells how TLS 1.3 differs (RFC 8446, section 4.4.2.4): the client's handshake ends before the
// server judges its certificate.
const tls13Note = " Under TLS 1.3 the client has already finished its handshake, and learns of it only when it reads."

var judgedByServer = []Scenario{
	{
		ID: "client-certificate-missing", Port: 1,
		Title: "the server requires a client certificate, the client has none",
		Story: Story{
			What: "The server requires a client certificate; the client sends an empty list." + tls13Note,
			Where: "Mutual TLS enabled on the server before the clients have their certificates; MongoDB as soon " +
				"as it has a CA file.",
			See: `TLS 1.3: "tlsv13 alert certificate required". TLS 1.2: "sslv3 alert handshake failure", which ` +
				`does not give the reason.`,
		},
		Fix:    "Give the client its certificate and key.",
		Server: demands, Control: "good-client-certificate", Defect: []string{"client.present"},
		Expect: reject(failure.ClientCertificateRequired, failure.ClientCertificateRejected,
			failure.HandshakeFailure),
		Known:   []Known{fetchUntold},
		Sources: []string{"D2", "badssl", "RFC 8446"},
	},
	{
		ID: "client-certificate-expired", Port: 2, Title: "the client's certificate has expired",
		Story: Story{
			What:  "The client's certificate expired yesterday; the server's is good." + tls13Note,
			Where: "Certificates of services, which nobody monitors because no browser shows them.",
			See: `"sslv3 alert certificate expired": the word alert shows that the message is from the server ` +
				`and about the client's own certificate.`,
		},
		Fix:    "Renew the client's certificate.",
		Recipe: clientCertificate(pki.Certificate{NotAfter: "-24h"}), Server: demands,
		Control: "good-client-certificate", Defect: []string{"client.notAfter"},
		Expect: reject(failure.ClientCertificateRejected), Known: []Known{fetchUntold, chromiumWithholds},
		Sources: []string{"D2"},
	},
	{
		ID: "client-certificate-not-yet-valid", Port: 3, Title: "the client's certificate is not valid yet",
		Story: Story{
			What:  "The validity of the client's certificate begins when a good one's ends." + tls13Note,
			Where: "A server whose clock is behind, or a client certificate handed out too early.",
			See:   `Go's server calls it expired: "sslv3 alert certificate expired".`,
		},
		Fix:    "Set the server's clock by NTP; hand out certificates only once they are valid.",
		Recipe: clientCertificate(pki.Certificate{NotBefore: "1440h", NotAfter: "1464h"}), Server: demands,
		Control: "good-client-certificate", Defect: []string{"client.notAfter", "client.notBefore"},
		Expect: reject(failure.ClientCertificateRejected), Known: []Known{fetchUntold, chromiumWithholds},
		Sources: []string{"D2"},
	},
	{
		ID: "client-certificate-untrusted", Port: 4, Title: "the client's certificate is from another CA",
		Story: Story{
			What: "The client's certificate was issued by a root that the server does not trust." + tls13Note,
			Where: "A client that kept its certificate when the CA changed; a certificate from the staging CA in " +
				"production.",
			See: `"tlsv1 alert unknown ca": the server does not know the client's CA.`,
		},
		Fix:     "Give the client a certificate from the server's CA, or make the server trust the client's CA.",
		Recipe:  pki.Recipe{Client: &pki.Certificate{Issuer: "other-root"}, Others: []pki.Certificate{otherRoot}},
		Server:  demands,
		Control: "good-client-certificate", Defect: []string{"client.issuer"},
		// The server lists the CAs that it accepts. A client may send no certificate if its own is from
		// another CA (RFC 8446, section 4.4.2). The server then reports a missing certificate.
		Expect:  reject(failure.ClientCertificateRejected, failure.ClientCertificateRequired),
		Known:   []Known{fetchUntold, chromiumWithholds},
		Sources: []string{"D2"},
	},
	{
		ID: "client-certificate-wrong-usage", Port: 5, Title: "the client's certificate is for servers only",
		Story: Story{
			What:  "The extended key usage of the client's certificate is serverAuth." + tls13Note,
			Where: "Public certificates used as client certificates: from 2026 on they no longer carry clientAuth.",
			See:   `"sslv3 alert bad certificate".`,
		},
		Fix:     "Give the client a certificate with clientAuth, from a private CA.",
		Recipe:  clientCertificate(pki.Certificate{Usages: []string{"digital signature", "server auth"}}),
		Server:  demands,
		Control: "good-client-certificate", Defect: []string{"client.extKeyUsage"},
		Expect: reject(failure.ClientCertificateRejected), Known: []Known{fetchUntold, chromiumWithholds},
		Sources: []string{"D2", "Let's Encrypt, 2026"},
	},
	{
		ID: "client-certificate-revoked", Port: 18, Title: "the client's certificate is revoked",
		Story: Story{
			What:  "The client's certificate is listed in the server's CRL." + tls13Note,
			Where: "A lost laptop, a leaked key: revoked, but still in use. mongod checks this with tlsCRLFile.",
			See:   `Go's server only says bad_certificate: "sslv3 alert bad certificate".`,
		},
		Fix:    "Give the client a new certificate with a new key.",
		Recipe: clientRevocation("client"), Server: Server{ClientAuth: tls.RequireAndVerifyClientCert,
			CheckRevocation: true},
		Control: "good-client-certificate-crl", Defect: []string{"chain.crl"},
		Expect: reject(failure.ClientCertificateRejected), Known: []Known{fetchUntold},
		Sources: []string{"D2", "RFC 5280"},
	},
}

// bothVersions returns the scenarios, followed by the same scenarios under TLS 1.2.
func bothVersions(list []Scenario) []Scenario {
	both := append([]Scenario{}, list...)
	for _, s := range list {
		s.ID += "-tls12"
		s.Port += 20
		s.Title += ", TLS 1.2"
		s.Control += "-tls12"
		s.Server.MaxVersion = tls.VersionTLS12
		if s.Recipe.Client != nil && (s.Recipe.Client.NotAfter != "" || s.Recipe.Client.NotBefore != "") {
			s.Known = append(curlOwnExpired, s.Known...)
		}
		// Alert certificate_required is new in TLS 1.3; TLS 1.2 uses handshake_failure (RFC 5246, section
		// 7.4.6).
		switch slices.Index(s.Expect.Failures, failure.ClientCertificateRequired) {
		case -1:
		case 0:
			s.Expect = reject(failure.HandshakeFailure)
		default:
			s.Expect = reject(failure.ClientCertificateRejected, failure.HandshakeFailure)
		}
		both = append(both, s)
	}
	return both
}

// clientFiles are the scenarios with a good server and wrong client files.
var clientFiles = []Scenario{
	{
		ID: "client-certificate-optional", Port: 6, Title: "the server requests a client certificate, none is sent",
		Story: Story{
			What: "The server requests a client certificate but does not require it; the client sends none.",
			Where: "Sites with login by certificate or by password; mongod with " +
				"tlsAllowConnectionsWithoutCertificates.",
			See: "The client gets a response.",
		},
		Fix: goodFix, Server: Server{ClientAuth: tls.VerifyClientCertIfGiven},
		Control: "good", Defect: []string{"server.clientAuth"}, Expect: accept, Sources: []string{"D2"},
	},
	{
		ID: "client-key-encrypted", Port: 7, Title: "the client's key is encrypted, and it has the passphrase",
		Story: Story{
			What: "Nothing is wrong: the client's key is encrypted (PKCS #8, RFC 5958), and it is given the " +
				"passphrase.",
			Where: "PyMongo's tlsCertificateKeyFilePassword, curl --pass.",
			See:   "The client gets a response. Go's crypto/tls cannot read encrypted keys at all.",
		},
		Fix: goodFix, Recipe: pki.Recipe{Client: &pki.Certificate{}}, Server: demands,
		Setup:   Setup{Key: FileEncrypted, Passphrase: PassphraseRight},
		Control: "good-client-certificate", Defect: []string{"setup.key", "setup.passphrase"}, Expect: accept,
		Sources: []string{"D2", "RFC 5958"},
	},
	{
		ID: "client-key-wrong-passphrase", Port: 8, Title: "the passphrase is wrong",
		Story: Story{
			What: "The client's key is encrypted, and its passphrase is wrong. It must say so, and not connect " +
				"without the key.",
			Where: "A rotated secret; a passphrase with a trailing newline.",
			See: `Python only says "PEM lib"; Node says "bad decrypt"; curl says that it could not set its ` +
				`private key.`,
		},
		Fix:    "Give the right passphrase: openssl pkey -in FILE -passin env:NAME tells whether it is.",
		Recipe: pki.Recipe{Client: &pki.Certificate{}}, Server: demands,
		Setup:   Setup{Key: FileEncrypted, Passphrase: PassphraseWrong},
		Control: "good-client-certificate", Defect: []string{"setup.key", "setup.passphrase"},
		Expect: reject(failure.BadPassphrase), Known: append([]Known{phpOwnFiles, bunOwnFiles, denoGoesOn}, ownKey...),
		Sources: []string{"D2"},
	},
	{
		ID: "client-key-mismatch", Port: 9, Title: "the client's key belongs to another certificate",
		Story: Story{
			What:  "The client's certificate and key are good, but do not belong together.",
			Where: "A renewed certificate with the old key.",
			See:   `OpenSSL: "key values mismatch". Go: "private key does not match public key".`,
		},
		Fix:    "Install key and certificate from the same issuance.",
		Recipe: pki.Recipe{Client: &pki.Certificate{}}, Server: demands, Setup: Setup{Key: FileOther},
		Control: "good-client-certificate", Defect: []string{"setup.key"}, Expect: reject(failure.ClientMisconfigured),
		Known:   []Known{wgetGoesOn, jsseGoesOn, gnuTLSGoesOn, denoOwnFiles},
		Sources: []string{"D2"},
	},
	{
		ID: "client-certificate-not-pem", Port: 10, Title: "the client's certificate file is not PEM",
		Story: Story{
			What:  "The file that should contain the client's certificate contains something else.",
			Where: "DER instead of PEM, an error page saved by a download, a truncated file.",
			See:   `OpenSSL: "no start line". Go: "failed to find any PEM data in certificate input".`,
		},
		Fix:    "Give it PEM: openssl x509 -inform DER -in FILE converts.",
		Recipe: pki.Recipe{Client: &pki.Certificate{}}, Server: demands, Setup: Setup{Cert: FileNotPEM},
		Control: "good-client-certificate", Defect: []string{"setup.cert"}, Expect: reject(failure.BadPEM),
		Known:   []Known{phpOwnFiles, wgetGoesOn, bunOwnFiles, denoOwnFiles},
		Sources: []string{"D2", "D3"},
	},
	{
		ID: "client-key-missing", Port: 11, Title: "the key is missing from the combined file",
		Story: Story{
			What: "The client is given one file for both certificate and key, but the key is missing from it.",
			Where: "PyMongo's tlsCertificateKeyFile, HAProxy: certificate and key must be in one file, but often " +
				"are not.",
			See: "The client says in its own words that it finds no key: PEM lib, no start line, unable to set " +
				"private key file.",
		},
		Fix:    "Join both: cat key.pem cert.pem > combined.pem.",
		Recipe: pki.Recipe{Client: &pki.Certificate{}}, Server: demands, Setup: Setup{Cert: FileCombined},
		Control: "good-client-certificate", Defect: []string{"setup.cert"},
		Expect:  reject(failure.BadPEM, failure.ClientMisconfigured, failure.MissingFile),
		Known:   []Known{wgetGoesOn, denoGoesOn},
		Sources: []string{"D2"},
	},
	{
		ID: "ca-file-missing", Port: 12, Title: "the trust file is missing",
		Story: Story{
			What:  "The client's CA file does not exist.",
			Where: "A volume that was not mounted; a relative path in another working directory.",
			See:   `"No such file or directory", before any connection is made.`,
		},
		Fix:   "Correct the path; use absolute paths.",
		Setup: Setup{CA: FileMissing}, Control: "good", Defect: []string{"setup.CA"},
		Expect: reject(failure.MissingFile), Known: ownAnchors,
		Sources: []string{"D2", "D3"},
	},
	{
		ID: "ca-file-empty", Port: 13, Title: "the trust file is empty",
		Story: Story{
			What:  "The client's CA file exists but is empty.",
			Where: "A secret that was created and never filled; a redirection that failed.",
			See: "Some clients say that there is no certificate in it; others trust nothing and say that the " +
				"issuer is unknown.",
		},
		Fix:   "Put the root into it, and check at start that it contains a certificate.",
		Setup: Setup{CA: FileEmpty}, Control: "good", Defect: []string{"setup.CA"},
		Expect: reject(failure.BadPEM, failure.Untrusted), Known: ownAnchors,
		Sources: []string{"D2", "D3"},
	},
	{
		ID: "ca-file-not-pem", Port: 14, Title: "the trust file is not PEM",
		Story: Story{
			What:  "The client's CA file contains something that is not PEM.",
			Where: "DER instead of PEM, an error page saved by a download.",
			See: "Some clients say that there is no certificate in it; others trust nothing and say that the " +
				"issuer is unknown.",
		},
		Fix:   "Give it PEM, and check at start that it contains a certificate.",
		Setup: Setup{CA: FileNotPEM}, Control: "good", Defect: []string{"setup.CA"},
		Expect: reject(failure.BadPEM, failure.Untrusted), Known: ownAnchors,
		Sources: []string{"D2", "D3"},
	},
	{
		ID: "ca-file-is-leaf", Port: 15, Title: "the trust file holds the server's leaf",
		Story: Story{
			What: "The client is told to trust the server's leaf itself instead of the root.",
			Where: "A certificate saved from a browser and given to a program; pinning done by hand, until the " +
				"next renewal.",
			See: "Clients that accept any trusted certificate as the end of a path accept it (OpenSSL's partial " +
				"chain; Go); others say that the issuer is unknown.",
		},
		Fix:   "Trust the root: a leaf changes with its next renewal.",
		Setup: Setup{CA: FileLeaf}, Control: "good", Defect: []string{"setup.CA"},
		Expect: either(failure.Untrusted), Sources: []string{"D2", "D3"},
	},
	{
		ID: "client-certificate-too-weak", Port: 16, Title: "the client's own key is RSA of 1,024 bits",
		Story: Story{
			What:  "The client's own certificate has an RSA key of 1,024 bits: its library refuses to load it.",
			Where: "Client certificates from before 2013, after an upgrade of the operating system.",
			See:   `OpenSSL at security level 2: "ee key too small", before any connection is made.`,
		},
		Fix:    "Make a new key: ECDSA P-256, or RSA of at least 2,048 bits.",
		Recipe: clientCertificate(pki.Certificate{Key: pki.RSA1024}), Server: demands,
		Control: "good-client-certificate", Defect: []string{"client.key"},
		Expect:  shouldReject(FeatureKeyPolicy, failure.WeakKey, failure.ClientMisconfigured),
		Known:   []Known{wgetGoesOn},
		Sources: []string{"openssl#20972"},
	},
	{
		ID: "client-certificate-sha1", Port: 17, Title: "the client's own certificate is signed with SHA-1",
		Story: Story{
			What: "The client's own certificate is signed with SHA-1: its library refuses to load it, or the " +
				"server refuses what it sends.",
			Where: "Client certificates from CAs that were set up before 2016.",
			See:   `OpenSSL 3: "ca md too weak", before any connection is made.`,
		},
		Fix:    "Have the certificate reissued with SHA-256.",
		Recipe: clientCertificate(pki.Certificate{Digest: "SHA-1"}), Server: demands,
		Control: "good-client-certificate", Defect: []string{"client.algorithm"},
		Expect:  reject(failure.WeakSignature, failure.ClientMisconfigured, failure.ClientCertificateRejected),
		Sources: []string{"openssl#23126"},
	},
}
