package pki

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var extensionNames = func() map[string]string {
	m := map[string]string{
		oidTLSFeature.String(): "tlsFeature",
		"2.5.29.31":            "cRLDistributionPoints",
		"1.3.6.1.5.5.7.1.1":    "authorityInfoAccess",
	}
	for name, id := range extensionIDs {
		m[id.String()] = name
	}
	return m
}()

func (m Minted) facts(issuer Minted) map[string]string {
	f := map[string]string{
		"version":   fmt.Sprint(m.version()),
		"subject":   m.Cert.Subject.String(),
		"issuer":    m.Cert.Issuer.CommonName,
		"notBefore": m.Cert.NotBefore.Format(time.RFC3339),
		"notAfter":  m.Cert.NotAfter.Format(time.RFC3339),
		"key":       KeyName(m.Cert.PublicKey),
		"algorithm": m.algorithm(),
		"signature": m.signature(issuer),
	}
	if m.version() == 1 {
		return f
	}
	for _, e := range m.Cert.Extensions {
		name, known := extensionNames[e.Id.String()]
		if !known {
			name = e.Id.String()
		}
		value := fmt.Sprintf("%x", e.Value)
		switch name {
		case "subjectKeyIdentifier":
			value = "present"
		case "authorityKeyIdentifier":
			value = "of another"
			if bytes.Equal(m.Cert.AuthorityKeyId, issuer.Cert.SubjectKeyId) || issuer.Cert.SubjectKeyId == nil {
				value = "of the issuer"
			}
		case "basicConstraints":
			value = m.basicConstraints()
		case "subjectAltName":
			value = shorten(strings.Join(sanNames(e.Value), ", "))
		case "keyUsage":
			value = keyUsage(m.Cert.KeyUsage)
		case "extKeyUsage":
			value = extKeyUsage(m.Cert)
		case "cRLDistributionPoints", "authorityInfoAccess":
			value = "the lab's"
		}
		if e.Critical {
			value = "critical " + value
		}
		f[name] = value
	}
	return f
}

func shorten(s string) string {
	if len(s) > 120 {
		return s[:120] + "…"
	}
	return s
}

// version reads the version from the DER, which crypto/x509 may be unable to parse.
func (m Minted) version() int {
	var outer certificate
	var tbs tbsCertificate
	if _, err := asn1.Unmarshal(m.DER, &outer); err == nil {
		if _, err := asn1.Unmarshal(outer.TBSCertificate.FullBytes, &tbs); err == nil {
			return tbs.Version + 1
		}
	}
	return m.Cert.Version
}

// algorithm returns the name of the signature algorithm.
func (m Minted) algorithm() string {
	var c certificate
	if _, err := asn1.Unmarshal(m.DER, &c); err == nil && c.SignatureAlgorithm.Algorithm.Equal(oidMD5WithRSA) {
		return x509.MD5WithRSA.String() // crypto/x509 does not know it
	}
	return m.Cert.SignatureAlgorithm.String()
}

// signature tells whether the certificate's signature verifies with the issuer's key.
func (m Minted) signature(issuer Minted) string {
	var c certificate
	if _, err := asn1.Unmarshal(m.DER, &c); err != nil {
		return "unreadable"
	}
	message, hash, ok := c.TBSCertificate.FullBytes, digestOf(c.SignatureAlgorithm.Algorithm), false
	if hash != 0 {
		h := hash.New()
		h.Write(message)
		message = h.Sum(nil)
	}
	switch key := issuer.Cert.PublicKey.(type) {
	case *rsa.PublicKey:
		ok = rsa.VerifyPKCS1v15(key, hash, message, c.Signature.Bytes) == nil
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(key, message, c.Signature.Bytes)
	case ed25519.PublicKey:
		ok = ed25519.Verify(key, message, c.Signature.Bytes)
	}
	return map[bool]string{true: "verifies", false: "does not verify"}[ok]
}

func (m Minted) basicConstraints() string {
	s := "CA:FALSE"
	if m.Cert.IsCA {
		s = "CA:TRUE"
	}
	if m.Cert.MaxPathLen > 0 || m.Cert.MaxPathLenZero {
		s += fmt.Sprintf(",pathlen:%d", m.Cert.MaxPathLen)
	}
	return s
}

// KeyName names a public key's kind and size: "ECDSA P-256", "RSA 2048".
func KeyName(key any) string {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Curve.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return fmt.Sprintf("%T", key)
}

// Names returns the certificate's subject alternative names as a recipe writes them, separated by commas.
// Long lists are shortened.
func (m Minted) Names() string {
	for _, e := range m.Cert.Extensions {
		if e.Id.Equal(oidSubjectAltName) {
			return shorten(strings.Join(sanNames(e.Value), ", "))
		}
	}
	return ""
}

// sanNames decodes names into the form that a recipe uses, valid or not.
func sanNames(value []byte) []string {
	var names []string
	in := cryptobyte.String(value)
	var list cryptobyte.String
	if !in.ReadASN1(&list, cbasn1.SEQUENCE) {
		return nil
	}
	for !list.Empty() {
		var name cryptobyte.String
		var tag cbasn1.Tag
		if !list.ReadAnyASN1(&name, &tag) {
			return names
		}
		switch tag {
		case cbasn1.Tag(2).ContextSpecific():
			names = append(names, strings.Trim(strconv.QuoteToASCII("DNS:"+string(name)), `"`))
		case cbasn1.Tag(7).ContextSpecific():
			if ip, ok := netip.AddrFromSlice(name); ok {
				names = append(names, "IP:"+ip.String())
			}
		}
	}
	return names
}

// usageWords names the bits of key usage (RFC 5280, section 4.2.1.3).
var usageWords = []string{"digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment",
	"keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"}

func keyUsage(u x509.KeyUsage) string {
	var words []string
	for i, word := range usageWords {
		if u&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

func extKeyUsage(cert *x509.Certificate) string {
	var words []string
	for _, u := range cert.ExtKeyUsage {
		words = append(words, u.String())
	}
	return strings.Join(words, " ")
}
