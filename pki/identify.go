package pki

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// AuthorityKey is a part of an authority key identifier (RFC 5280, section 4.2.1.1).
type AuthorityKey string

// The parts of an authority key identifier, as they are for the certificate's issuer or for another one.
const (
	AuthorityKeyID       AuthorityKey = "key"            // the issuer's subject key identifier
	AuthorityOtherKeyID  AuthorityKey = "another-key"    // a key identifier that no certificate has
	AuthorityIssuer      AuthorityKey = "issuer"         // the name of the issuer's issuer
	AuthorityOtherIssuer AuthorityKey = "another-issuer" // a name that is not that of the issuer's issuer
	AuthoritySerial      AuthorityKey = "serial"         // the issuer's serial number
	AuthorityOtherSerial AuthorityKey = "another-serial" // a number that is not the issuer's
)

// identifyKeys sets the subject and authority key identifiers.
func (b *mint) identifyKeys(name string, tbs *tbsCertificate, issuer *x509.Certificate, key crypto.Signer) error {
	c := b.specs[name]
	own := asn1.ObjectIdentifier(extensionIDs["subjectKeyIdentifier"])
	i := slices.IndexFunc(tbs.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(own) })
	if c.SubjectKeyOctets != 0 && i >= 0 {
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			return err
		}
		digest := sha512.Sum512(public)
		if c.SubjectKeyOctets < 0 || c.SubjectKeyOctets > len(digest) {
			return fmt.Errorf("subject key identifier of %d octets: want 1 to %d", c.SubjectKeyOctets, len(digest))
		}
		if tbs.Extensions[i].Value, err = asn1.Marshal(digest[:c.SubjectKeyOctets]); err != nil {
			return err
		}
	}
	return b.identifyIssuer(name, tbs, issuer, i)
}

// identifyIssuer sets the authority key identifier. The subject key identifier, if any, is at position i.
func (b *mint) identifyIssuer(name string, tbs *tbsCertificate, issuer *x509.Certificate, i int) error {
	c := b.specs[name]
	parts, self := c.AuthorityKey, c.Issuer == "" || c.Issuer == name
	isAKI := func(e pkix.Extension) bool { return e.Id.Equal(extensionIDs["authorityKeyIdentifier"]) }
	if parts == nil {
		if bytes.Equal(tbs.Issuer.FullBytes, tbs.Subject.FullBytes) {
			tbs.Extensions = slices.DeleteFunc(tbs.Extensions, isAKI)
			return nil
		}
		parts = []AuthorityKey{AuthorityKeyID}
	}
	a := authority{key: issuer.SubjectKeyId, issuer: issuer.RawIssuer, serial: issuer.SerialNumber}
	if self {
		a = authority{issuer: tbs.Issuer.FullBytes, serial: integer(tbs.SerialNumber.Bytes)}
		if i >= 0 {
			if _, err := asn1.Unmarshal(tbs.Extensions[i].Value, &a.key); err != nil {
				return err
			}
		}
	}
	value, err := a.encode(parts)
	if err != nil {
		return err
	}
	e := pkix.Extension{Id: extensionIDs["authorityKeyIdentifier"], Value: value}
	at := slices.IndexFunc(tbs.Extensions, isAKI)
	if at < 0 {
		tbs.Extensions = slices.Insert(tbs.Extensions, i+1, e) // where crypto/x509 has it
	} else {
		tbs.Extensions[at] = e
	}
	return nil
}

// authority is what an authority key identifier may hold.
type authority struct {
	key, issuer []byte
	serial      *big.Int
}

func (a authority) encode(parts []AuthorityKey) ([]byte, error) {
	var b cryptobyte.Builder
	var bad error
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, part := range parts {
			switch part {
			case AuthorityKeyID, AuthorityOtherKeyID:
				id := a.key
				if part == AuthorityOtherKeyID {
					id = []byte("tlslab: another key!")
				}
				b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(id) })
			case AuthorityIssuer, AuthorityOtherIssuer:
				name := a.issuer
				if part == AuthorityOtherIssuer {
					name, bad = encodeName([]Attribute{{Type: "CN", Value: "tlslab: another issuer"}})
				}
				b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
						b.AddBytes(name)
					})
				})
			case AuthoritySerial, AuthorityOtherSerial:
				serial := new(big.Int).Set(cmp.Or(a.serial, new(big.Int)))
				if part == AuthorityOtherSerial {
					serial.Add(serial, big.NewInt(1))
				}
				b.AddASN1(cbasn1.Tag(2).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(octets(serial)) })
			default:
				bad = fmt.Errorf("authority key %q: want key, issuer or serial, or another-…", part)
			}
		}
	})
	if bad != nil {
		return nil, bad
	}
	return b.Bytes()
}

// integer reads the content of an INTEGER, in as many octets as it has.
func integer(content []byte) *big.Int {
	n := new(big.Int).SetBytes(content)
	if len(content) > 0 && content[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(content))))
	}
	return n
}

// octets returns the content of an INTEGER.
func octets(n *big.Int) []byte {
	der, err := asn1.Marshal(n)
	var raw asn1.RawValue
	if err == nil {
		_, err = asn1.Unmarshal(der, &raw)
	}
	if err != nil {
		return []byte{0}
	}
	return raw.Bytes
}
