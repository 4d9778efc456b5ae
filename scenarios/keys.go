package scenarios

import (
	"crypto/tls"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// oldDigest lists clients that accept SHA-1, and why. Measured with Node 16 and with JDK 17 and 25.
var oldDigest = []Known{
	{Versions: "OpenSSL <3", Verdict: Accept,
		Why: "OpenSSL before 3.0 allows SHA-1 at security level 1, its default unless a distribution changes it"},
	jsseDigest,
	boringSSLDigest,
}

var keys = []Scenario{
	{
		ID: "key-mismatch", Port: 1, Title: "the server does not hold the certificate's key",
		Story: Story{
			What: "The chain is good, but the server signs the handshake with a different key from the leaf's.",
			Where: "A renewed certificate installed with the old key. Most servers refuse to start, but not if " +
				"TLS is terminated elsewhere.",
			See: `OpenSSL, Python: "bad signature". Go: "invalid signature by the server certificate".`,
		},
		Fix:     "Install key and certificate from the same issuance, and compare their public keys first.",
		Recipe:  pki.Recipe{ServeKey: "another key"},
		Control: "good", Defect: []string{"chain.key"}, Expect: reject(failure.KeyMismatch, failure.BadSignature),
		Known: []Known{rustlsInsecure}, Sources: []string{"D3"},
	},
	{
		ID: "rsa1024", Port: 2, Title: "the leaf's RSA key has 1,024 bits",
		Story: Story{
			What:  "The leaf has an RSA key of 1,024 bits; its issuers have 2,048.",
			Where: "Certificates from before 2013 on devices that nobody has updated since.",
			See: `OpenSSL at security level 2 (Debian, Ubuntu): "EE certificate key too weak". Go, Node and ` +
				`Java accept it under a private root.`,
		},
		Fix:     "Make a new key: ECDSA P-256, or RSA of at least 2,048 bits.",
		Recipe:  pki.Recipe{Key: pki.RSA2048, Leaf: pki.Certificate{Key: pki.RSA1024}},
		Control: "good-rsa2048", Defect: []string{"leaf.key"}, Expect: shouldReject(FeatureKeyPolicy, failure.WeakKey),
		Known: []Known{rustlsSmallKey}, Sources: []string{"D3"},
	},
	{
		ID: "rsa1024-intermediate", Port: 3, Title: "the intermediate's RSA key has 1,024 bits",
		Story: Story{
			What:  "The intermediate that issued the leaf has an RSA key of 1,024 bits.",
			Where: "Private CAs that are older than their leaves.",
			See:   `OpenSSL at security level 2: "CA certificate key too weak".`,
		},
		Fix:     "Make a new CA key and issue from it.",
		Recipe:  pki.Recipe{Key: pki.RSA2048, Intermediates: []pki.Certificate{{Key: pki.RSA1024}}},
		Control: "good-rsa2048", Defect: []string{"intermediate.key"},
		Expect: shouldReject(FeatureKeyPolicy, failure.WeakKey), Known: []Known{rustlsSmallKey},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "sha1-leaf", Port: 4, Title: "the leaf is signed with SHA-1",
		Story: Story{
			What:  "The leaf's signature uses SHA-1; everything else is as in good-rsa2048.",
			Where: "Private CAs that were set up before 2016.",
			See: `OpenSSL 3, Python: "CA signature digest algorithm too weak". Go: "insecure algorithm ` +
				`SHA1-RSA", with an unknown authority.`,
		},
		Fix:     "Reissue the leaf with SHA-256.",
		Recipe:  pki.Recipe{Key: pki.RSA2048, Leaf: pki.Certificate{Digest: "SHA-1"}},
		Control: "good-rsa2048", Defect: []string{"leaf.algorithm"},
		Expect: reject(failure.WeakSignature, failure.BadSignature, failure.Untrusted), Known: oldDigest,
		Sources: []string{"D3", "badssl"},
	},
	{
		ID: "sha1-intermediate", Port: 5, Title: "the intermediate is signed with SHA-1",
		Story: Story{
			What:  "The intermediate's signature uses SHA-1; the leaf's is good.",
			Where: "Private CAs whose intermediate was issued before 2016 and is valid for years.",
			See:   `OpenSSL 3, Python: "CA signature digest algorithm too weak", one level up.`,
		},
		Fix:     "Reissue the intermediate, for the same key, with SHA-256.",
		Recipe:  pki.Recipe{Key: pki.RSA2048, Intermediates: []pki.Certificate{{Digest: "SHA-1"}}},
		Control: "good-rsa2048", Defect: []string{"intermediate.algorithm"},
		Expect: reject(failure.WeakSignature, failure.BadSignature, failure.Untrusted), Known: oldDigest,
		Sources: []string{"D3", "badssl"},
	},
	{
		ID: "md5-leaf", Port: 6, Title: "the leaf is signed with MD5",
		Story: Story{
			What:  "The leaf's signature uses MD5, for which collisions can be found in seconds.",
			Where: "The rogue CA of 2008 and the Flame malware of 2012 were made with MD5 collisions.",
			See:   `OpenSSL 3, Python: "CA signature digest algorithm too weak". Go cannot even name the algorithm.`,
		},
		Fix:     "Reissue the leaf with SHA-256.",
		Recipe:  pki.Recipe{Key: pki.RSA2048, Leaf: pki.Certificate{Digest: "MD5"}},
		Control: "good-rsa2048", Defect: []string{"leaf.algorithm"}, Expect: reject(failure.WeakSignature,
			failure.BadSignature, failure.Malformed, failure.Untrusted), Sources: []string{"badssl", "CVE-2004-2761"},
	},
	{
		ID: "p224", Port: 7, Title: "the leaf's key is on a curve that TLS 1.3 does not know",
		Story: Story{
			What: "The leaf has an ECDSA key on P-224, which TLS 1.3 does not support and few clients offer " +
				"under TLS 1.2.",
			Where: "Old smart cards and government profiles.",
			See:   "Usually a handshake failure before the client has seen the certificate.",
		},
		Fix:     "Make a new key on P-256.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{Key: pki.ECDSAP224}},
		Server:  Server{MaxVersion: tls.VersionTLS12},
		Control: "good-tls12", Defect: []string{"leaf.key"}, Expect: either(failure.NoSharedCipher, failure.WeakKey,
			failure.HandshakeFailure), Sources: []string{"x509-limbo", "RFC 8446"},
	},
}
