package flight

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"

	// The hashes that signatures use.
	_ "crypto/md5"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// scheme is a way to sign (RFC 8446, section 4.2.3; RFC 5246, section 7.4.1.4.1).
type scheme struct {
	hash   crypto.Hash // zero if the key signs the message itself
	verify func(key crypto.PublicKey, h crypto.Hash, digest, signature []byte) (valid, known bool)
}

var schemes = map[tls.SignatureScheme]scheme{
	0x0101:                     {crypto.MD5, pkcs1},
	tls.PKCS1WithSHA1:          {crypto.SHA1, pkcs1},
	tls.PKCS1WithSHA256:        {crypto.SHA256, pkcs1},
	tls.PKCS1WithSHA384:        {crypto.SHA384, pkcs1},
	tls.PKCS1WithSHA512:        {crypto.SHA512, pkcs1},
	tls.PSSWithSHA256:          {crypto.SHA256, pss},
	tls.PSSWithSHA384:          {crypto.SHA384, pss},
	tls.PSSWithSHA512:          {crypto.SHA512, pss},
	tls.ECDSAWithSHA1:          {crypto.SHA1, ecdsaASN1},
	tls.ECDSAWithP256AndSHA256: {crypto.SHA256, ecdsaASN1},
	tls.ECDSAWithP384AndSHA384: {crypto.SHA384, ecdsaASN1},
	tls.ECDSAWithP521AndSHA512: {crypto.SHA512, ecdsaASN1},
	tls.Ed25519:                {0, edwards},
}

// smallest is the size in bits of the smallest RSA key that crypto/rsa verifies with.
const smallest = 1024

func pkcs1(key crypto.PublicKey, h crypto.Hash, digest, signature []byte) (valid, known bool) {
	k, ok := key.(*rsa.PublicKey)
	if !ok || k.N.BitLen() < smallest {
		return false, !ok
	}
	return rsa.VerifyPKCS1v15(k, h, digest, signature) == nil, true
}

func pss(key crypto.PublicKey, h crypto.Hash, digest, signature []byte) (valid, known bool) {
	k, ok := key.(*rsa.PublicKey)
	if !ok || k.N.BitLen() < smallest {
		return false, !ok
	}
	o := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
	return rsa.VerifyPSS(k, h, digest, signature, o) == nil, true
}

func ecdsaASN1(key crypto.PublicKey, _ crypto.Hash, digest, signature []byte) (valid, known bool) {
	k, ok := key.(*ecdsa.PublicKey)
	return ok && ecdsa.VerifyASN1(k, digest, signature), true
}

func edwards(key crypto.PublicKey, _ crypto.Hash, message, signature []byte) (valid, known bool) {
	k, ok := key.(ed25519.PublicKey)
	return ok && ed25519.Verify(k, message, signature), true
}

// prove checks the server's signature with the leaf's key.
func (r *Reader) prove(signed, signature []byte) {
	if len(r.Certificates) == 0 {
		return
	}
	key, err := PublicKey(r.Certificates[0])
	if err != nil {
		return
	}
	s, ok := schemes[r.Scheme]
	if r.Hello.Version < tls.VersionTLS12 { // RFC 4346, section 7.4.3; RFC 8422, section 5.4
		ok = true
		s = scheme{crypto.MD5SHA1, pkcs1}
		if _, isRSA := key.(*rsa.PublicKey); !isRSA {
			s = scheme{crypto.SHA1, ecdsaASN1}
		}
	}
	if !ok {
		return
	}
	if valid, known := s.verify(key, s.hash, digest(s.hash, signed), signature); known {
		r.Proven = &valid
	}
}

// digest returns the hash of a message, or the message itself if there is no hash.
func digest(h crypto.Hash, message []byte) []byte {
	switch h {
	case 0:
		return message
	case crypto.MD5SHA1: // both, one after the other; crypto has no implementation of it
		return append(digest(crypto.MD5, message), digest(crypto.SHA1, message)...)
	}
	d := h.New()
	d.Write(message)
	return d.Sum(nil)
}

// PublicKey returns a certificate's public key, even if crypto/x509 refuses the certificate. It reads no more than it
// needs (RFC 5280, section 4.1).
func PublicKey(der []byte) (crypto.PublicKey, error) {
	var certificate, tbs, spki, skipped cryptobyte.String
	s := cryptobyte.String(der)
	if !s.ReadASN1(&certificate, asn1.SEQUENCE) || !certificate.ReadASN1(&tbs, asn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(asn1.Tag(0).ContextSpecific().Constructed()) {
		return nil, errors.New("this is not a certificate")
	}
	var tag asn1.Tag
	for range 5 { // serialNumber, signature, issuer, validity, subject
		if !tbs.ReadAnyASN1(&skipped, &tag) {
			return nil, errors.New("the certificate has no public key")
		}
	}
	if !tbs.ReadASN1Element(&spki, asn1.SEQUENCE) {
		return nil, errors.New("the certificate has no public key")
	}
	return x509.ParsePKIXPublicKey(spki)
}
