package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/cloudflare/cfssl/signer"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidOCSPBasic = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	oidSHA1      = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
)

// The period of revocation information around Config.At: as long as a good leaf lives.
const (
	thisUpdate Moment = "-1h"
	nextUpdate Moment = "1440h"
)

// revocationList returns a CRL of one CA that lists nothing (RFC 5280, section 5). cfssl's
// crl package would date it by the clock.
func (b *mint) revocationList(issuer *node) ([]byte, error) {
	from, err := thisUpdate.time(b.config)
	if err != nil {
		return nil, err
	}
	to, err := nextUpdate.time(b.config)
	if err != nil {
		return nil, err
	}
	list, err := x509.CreateRevocationList(nil, &x509.RevocationList{
		Number:     big.NewInt(from.Unix()),
		ThisUpdate: from,
		NextUpdate: to,
	}, issuer.cert, fixedSigner{issuer.key})
	if err != nil {
		return nil, fmt.Errorf("signing the CRL of %q: %w", issuer.name, err)
	}
	return list, nil
}

// OCSPResponse returns an OCSP response for the leaf, signed by its issuer (RFC 6960,
// section 4.2.1). It is built here because golang.org/x/crypto/ocsp, which cfssl's ocsp
// package uses, takes producedAt from the clock.
func (c *Chain) OCSPResponse(status Status) ([]byte, error) {
	if c.issuer == nil {
		return nil, errors.New("an OCSP response needs an issuer, and the leaf signed itself")
	}
	from, err := thisUpdate.time(c.config)
	if err != nil {
		return nil, err
	}
	to, err := nextUpdate.time(c.config)
	if err != nil {
		return nil, err
	}
	id, err := certID(c.Leaf().Cert, c.issuer.cert)
	if err != nil {
		return nil, err
	}
	responder, err := signer.ComputeSKI(c.issuer.cert)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // ResponseData
		b.AddASN1(cbasn1.Tag(2).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { // byKey
			b.AddASN1OctetString(responder)
		})
		b.AddASN1GeneralizedTime(from) // producedAt
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // SingleResponse
				b.AddBytes(id)
				addStatus(b, status, from)
				b.AddASN1GeneralizedTime(from)
				b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
					b.AddASN1GeneralizedTime(to)
				})
			})
		})
	})
	data, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	return signOCSP(data, c.issuer.key)
}

// addStatus adds a CertStatus: implicitly tagged NULLs, or when and why it was revoked.
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
		b.SetError(fmt.Errorf("unknown OCSP status %q: want good, revoked or unknown", status))
	}
}

// certID returns what an OCSP response calls a certificate, by SHA-1, which every client
// understands (RFC 6960, section 4.1.1).
func certID(cert, issuer *x509.Certificate) ([]byte, error) {
	key, err := signer.ComputeSKI(issuer) // the SHA-1 of the key's bits, as issuerKeyHash wants it
	if err != nil {
		return nil, err
	}
	name := sha1.Sum(issuer.RawSubject)
	return asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		NameHash  []byte
		KeyHash   []byte
		Serial    *big.Int
	}{pkix.AlgorithmIdentifier{Algorithm: oidSHA1, Parameters: asn1.NullRawValue}, name[:], key, cert.SerialNumber})
}

// signOCSP wraps signed ResponseData into an OCSPResponse.
func signOCSP(data []byte, key crypto.Signer) ([]byte, error) {
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
	basic, err := asn1.Marshal(certificate{
		TBSCertificate:     asn1.RawValue{FullBytes: data},
		SignatureAlgorithm: id,
		Signature:          asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)},
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
