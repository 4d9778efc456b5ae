package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	_ "crypto/md5" // for certificates that must be refused
	"crypto/rsa"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidSubjectAltName  = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidTLSFeature      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}
	oidMD5WithRSA      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 4}
)

// extensionIDs are the extensions that a recipe can call by their names in RFC 5280,
// section 4.2.1.
var extensionIDs = map[string]asn1.ObjectIdentifier{
	"subjectKeyIdentifier":   {2, 5, 29, 14},
	"keyUsage":               {2, 5, 29, 15},
	"subjectAltName":         oidSubjectAltName,
	"basicConstraints":       {2, 5, 29, 19},
	"nameConstraints":        oidNameConstraints,
	"authorityKeyIdentifier": {2, 5, 29, 35},
	"extKeyUsage":            {2, 5, 29, 37},
}

// digestMD5 is a digest that crypto/x509 does not sign with. finish does.
const digestMD5 = "MD5"

// signatureAlgorithm returns the algorithm that cfssl signs with.
func signatureAlgorithm(digest string, key crypto.Signer) (x509.SignatureAlgorithm, error) {
	switch key := key.Public().(type) {
	case *rsa.PublicKey:
		switch digest {
		case "", digestMD5: // finish signs again with MD5
			return x509.SHA256WithRSA, nil
		case "SHA-1":
			return x509.SHA1WithRSA, nil
		}
	case *ecdsa.PublicKey:
		switch {
		case digest == "SHA-1":
			return x509.ECDSAWithSHA1, nil
		case digest == "" && key.Curve.Params().BitSize > 256:
			return x509.ECDSAWithSHA384, nil
		case digest == "":
			return x509.ECDSAWithSHA256, nil
		}
	case ed25519.PublicKey:
		if digest == "" {
			return x509.PureEd25519, nil
		}
	}
	return 0, fmt.Errorf("cannot sign with digest %q and a key of type %T", digest, key.Public())
}

// tbsCertificate is RFC 5280's TBSCertificate, as far as finish changes it.
type tbsCertificate struct {
	Version            int `asn1:"optional,explicit,default:0,tag:0"`
	SerialNumber       asn1.RawValue
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Issuer             asn1.RawValue
	Validity           asn1.RawValue
	Subject            asn1.RawValue
	PublicKey          asn1.RawValue
	Extensions         []pkix.Extension `asn1:"omitempty,optional,explicit,tag:3"`
}

type certificate struct {
	TBSCertificate     asn1.RawValue
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          asn1.BitString
}

// finish changes a certificate as the recipe says, where cfssl and crypto/x509 would not, and signs it again.
func finish(name string, c Certificate, der []byte, key, issuerKey crypto.Signer) (*node, error) {
	before, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading it back: %w", err)
	}
	if der, err = rewrite(c, der, issuerKey); err != nil {
		return nil, err
	}
	if c.Tamper {
		der = slices.Clone(der)
		der[len(der)-1] ^= 1 // the signature comes last
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		cert = before // crypto/x509 cannot parse everything that is broken on purpose
	}
	return &node{name: name, cert: cert, der: der, key: key}, nil
}

func rewrite(c Certificate, der []byte, issuerKey crypto.Signer) ([]byte, error) {
	if c.Version != 0 && c.Version != 1 && c.Version != 3 {
		return nil, fmt.Errorf("version %d: want 1 or 3", c.Version)
	}
	drop := slices.DeleteFunc(slices.Clone(c.Omit), func(s string) bool {
		return s == "subject" || s == "commonName" || s == "subjectAltName"
	})
	if len(drop) == 0 && len(c.NonCritical) == 0 && c.Version != 1 && c.Digest != digestMD5 {
		return der, nil
	}
	var outer certificate
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, err
	}
	var tbs tbsCertificate
	if _, err := asn1.Unmarshal(outer.TBSCertificate.FullBytes, &tbs); err != nil {
		return nil, err
	}
	for _, name := range drop {
		id, ok := extensionIDs[name]
		if !ok {
			return nil, fmt.Errorf("omit: there is no extension %q", name)
		}
		tbs.Extensions = slices.DeleteFunc(tbs.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(id) })
	}
	for _, name := range c.NonCritical {
		id := extensionIDs[name]
		i := slices.IndexFunc(tbs.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(id) })
		if i < 0 {
			return nil, fmt.Errorf("non_critical: there is no extension %q", name)
		}
		tbs.Extensions[i].Critical = false
	}
	if c.Version == 1 {
		tbs.Version, tbs.Extensions = 0, nil
	}
	hash := digestOf(tbs.SignatureAlgorithm.Algorithm)
	if c.Digest == digestMD5 {
		tbs.SignatureAlgorithm = pkix.AlgorithmIdentifier{Algorithm: oidMD5WithRSA, Parameters: asn1.NullRawValue}
		hash = crypto.MD5
	}
	raw, err := asn1.Marshal(tbs)
	if err != nil {
		return nil, err
	}
	signature, err := signDigest(issuerKey, hash, raw)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(certificate{
		TBSCertificate:     asn1.RawValue{FullBytes: raw},
		SignatureAlgorithm: tbs.SignatureAlgorithm,
		Signature:          asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)},
	})
}

// digests of the signature algorithms that the lab signs with.
var digests = map[string]crypto.Hash{
	oidMD5WithRSA.String():  crypto.MD5,
	"1.2.840.113549.1.1.5":  crypto.SHA1,
	"1.2.840.113549.1.1.11": crypto.SHA256,
	"1.2.840.10045.4.1":     crypto.SHA1,
	"1.2.840.10045.4.3.2":   crypto.SHA256,
	"1.2.840.10045.4.3.3":   crypto.SHA384,
	"1.3.101.112":           0, // Ed25519 hashes the message itself
}

func digestOf(algorithm asn1.ObjectIdentifier) crypto.Hash { return digests[algorithm.String()] }

func signDigest(key crypto.Signer, hash crypto.Hash, message []byte) ([]byte, error) {
	if hash != 0 {
		h := hash.New()
		h.Write(message)
		message = h.Sum(nil)
	}
	return fixedSigner{key}.Sign(nil, message, hash)
}

// subjectAltName encodes names as given, valid or not (RFC 5280, section 4.2.1.6).
func subjectAltName(names []string) ([]byte, error) {
	var b cryptobyte.Builder
	var bad error
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, name := range names {
			kind, value, err := splitName(name)
			if err != nil {
				bad = err
				return
			}
			if kind == "DNS" {
				b.AddASN1(cbasn1.Tag(2).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte(value)) })
				continue
			}
			ip, err := netip.ParseAddr(value)
			if err != nil {
				bad = fmt.Errorf("name %q: %w", name, err)
				return
			}
			b.AddASN1(cbasn1.Tag(7).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(ip.AsSlice()) })
		}
	})
	if bad != nil {
		return nil, bad
	}
	return b.Bytes()
}

// nameConstraints encodes permitted subtrees (RFC 5280, section 4.2.1.10).
func nameConstraints(permit []string) ([]byte, error) {
	var subtrees []byte
	for _, name := range permit {
		subtree, err := generalSubtree(name)
		if err != nil {
			return nil, err
		}
		subtrees = append(subtrees, subtree...)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(subtrees) })
	})
	return b.Bytes()
}

// generalSubtree encodes a name and all below it, or a network.
func generalSubtree(name string) ([]byte, error) {
	kind, value, err := splitName(name)
	if err != nil {
		return nil, err
	}
	tag, content := cbasn1.Tag(2), []byte(value)
	if kind == "IP" {
		tag = 7
		if content, err = parseNet(value); err != nil {
			return nil, fmt.Errorf("name %q: %w", name, err)
		}
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(content) })
	})
	return b.Bytes()
}
