package pki

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"maps"
	"strings"
)

// signing is how to sign: the identifier that stands in the certificate, the hash, and the padding.
type signing struct {
	algorithm pkix.AlgorithmIdentifier
	hash      crypto.Hash
	pss       bool
}

var hashesByName = map[string]crypto.Hash{digestMD5: crypto.MD5, "SHA-1": crypto.SHA1, "SHA-224": crypto.SHA224,
	"SHA-256": crypto.SHA256, "SHA-384": crypto.SHA384, "SHA-512": crypto.SHA512}

// signingOf returns how to sign with a digest that cfssl does not choose by itself.
func signingOf(digest string, pss bool, key crypto.Signer) (signing, error) {
	hash, known := hashesByName[cmp.Or(digest, "SHA-256")]
	prefix, parameters := "", asn1.RawValue{}
	switch key.Public().(type) {
	case *rsa.PublicKey:
		prefix, parameters = "1.2.840.113549.1.1.", asn1.NullRawValue // RFC 4055, section 5
	case *ecdsa.PublicKey:
		prefix = "1.2.840.10045.4."
	case ed25519.PublicKey:
	}
	if pss && known && strings.HasPrefix(prefix, "1.2.840.113549") {
		return signing{pssAlgorithm(hash), hash, true}, nil
	}
	for id, h := range digests {
		if h == hash && known && !pss && prefix != "" && strings.HasPrefix(id, prefix) {
			oid, err := parseOID(id)
			return signing{algorithm: pkix.AlgorithmIdentifier{Algorithm: oid, Parameters: parameters}, hash: h}, err
		}
	}
	return signing{}, fmt.Errorf("cannot sign with digest %q (PSS: %t) and a key of type %T", digest, pss, key.Public())
}

var oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}

// pssAlgorithm returns the identifier of RSASSA-PSS with one hash for all purposes (RFC 4055, section 3.1). With
// SHA-1, all parameters have their default values.
func pssAlgorithm(hash crypto.Hash) pkix.AlgorithmIdentifier {
	if hash == crypto.SHA1 {
		return pkix.AlgorithmIdentifier{Algorithm: oidPSS, Parameters: asn1.RawValue{FullBytes: sequence()}}
	}
	marshal := func(v any) []byte {
		der, _ := asn1.Marshal(v) // plain values always encode
		return der
	}
	explicit := func(tag int, content []byte) []byte {
		return marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: true, Bytes: content})
	}
	id := marshal(pkix.AlgorithmIdentifier{Algorithm: pssHashes[hash], Parameters: asn1.NullRawValue})
	mask := marshal(pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8},
		Parameters: asn1.RawValue{FullBytes: id}})
	return pkix.AlgorithmIdentifier{Algorithm: oidPSS, Parameters: asn1.RawValue{FullBytes: sequence(
		explicit(0, id), explicit(1, mask), explicit(2, marshal(hash.Size())))}}
}

var pssHashes = func() map[crypto.Hash]asn1.ObjectIdentifier {
	m := maps.Clone(hashIDs)
	m[crypto.SHA224] = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 4}
	return m
}()

// sign signs a message. The salt of RSASSA-PSS is read from a stream that the seed decides.
func (s signing) sign(key crypto.Signer, message []byte, salt io.Reader) ([]byte, error) {
	if !s.pss {
		return signDigest(key, s.hash, message)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("cannot sign with RSASSA-PSS and a key of type %T", key)
	}
	h := s.hash.New()
	h.Write(message)
	return rsa.SignPSS(salt, private, s.hash, h.Sum(nil), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
}
