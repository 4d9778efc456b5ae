package scenarios

import (
	"crypto/tls"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// rsaChain is the recipe of the scenarios with old cipher suites. Suites that encrypt with the server's key
// need RSA and a suitable key usage.
var rsaChain = pki.Recipe{
	Key: pki.RSA2048, Leaf: pki.Certificate{Usages: []string{"digital signature", "key encipherment", "server auth"}},
}

// byAddress is the leaf of good-ip.
var byAddress = pki.Certificate{SAN: []string{"IP:127.0.0.1"}}

var protocol = []Scenario{
	{
		ID: "tls10-only", Port: 1, Title: "TLS 1.0 and nothing newer",
		Story: Story{
			What: "The server speaks only TLS 1.0, which RFC 8996 deprecates.",
			Where: "MongoDB before 4.0 on old systems, appliances and printers, Windows Server 2008; mongod " +
				"itself disables TLS 1.0 from 4.0 on.",
			See: `Python: "tlsv1 alert protocol version". curl, openssl: "legacy sigalg disallowed or ` +
				`unsupported". Go: "protocol version not supported".`,
		},
		Fix:     "Upgrade the server to TLS 1.2 or 1.3.",
		Server:  Server{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10},
		Control: "good", Defect: []string{"server.maxVersion", "server.minVersion"},
		Expect: reject(failure.ProtocolVersion, failure.WeakSignature, failure.HandshakeFailure),
		Known:  gnuTLSOldVersions, Sources: []string{"D2", "D3", "badssl", "RFC 8996"},
	},
	{
		ID: "tls11-only", Port: 2, Title: "TLS 1.1 and nothing newer",
		Story: Story{
			What:  "The server speaks only TLS 1.1, which RFC 8996 deprecates.",
			Where: "Servers on OpenSSL 1.0.0, old load balancers.",
			See: `As for tls10-only: "tlsv1 alert protocol version", "legacy sigalg disallowed or unsupported", ` +
				`"protocol version not supported".`,
		},
		Fix:     "Upgrade the server to TLS 1.2 or 1.3.",
		Server:  Server{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11},
		Control: "good", Defect: []string{"server.maxVersion", "server.minVersion"},
		Expect: reject(failure.ProtocolVersion, failure.WeakSignature, failure.HandshakeFailure),
		Known:  gnuTLSOldVersions, Sources: []string{"D2", "D3", "badssl", "RFC 8996"},
	},
	{
		ID: "ssl3-only", Port: 3, Title: "a ServerHello of SSL 3.0",
		Story: Story{
			What:  "The server answers with SSL 3.0, which has been broken since POODLE in 2014 (RFC 7568).",
			Where: "Embedded devices from the nineties and the early two-thousands.",
			See:   `OpenSSL, Python: "unsupported protocol". Go: "server selected unsupported protocol version 300".`,
		},
		Fix:     "Replace the server.",
		Server:  Server{Fault: FaultSSL3},
		Control: "good", Defect: []string{"server.fault"},
		Expect: reject(failure.ProtocolVersion, failure.CorruptRecord), Known: []Known{jsseSSL3},
		Sources: []string{"badssl", "RFC 7568"},
	},
	{
		ID: "rsa-key-exchange-only", Port: 4, Title: "only TLS_RSA_* suites",
		Story: Story{
			What: "The server offers only suites in which the client encrypts the secret to the server's RSA " +
				"key: without forward secrecy.",
			Where: "Servers as old as MongoDB 3.x, and hardware that decrypts traffic in transit. Python 3.8 and " +
				"3.9 connect; from 3.10 on these suites are no longer offered by default.",
			See: `Python 3.10 and later: "sslv3 alert handshake failure", and the client's offer has no suite in ` +
				`common with the server. Go: "handshake failure".`,
		},
		Fix:    "Enable ECDHE suites on the server.",
		Recipe: rsaChain,
		Server: Server{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{
			tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_RSA_WITH_AES_128_CBC_SHA,
			tls.TLS_RSA_WITH_AES_256_CBC_SHA,
		}},
		Control: "good-tls12-rsa", Defect: []string{"server.cipherSuites"},
		Expect:  shouldReject(FeatureForwardSecrecy, failure.HandshakeFailure, failure.NoSharedCipher),
		Sources: []string{"D2", "RFC 9325"},
	},
	{
		ID: "rc4-only", Port: 5, Title: "only RC4 suites",
		Story: Story{
			What:  "The server offers only suites with RC4, which RFC 7465 prohibits.",
			Where: "Servers that were limited to RC4 in 2011, because of BEAST, and never changed again.",
			See:   `OpenSSL, Python: "sslv3 alert handshake failure". Go: "handshake failure".`,
		},
		Fix:    "Enable AES-GCM or ChaCha20-Poly1305 with ECDHE on the server.",
		Recipe: rsaChain,
		Server: Server{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA,
			tls.TLS_RSA_WITH_RC4_128_SHA}},
		Control: "good-tls12-rsa", Defect: []string{"server.cipherSuites"},
		Expect: reject(failure.HandshakeFailure, failure.NoSharedCipher), Sources: []string{"badssl", "RFC 7465"},
	},
	{
		ID: "triple-des-only", Port: 6, Title: "only 3DES suites",
		Story: Story{
			What: "The server offers only suites with 3DES, whose blocks of 64 bits are no longer secure after " +
				"about 32 GB (Sweet32, 2016).",
			Where: "Windows Server 2003, smart card terminals.",
			See:   `OpenSSL, Python: "sslv3 alert handshake failure". Go: "handshake failure".`,
		},
		Fix:    "Enable AES-GCM or ChaCha20-Poly1305 with ECDHE on the server.",
		Recipe: rsaChain,
		Server: Server{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA,
			tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}},
		Control: "good-tls12-rsa", Defect: []string{"server.cipherSuites"},
		Expect: reject(failure.HandshakeFailure, failure.NoSharedCipher), Sources: []string{"badssl", "CVE-2016-2183"},
	},
	{
		ID: "cbc-only", Port: 7, Title: "only AES-CBC suites with ECDHE",
		Story: Story{
			What: "The server offers only suites with AES in CBC mode and HMAC-SHA-1: safe only if padding is " +
				"checked in constant time (Lucky 13), and being phased out.",
			Where: "Servers from 2010 to 2014, and old Java.",
			See: `Go, curl, openssl, Node and Python up to 3.9 get a response. Python 3.10 and later, whose ` +
				`default suites exclude HMAC-SHA-1: "sslv3 alert handshake failure".`,
		},
		Fix:    "Enable AES-GCM or ChaCha20-Poly1305 with ECDHE on the server.",
		Recipe: rsaChain,
		Server: Server{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
			tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA}},
		Control: "good-tls12-rsa", Defect: []string{"server.cipherSuites"},
		Expect: either(failure.HandshakeFailure, failure.NoSharedCipher), Sources: []string{"badssl", "RFC 9325"},
	},
	{
		ID: "post-quantum-only", Port: 8, Title: "X25519MLKEM768 and no other group",
		Story: Story{
			What:  "The server supports only X25519MLKEM768 for key exchange, as future servers may with old clients.",
			Where: "Hardened servers. Go 1.24, OpenSSL 3.5 and browsers since 2024 offer the group.",
			See: `Clients that support the group get a response. OpenSSL 3.0, Python, Node: "sslv3 alert ` +
				`handshake failure".`,
		},
		Fix:     "Keep X25519 enabled as well until every client supports the new group, or upgrade the client.",
		Server:  Server{MinVersion: tls.VersionTLS13, Groups: []tls.CurveID{tls.X25519MLKEM768}},
		Control: "good-tls13", Defect: []string{"server.groups"},
		Expect: either(failure.HandshakeFailure, failure.NoSharedGroup), Sources: []string{"D3"},
	},
	{
		ID: "small-dh", Port: 9, Title: "DHE with a group of 1,024 bits",
		Story: Story{
			What: "The server offers no ECDHE, only DHE with a properly signed group of 1,024 bits, which " +
				"governments may be able to break (Logjam, 2015).",
			Where: "Java 7, Apache before 2.4.7, appliances; servers whose dhparam file was made with 1,024 bits.",
			See: `OpenSSL at security level 2 (Debian, Ubuntu), curl, Python: "dh key too small". Go offers no ` +
				`DHE at all: "handshake failure". Node accepts it.`,
		},
		Fix:     "Enable ECDHE on the server, or give it a group of 2,048 bits (RFC 7919).",
		Recipe:  rsaChain,
		Server:  Server{MaxVersion: tls.VersionTLS12, Fault: FaultSmallDH},
		Control: "good-tls12-rsa", Defect: []string{"server.fault"},
		Expect:  shouldReject(FeatureDHPolicy, failure.WeakDH, failure.NoSharedCipher, failure.HandshakeFailure),
		Sources: []string{"badssl", "CVE-2015-4000"},
	},
	{
		ID: "legacy-renegotiation", Port: 10, Title: "no secure renegotiation",
		Story: Story{
			What: "The server's hello has no renegotiation_info: it predates RFC 5746, and an attacker could " +
				"insert data before the client's request.",
			Where: "Old corporate proxies and VPN gateways, since clients moved to OpenSSL 3.",
			See: `OpenSSL 3, curl, Python, Node: "unsafe legacy renegotiation disabled". Go continues: it does ` +
				`not renegotiate by default.`,
		},
		Fix:     "Upgrade the server, or whatever terminates TLS in front of it.",
		Server:  Server{MaxVersion: tls.VersionTLS12, Fault: FaultLegacyRenegotiation},
		Control: "good-tls12", Defect: []string{"server.fault"},
		Expect:  shouldReject(FeatureRenegotiation, failure.LegacyRenegotiation),
		Sources: []string{"RFC 5746", "CVE-2009-3555"},
	},
	{
		ID: "no-common-alpn", Port: 11, Title: "the server speaks another protocol in ALPN",
		Story: Story{
			What: "The server supports only the protocol acme-tls/1, and answers clients that offer others with " +
				"alert no_application_protocol (RFC 7301, section 3.2).",
			Where: "A load balancer that supports only HTTP/2, with gRPC behind it; a port reserved for ACME " +
				"challenges.",
			See: `curl: "tlsv1 alert no application protocol". Clients that do not use ALPN get a response: Go's ` +
				`net/http with a custom tls.Config, Python and Node by default.`,
		},
		Fix:     "Offer the server's protocol in ALPN, or make it support http/1.1.",
		Server:  Server{Protocols: []string{"acme-tls/1"}},
		Control: "good", Defect: []string{"server.protocols"},
		Expect: shouldReject(FeatureALPN, failure.NoApplicationProtocol), Sources: []string{"D3", "RFC 7301"},
	},
	{
		ID: "sni-required", Port: 12, Title: "the server requires its name in SNI, and gets it",
		Story: Story{
			What: "The server refuses clients whose SNI does not name it, with unrecognized_name (RFC 6066, " +
				"section 3). The client connects by name, so its SNI is right.",
			Where: "Content delivery networks and ingress controllers.",
			See: "The client gets a response. Clients without SNI (Java 6, Python before 2.7.9) do not: see " +
				"sni-required-by-address.",
		},
		Fix:     "Nothing: a client that refuses this does not send SNI.",
		Server:  Server{RequireSNI: true},
		Control: "good", Defect: []string{"server.requireSNI"}, Expect: accept, Known: []Known{okhttpSNI},
		Sources: []string{"D3", "RFC 6066"},
	},
	{
		ID: "sni-required-by-address", Port: 13,
		Title: "the server requires its name in SNI, and is reached by address", Host: "127.0.0.1",
		Story: Story{
			What: "Like sni-required, but the client connects to an address, for which there is no SNI (RFC 6066, " +
				"section 3). " +
				"Ruby, PHP, Perl and Lua send the address nevertheless, but the server, like HAProxy, does not " +
				"know such a name.",
			Where: "Health checks and connection strings that contain an address, with an ingress controller.",
			See:   `OpenSSL, Python: "tlsv1 unrecognized name". Go: "unrecognized name".`,
		},
		Fix:     "Connect by the name that the server is configured for.",
		Recipe:  pki.Recipe{Leaf: byAddress},
		Server:  Server{RequireSNI: true},
		Control: "good-ip", Defect: []string{"server.requireSNI"}, Expect: reject(failure.UnrecognizedName),
		Known: []Known{python2Address}, Sources: []string{"D3", "RFC 6066"},
	},
	{
		ID: "sni-wrong-default", Port: 14,
		Title: "another site's certificate for clients that send no SNI; the client sends it",
		Story: Story{
			What: "The server presents another site's certificate to clients whose SNI does not name this site. " +
				"The client connects by name, so it gets the right one.",
			Where: "Every web server with several sites: the first one is the default.",
			See: "The client gets a response. Clients without SNI get the other certificate: see " +
				"sni-wrong-default-by-address.",
		},
		Fix:     "Nothing: a client that refuses this does not send SNI.",
		Recipe:  pki.Recipe{Others: otherSite},
		Server:  Server{DefaultCertificate: otherSite[0].Name},
		Control: "good", Defect: []string{"server.defaultCertificate"}, Expect: accept, Known: []Known{okhttpSNI},
		Sources: []string{"D3", "RFC 6066"},
	},
	{
		ID: "sni-wrong-default-by-address", Port: 15,
		Title: "another site's certificate for clients that send no SNI; the client is given an address",
		Host:  "127.0.0.1",
		Story: Story{
			What: "Like sni-wrong-default, but the client connects to an address, for which there is no SNI, so " +
				"it gets the default site's certificate. " +
				"So do Ruby, PHP, Perl and Lua, which send the address as if it were a name.",
			Where: "The certificate is right in every browser and wrong in monitoring that connects by address.",
			See: `Python: "IP address mismatch". Go: "certificate is valid for other.tlslab.test" or "doesn't ` +
				`contain any IP SANs".`,
		},
		Fix:     "Connect by name, or add the address to the default site's certificate.",
		Recipe:  pki.Recipe{Leaf: byAddress, Others: otherSite},
		Server:  Server{DefaultCertificate: otherSite[0].Name},
		Control: "good-ip", Defect: []string{"server.defaultCertificate"}, Expect: reject(failure.HostnameMismatch),
		Known: []Known{python2Address}, Sources: []string{"D3", "RFC 6066"},
	},
	{
		ID: "version-intolerant", Port: 16, Title: "the connection closes on a hello that offers TLS 1.3",
		Story: Story{
			What: "The server closes the connection on a ClientHello that offers TLS 1.3, instead of answering " +
				"with TLS 1.2 (RFC 8446, section 4.1.1).",
			Where: "Middleboxes from before 2018; because of them, TLS 1.3 calls itself TLS 1.2 in its records.",
			See: `Python: "EOF occurred in violation of protocol". Go: "EOF". A client that is limited to TLS ` +
				`1.2 gets a response.`,
		},
		Fix:     "Upgrade the middlebox; do not limit clients to TLS 1.2.",
		Server:  Server{MaxVersion: tls.VersionTLS12, Fault: FaultVersionIntolerant},
		Control: "good-tls12", Defect: []string{"server.fault"},
		Expect:  shouldReject(FeatureTLS13, failure.UnexpectedEOF, failure.ConnectionReset, failure.HandshakeFailure),
		Sources: []string{"RFC 8446"},
	},
	{
		ID: "hello-too-big", Port: 17, Title: "the connection is reset on a ClientHello above one segment",
		Story: Story{
			What: "The server treats the first TCP segment as the whole ClientHello, and resets the connection " +
				"if more arrives.",
			Where: "Old middleboxes and servers that receive post-quantum key shares of 1,200 bytes, which Chrome " +
				"124, Go 1.24 and OpenSSL 3.5 send.",
			See: `Go: "connection reset by peer". Clients without a post-quantum key share get a response: their ` +
				`hello fits.`,
		},
		Fix:     "Upgrade the middlebox or the server; do not turn off post-quantum key exchange permanently.",
		Server:  Server{Fault: FaultOneSegment},
		Control: "good", Defect: []string{"server.fault"},
		Expect:  shouldReject(FeaturePostQuantum, failure.ConnectionReset, failure.Timeout, failure.UnexpectedEOF),
		Sources: []string{"tldr.fail"},
	},
	{
		ID: "internal-error", Port: 18, Title: "alert internal_error",
		Story: Story{
			What: "The server answers the ClientHello with alert 80, internal_error, without a reason.",
			Where: "MongoDB Atlas, if the client's address is not on the access list; servers that cannot read " +
				"their own key.",
			See: `OpenSSL, Python: "tlsv1 alert internal error". Go: "remote error: tls: internal error".`,
		},
		Fix:     "Read the server's log; with a hosted database, add the client's address to its access list.",
		Server:  Server{Fault: FaultInternalError},
		Control: "good", Defect: []string{"server.fault"},
		Expect: reject(failure.InternalError), Sources: []string{"run-llama/llama_index#9191", "RFC 8446"},
	},
}

// otherSite is the default site of a server with several sites.
var otherSite = []pki.Certificate{{
	Name: "other-site", Profile: pki.ProfileServer, Issuer: "intermediate", CommonName: "other.tlslab.test",
	SAN: []string{"DNS:other.tlslab.test"},
}}
