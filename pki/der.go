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
	"slices"
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

// sha2 are the digests of FIPS 180-4 that a recipe can name.
var sha2 = []string{"SHA-224", "SHA-256", "SHA-384", "SHA-512"}

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
		if slices.Contains(sha2, digest) { // finish signs again
			return x509.SHA256WithRSA, nil
		}
	case *ecdsa.PublicKey:
		switch {
		case digest == "SHA-1":
			return x509.ECDSAWithSHA1, nil
		case digest == "" && key.Curve.Params().BitSize > 256:
			return x509.ECDSAWithSHA384, nil
		case digest == "", slices.Contains(sha2, digest): // finish signs again
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
func (b *mint) finish(name string, der []byte, issuer *x509.Certificate, key, issuerKey crypto.Signer) (*node, error) {
	c := b.specs[name]
	before, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading it back: %w", err)
	}
	var tbs *tbsCertificate
	if der, tbs, err = b.rewrite(name, der, issuer, key, issuerKey); err != nil {
		return nil, err
	}
	if c.Tamper {
		der = slices.Clone(der)
		der[len(der)-1] ^= 1 // the signature comes last
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		cert = before // crypto/x509 cannot parse everything that is broken on purpose
		if b.exact(name) {
			cert = tbs.apply(before)
		}
	}
	return &node{name: name, cert: cert, der: der, key: key, odd: err != nil}, nil
}

// rewrite returns the certificate as the recipe wants it, and its parts if anything had to be changed.
func (b *mint) rewrite(name string, der []byte, issuer *x509.Certificate, key, issuerKey crypto.Signer) (
	[]byte, *tbsCertificate, error) {
	c := b.specs[name]
	if c.Version != 0 && c.Version != 1 && c.Version != 3 {
		return nil, nil, fmt.Errorf("version %d: want 1 or 3", c.Version)
	}
	drop := slices.DeleteFunc(slices.Clone(c.Omit), func(s string) bool {
		return s == "subject" || s == "commonName" || s == "subjectAltName"
	})
	if len(drop) == 0 && len(c.NonCritical) == 0 && c.Version != 1 && c.Digest != digestMD5 && !b.exact(name) {
		return der, nil, nil
	}
	var outer certificate
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, nil, err
	}
	var tbs tbsCertificate
	if _, err := asn1.Unmarshal(outer.TBSCertificate.FullBytes, &tbs); err != nil {
		return nil, nil, err
	}
	if b.exact(name) {
		if err := b.reshape(name, &tbs, issuer, key); err != nil {
			return nil, nil, err
		}
	}
	if err := tbs.mark(c, drop); err != nil {
		return nil, nil, err
	}
	if c.Version == 1 {
		tbs.Version, tbs.Extensions = 0, nil
	}
	der, err := b.signAgain(name, &tbs, issuerKey)
	return der, &tbs, err
}

// mark leaves extensions out, and changes whether they are critical.
func (t *tbsCertificate) mark(c Certificate, drop []string) error {
	for _, name := range drop {
		id, ok := extensionIDs[name]
		if !ok {
			return fmt.Errorf("omit: there is no extension %q", name)
		}
		t.Extensions = slices.DeleteFunc(t.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(id) })
	}
	for _, list := range []struct {
		field    string
		names    []string
		critical bool
	}{{"non_critical", c.NonCritical, false}, {"critical", c.Critical, true}} {
		for _, name := range list.names {
			id, err := extensionID(name)
			if err != nil {
				return fmt.Errorf("%s: %w", list.field, err)
			}
			i := slices.IndexFunc(t.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(id) })
			if i < 0 {
				return fmt.Errorf("%s: there is no extension %q", list.field, name)
			}
			t.Extensions[i].Critical = list.critical
		}
	}
	return nil
}

// signAgain signs a certificate that was changed.
func (b *mint) signAgain(name string, tbs *tbsCertificate, issuerKey crypto.Signer) ([]byte, error) {
	c := b.specs[name]
	s := signing{algorithm: tbs.SignatureAlgorithm, hash: digestOf(tbs.SignatureAlgorithm.Algorithm)}
	if c.PSS || c.Digest == digestMD5 || slices.Contains(sha2, c.Digest) {
		var err error
		if s, err = signingOf(c.Digest, c.PSS, issuerKey); err != nil {
			return nil, err
		}
	}
	tbs.SignatureAlgorithm = s.algorithm
	raw, err := asn1.Marshal(*tbs)
	if err != nil {
		return nil, err
	}
	salt, err := b.config.stream("salt " + b.name + " " + name)
	if err != nil {
		return nil, err
	}
	signature, err := s.sign(issuerKey, raw, salt)
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
	"1.2.840.113549.1.1.14": crypto.SHA224,
	"1.2.840.113549.1.1.11": crypto.SHA256,
	"1.2.840.113549.1.1.12": crypto.SHA384,
	"1.2.840.113549.1.1.13": crypto.SHA512,
	"1.2.840.10045.4.1":     crypto.SHA1,
	"1.2.840.10045.4.3.1":   crypto.SHA224,
	"1.2.840.10045.4.3.2":   crypto.SHA256,
	"1.2.840.10045.4.3.3":   crypto.SHA384,
	"1.2.840.10045.4.3.4":   crypto.SHA512,
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
