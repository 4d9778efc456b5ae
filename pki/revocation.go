package pki

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/ocsp"
)

// OCSP responses are built here because cfssl's ocsp package signs with golang.org/x/crypto/ocsp, which takes
// producedAt from the clock: no two responses would be equal.

var oidOCSPBasic = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}

// The validity period of revocation data, relative to Config.At. It ends with a good leaf's.
const (
	thisUpdate Moment = "-1h"
	nextUpdate Moment = "1440h"
)

// malformed is sent instead of a response that the recipe calls malformed.
const malformed = "tlslab: this is no OCSP response\n"

// revocation mints the chain's staple, the OCSP responder's answers and the CRLs.
func (b *mint) revocation(c *Chain) error {
	var err error
	if o := b.recipe.Staple; o != nil {
		if c.staple, err = b.answer(*o); err != nil {
			return err
		}
		if c.Staple, err = c.staple.response(crypto.SHA1); err != nil {
			return err
		}
	}
	c.answers = map[string]*answer{}
	for _, name := range b.path[:len(b.path)-1] {
		o := OCSP{For: name}
		if r := b.recipe.Responder; r != nil && cmp.Or(r.For, "leaf") == name {
			o = *r
		}
		if c.answers[name], err = b.answer(o); err != nil {
			return err
		}
	}
	return b.publish(c)
}

// answer is everything in an OCSP response except the hash by which the client identifies the certificate.
type answer struct {
	OCSP
	subject, issuer, signer *node
	thisUpdate, nextUpdate  time.Time
	at                      time.Time
}

// answer mints the certificates that a response needs.
func (b *mint) answer(o OCSP) (*answer, error) {
	about := cmp.Or(o.For, "leaf")
	issuer := b.specs[about].Issuer
	if issuer == "" || issuer == about {
		return nil, fmt.Errorf("an OCSP response needs an issuer, but certificate %q is self-signed", about)
	}
	a := &answer{OCSP: o, at: b.config.At}
	for name, n := range map[string]**node{about: &a.subject, issuer: &a.issuer} {
		var err error
		if *n, err = b.get(name); err != nil {
			return nil, err
		}
	}
	var err error
	if a.signer, err = b.get(cmp.Or(o.SignedBy, issuer)); err != nil {
		return nil, err
	}
	if a.thisUpdate, err = cmp.Or(o.ThisUpdate, thisUpdate).time(b.config); err != nil {
		return nil, err
	}
	a.nextUpdate, err = cmp.Or(o.NextUpdate, nextUpdate).time(b.config)
	return a, err
}

// OCSPResponse returns the answer of the lab's responder to a request: what the recipe's Responder says, or
// the error unauthorized if the request is not about a certificate of the path (RFC 5019, section 2.2.3). The
// response has no nonce, because seed and time decide every byte; clients must accept that (RFC 5019, section
// 4). It is an error if the response cannot be signed.
func (c *Chain) OCSPResponse(request *ocsp.Request) ([]byte, error) {
	for _, a := range c.answers {
		if a.matches(request) {
			return a.response(request.HashAlgorithm)
		}
	}
	return ocsp.UnauthorizedErrorResponse, nil
}

// matches reports whether a request is about the answer's certificate.
func (a *answer) matches(r *ocsp.Request) bool {
	if a.subject.cert.SerialNumber.Cmp(r.SerialNumber) != 0 {
		return false
	}
	name, key, err := issuerHashes(a.issuer.cert, r.HashAlgorithm)
	return err == nil && bytes.Equal(name, r.IssuerNameHash) && bytes.Equal(key, r.IssuerKeyHash)
}

// response returns the OCSPResponse. Its certificate ID uses the given hash, because a client looks for the
// ID that it asked with.
func (a *answer) response(hash crypto.Hash) ([]byte, error) {
	switch {
	case a.Malformed:
		return []byte(malformed), nil
	case a.Status == StatusTryLater:
		return ocsp.TryLaterErrorResponse, nil
	}
	id, err := certID(a.subject.cert, a.issuer.cert, hash)
	if err != nil {
		return nil, err
	}
	_, responder, err := issuerHashes(a.signer.cert, crypto.SHA1) // RFC 6960, section 4.2.1: KeyHash
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // ResponseData
		b.AddASN1(cbasn1.Tag(2).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { // byKey
			b.AddASN1OctetString(responder)
		})
		b.AddASN1GeneralizedTime(a.thisUpdate) // producedAt
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // SingleResponse
				b.AddBytes(id)
				addStatus(b, cmp.Or(a.Status, StatusGood), a.thisUpdate)
				b.AddASN1GeneralizedTime(a.thisUpdate)
				b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
					b.AddASN1GeneralizedTime(a.nextUpdate)
				})
			})
		})
	})
	data, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	var certs []asn1.RawValue
	if a.signer != a.issuer {
		certs = append(certs, asn1.RawValue{FullBytes: a.signer.der})
	}
	return signOCSP(data, a.signer.key, certs)
}

// addStatus adds a CertStatus: an implicitly tagged NULL, or the time of revocation.
func addStatus(b *cryptobyte.Builder, status Status, at time.Time) {
	switch status {
	case StatusGood:
		b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(*cryptobyte.Builder) {})
	case StatusRevoked:
		b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1GeneralizedTime(at)
		})
	case StatusUnknown:
		b.AddASN1(cbasn1.Tag(2).ContextSpecific(), func(*cryptobyte.Builder) {})
	default:
		b.SetError(fmt.Errorf("%q is not the OCSP status of a certificate", status))
	}
}

// hashIDs are the hashes that requests may use to identify certificates. Every client supports SHA-1.
var hashIDs = map[crypto.Hash]asn1.ObjectIdentifier{
	crypto.SHA1:   {1, 3, 14, 3, 2, 26},
	crypto.SHA256: {2, 16, 840, 1, 101, 3, 4, 2, 1},
	crypto.SHA384: {2, 16, 840, 1, 101, 3, 4, 2, 2},
	crypto.SHA512: {2, 16, 840, 1, 101, 3, 4, 2, 3},
}

// certID returns OCSP's identifier of a certificate (RFC 6960, section 4.1.1).
func certID(cert, issuer *x509.Certificate, hash crypto.Hash) ([]byte, error) {
	name, key, err := issuerHashes(issuer, hash)
	if err != nil {
		return nil, err
	}
	serial, err := asn1.Marshal(cert.SerialNumber)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		NameHash  []byte
		KeyHash   []byte
		Serial    asn1.RawValue
	}{
		pkix.AlgorithmIdentifier{Algorithm: hashIDs[hash], Parameters: asn1.NullRawValue},
		name, key, asn1.RawValue{FullBytes: serial},
	})
}

// issuerHashes returns the hashes of a CA's name and of its public key bits.
func issuerHashes(issuer *x509.Certificate, hash crypto.Hash) (name, key []byte, err error) {
	if hashIDs[hash] == nil {
		return nil, nil, fmt.Errorf("OCSP cannot identify a certificate by hash %v: want SHA-1 or SHA-2", hash)
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	public, err := x509.MarshalPKIXPublicKey(issuer.PublicKey)
	if err != nil {
		return nil, nil, err
	}
	if _, err := asn1.Unmarshal(public, &info); err != nil {
		return nil, nil, err
	}
	h := hash.New()
	h.Write(issuer.RawSubject)
	name = h.Sum(nil)
	h.Reset()
	h.Write(info.Key.RightAlign())
	return name, h.Sum(nil), nil
}

// basicResponse is RFC 6960's BasicOCSPResponse.
type basicResponse struct {
	Data      asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
	Certs     []asn1.RawValue `asn1:"explicit,optional,omitempty,tag:0"`
}

// signOCSP signs ResponseData and wraps it into an OCSPResponse. The certificates lead from the signer to the
// issuer of the certificate in question.
func signOCSP(data []byte, key crypto.Signer, certs []asn1.RawValue) ([]byte, error) {
	algorithm, err := signatureAlgorithm("", key)
	if err != nil {
		return nil, err
	}
	identifier, ok := algorithmIdentifiers[algorithm]
	if !ok {
		return nil, fmt.Errorf("cannot sign an OCSP response with %s", algorithm)
	}
	signature, err := signDigest(key, digestOf(identifier), data)
	if err != nil {
		return nil, err
	}
	id := pkix.AlgorithmIdentifier{Algorithm: identifier}
	if _, isRSA := key.Public().(*rsa.PublicKey); isRSA {
		id.Parameters = asn1.NullRawValue // RFC 4055, section 5
	}
	basic, err := asn1.Marshal(basicResponse{
		Data:      asn1.RawValue{FullBytes: data},
		Algorithm: id,
		Signature: asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)},
		Certs:     certs,
	})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(struct {
		Status   asn1.Enumerated // successful
		Response struct {
			Type  asn1.ObjectIdentifier
			Basic []byte
		} `asn1:"explicit,tag:0"`
	}{Response: struct {
		Type  asn1.ObjectIdentifier
		Basic []byte
	}{oidOCSPBasic, basic}})
}

var algorithmIdentifiers = map[x509.SignatureAlgorithm]asn1.ObjectIdentifier{
	x509.SHA256WithRSA:   {1, 2, 840, 113549, 1, 1, 11},
	x509.ECDSAWithSHA256: {1, 2, 840, 10045, 4, 3, 2},
	x509.ECDSAWithSHA384: {1, 2, 840, 10045, 4, 3, 3},
	x509.PureEd25519:     {1, 3, 101, 112},
}
