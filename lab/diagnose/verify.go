package diagnose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"

	// the hashes of certificates' signatures
	_ "crypto/md5"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
)

// signing is an algorithm of signatures: its name, its hash, and whether the hash is broken.
type signing struct {
	name string
	hash crypto.Hash
	weak string // "MD5" or "SHA-1", or empty
}

const oidPSS = "1.2.840.113549.1.1.10"

// algorithms are the algorithms by their object identifiers (RFC 3279, RFC 4055, RFC 5758, RFC 8410).
var algorithms = map[string]signing{
	"1.2.840.113549.1.1.2":  {"MD2 with RSA", 0, "MD2"},
	"1.2.840.113549.1.1.4":  {"MD5 with RSA", crypto.MD5, "MD5"},
	"1.2.840.113549.1.1.5":  {"SHA-1 with RSA", crypto.SHA1, "SHA-1"},
	"1.2.840.113549.1.1.11": {"SHA-256 with RSA", crypto.SHA256, ""},
	"1.2.840.113549.1.1.12": {"SHA-384 with RSA", crypto.SHA384, ""},
	"1.2.840.113549.1.1.13": {"SHA-512 with RSA", crypto.SHA512, ""},
	oidPSS:                  {"RSA-PSS", crypto.SHA256, ""},
	"1.2.840.10040.4.3":     {"SHA-1 with DSA", crypto.SHA1, "SHA-1"},
	"1.2.840.10045.4.1":     {"SHA-1 with ECDSA", crypto.SHA1, "SHA-1"},
	"1.2.840.10045.4.3.2":   {"SHA-256 with ECDSA", crypto.SHA256, ""},
	"1.2.840.10045.4.3.3":   {"SHA-384 with ECDSA", crypto.SHA384, ""},
	"1.2.840.10045.4.3.4":   {"SHA-512 with ECDSA", crypto.SHA512, ""},
	"1.3.101.112":           {"Ed25519", 0, ""},
}

// pssHashes are the hashes of RSA-PSS (RFC 4055, section 3.1).
var pssHashes = map[string]crypto.Hash{
	"1.3.14.3.2.26": crypto.SHA1, "2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// state says whether a signature verifies.
type state int

const (
	stateUnknown  state = iota // the algorithm or the key is not supported, or the limit is reached
	stateVerifies              // the key made it
	stateFails                 // the key did not make it
)

// Limits on the work for one server.
const (
	mostChecks  = 300    // signatures that are checked
	largestKey  = 16_384 // bits of RSA keys with which signatures are checked
	mostDamaged = 2      // signatures of which it is found out whether they are damaged
	mostRepairs = 128    // bits at the end of a signature that are flipped to see whether it is damaged
)

// verifier checks signatures, each once, up to a limit.
type verifier struct {
	known map[[2]*certificate]state
	left  int
	// repaired says of the first few signatures that do not verify whether they do with one bit flipped.
	repaired map[[2]*certificate]bool
}

func newVerifier() *verifier {
	return &verifier{map[[2]*certificate]state{}, mostChecks, map[[2]*certificate]bool{}}
}

// signed reports whether issuer's key signed c.
func (v *verifier) signed(c, issuer *certificate) state {
	pair := [2]*certificate{c, issuer}
	if s, ok := v.known[pair]; ok {
		return s
	}
	if v.left == 0 {
		return stateUnknown
	}
	v.left--
	s := check(c, issuer.key, c.signature)
	v.known[pair] = s
	return s
}

// check reports whether a key made the signature of a certificate.
func check(c *certificate, key crypto.PublicKey, signature []byte) state {
	a, ok := algorithms[c.algorithm]
	if c.algorithm == oidPSS {
		a.hash = pssHash(c.parameters)
		ok = a.hash != 0
	}
	message := c.signed
	if a.hash != 0 && a.hash.Available() {
		h := a.hash.New()
		h.Write(message)
		message = h.Sum(nil)
	}
	verified := false
	switch key := key.(type) {
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		if !ok || a.hash == 0 || bits < 1024 || bits > largestKey || !strings.HasSuffix(a.name, "RSA") &&
			c.algorithm != oidPSS {
			return stateUnknown
		}
		if c.algorithm == oidPSS {
			verified = rsa.VerifyPSS(key, a.hash, message, signature, nil) == nil
		} else {
			verified = rsa.VerifyPKCS1v15(key, a.hash, message, signature) == nil
		}
	case *ecdsa.PublicKey:
		if !ok || a.hash == 0 {
			return stateUnknown
		}
		verified = ecdsa.VerifyASN1(key, message, signature)
	case ed25519.PublicKey:
		verified = a.name == "Ed25519" && ed25519.Verify(key, message, signature)
	default:
		return stateUnknown
	}
	if verified {
		return stateVerifies
	}
	return stateFails
}

// pssHash returns the hash in RSASSA-PSS-params (RFC 4055, section 3.1), SHA-1 by default, and zero if it is not known.
func pssHash(der []byte) crypto.Hash {
	var p struct {
		Hash pkix.AlgorithmIdentifier `asn1:"optional,explicit,tag:0"`
		Mask pkix.AlgorithmIdentifier `asn1:"optional,explicit,tag:1"`
		Salt int                      `asn1:"optional,explicit,tag:2,default:20"`
		Tail int                      `asn1:"optional,explicit,tag:3,default:1"`
	}
	if _, err := asn1.Unmarshal(der, &p); err != nil {
		return 0
	}
	if p.Hash.Algorithm == nil {
		return crypto.SHA1
	}
	return pssHashes[p.Hash.Algorithm.String()]
}

// damaged reports whether a signature that does not verify does so with one bit flipped: the certificate was damaged,
// and not signed with another key.
func (v *verifier) damaged(c, issuer *certificate) bool {
	pair := [2]*certificate{c, issuer}
	repaired, known := v.repaired[pair]
	if !known && len(v.repaired) < mostDamaged {
		repaired = c.repairs(issuer)
		v.repaired[pair] = repaired
	}
	return repaired
}

// repairs reports whether the signature verifies with one bit flipped.
func (c *certificate) repairs(issuer *certificate) bool {
	signature := slices.Clone(c.signature)
	bits := len(signature) * 8
	for i := bits - 1; i >= max(0, bits-mostRepairs); i-- {
		bit := byte(1) << (7 - i%8)
		signature[i/8] ^= bit
		if check(c, issuer.key, signature) == stateVerifies {
			return true
		}
		signature[i/8] ^= bit
	}
	return false
}
