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

// OCSP responses are built here. cfssl's ocsp package signs with golang.org/x/crypto/ocsp, which
// takes producedAt from the clock, so that no two responses would be the same.

var oidOCSPBasic = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}

// The period of revocation information around Config.At: as long as a good leaf lives.
const (
	thisUpdate Moment = "-1h"
	nextUpdate Moment = "1440h"
)

// malformed is what a client gets in place of a response that is malformed.
const malformed = "tlslab: this is no OCSP response\n"

// revocation mints what the recipe says of the chain's staple, its OCSP responder and its
// CRLs.
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

// answer is an OCSP response in the making: all that it takes but the hash by which the
// client calls the certificate.
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
		return nil, fmt.Errorf("an OCSP response needs an issuer, and certificate %q signed itself", about)
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

// OCSPResponse returns the answer of the lab's responder to a request: what the recipe's
// Responder says, or the error unauthorized if the request is about no certificate of the
// path (RFC 5019, section 2.2.3). There is no nonce in it, as seed and time decide every
// byte; clients must put up with that (RFC 5019, section 4). It is an error if the response
// cannot be signed.
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

// response returns the OCSPResponse, with a certificate ID made by that hash: a client looks for
// the one that it asked with.
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

// addStatus adds a CertStatus: implicitly tagged NULLs, or when it was revoked.
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
		b.SetError(fmt.Errorf("OCSP status %q cannot be said of a certificate", status))
	}
}

// hashIDs are the hashes by which requests call certificates. Every client understands SHA-1.
var hashIDs = map[crypto.Hash]asn1.ObjectIdentifier{
	crypto.SHA1:   {1, 3, 14, 3, 2, 26},
	crypto.SHA256: {2, 16, 840, 1, 101, 3, 4, 2, 1},
	crypto.SHA384: {2, 16, 840, 1, 101, 3, 4, 2, 2},
	crypto.SHA512: {2, 16, 840, 1, 101, 3, 4, 2, 3},
}

// certID returns what OCSP calls a certificate (RFC 6960, section 4.1.1).
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
	}{pkix.AlgorithmIdentifier{Algorithm: hashIDs[hash], Parameters: asn1.NullRawValue}, name, key, asn1.RawValue{FullBytes: serial}})
}

// issuerHashes returns the hashes of a CA's name and of its key's bits.
func issuerHashes(issuer *x509.Certificate, hash crypto.Hash) (name, key []byte, err error) {
	if hashIDs[hash] == nil {
		return nil, nil, fmt.Errorf("OCSP knows no certificate by the hash %v: want SHA-1 or SHA-2", hash)
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

// signOCSP wraps signed ResponseData into an OCSPResponse, with certificates that lead from
// its signer to the issuer of the certificate that it is about.
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
