package pki

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cloudflare/cfssl/config"
	"github.com/cloudflare/cfssl/csr"
	"github.com/cloudflare/cfssl/signer"
	"github.com/cloudflare/cfssl/signer/local"
)

// Subjects. The names of the lab's CAs warn anybody who finds one in a trust store.
const (
	organization = "tlslab: TLS failure lab, do not trust"
	hostName     = "localhost"
)

var commonNames = map[Profile]string{
	ProfileRoot:         "tlslab root CA (for tests, do not trust)",
	ProfileIntermediate: "tlslab intermediate CA",
	ProfileServer:       hostName,
	ProfileClient:       "tlslab client",
	ProfileOCSP:         "tlslab OCSP responder",
}

// usages of good certificates, in cfssl's words.
var usages = map[Profile][]string{
	ProfileRoot:         {"cert sign", "crl sign"},
	ProfileIntermediate: {"cert sign", "crl sign"},
	ProfileServer:       {"digital signature", "server auth"},
	ProfileClient:       {"digital signature", "client auth"},
	ProfileOCSP:         {"digital signature", "ocsp signing"},
}

// names of good certificates.
var names = map[Profile][]string{
	ProfileServer: {"DNS:" + hostName, "IP:127.0.0.1", "IP:::1"},
}

// permitted are the lab root's name constraints: the names that RFC 2606 and RFC 6761 reserve. There are none
// on addresses, because BoringSSL refuses paths that have such constraints.
var permitted = []string{"DNS:localhost", "DNS:test", "DNS:example", "DNS:invalid"}

// mustStaple is the TLS feature status_request(5) (RFC 7633, section 6).
var mustStaple = []byte{0x30, 0x03, 0x02, 0x01, 0x05}

// isDefault reports whether c sets nothing but its profile, issuer and key.
func (c Certificate) isDefault() bool {
	c.Profile, c.Key, c.Issuer = "", "", ""
	return reflect.ValueOf(c).IsZero()
}

// sign mints a certificate with cfssl. If the recipe asks for something that cfssl will not sign, finish
// changes the DER. The owner goes into the serial number.
func (b *mint) sign(name, owner string) (*node, error) {
	c := b.specs[name]
	key, err := b.key(name)
	if err != nil {
		return nil, err
	}
	subject := b.subject(c)
	issuer, issuerKey, err := b.issuer(name, subject, key)
	if err != nil {
		return nil, err
	}
	notBefore, notAfter, err := b.validity(c)
	if err != nil {
		return nil, err
	}
	serial, err := b.serial(owner, name, notBefore, notAfter)
	if err != nil {
		return nil, err
	}
	profile, err := b.profile(name, c)
	if err != nil {
		return nil, err
	}
	extensions, err := b.extensions(c, len(subject.ToRDNSequence()) == 0)
	if err != nil {
		return nil, err
	}
	signingAs := issuer
	if b.exact(name) { // reshape adds the rest, because crypto/x509 may be unable to read it back
		extensions, signingAs = nil, plainIssuer(issuer)
	}
	for _, e := range extensions {
		profile.ExtensionWhitelist[asn1.ObjectIdentifier(e.ID).String()] = true
	}

	request, err := certificateRequest(subject, key)
	if err != nil {
		return nil, fmt.Errorf("making its CSR: %w", err)
	}
	algorithm, err := signatureAlgorithm(c.Digest, issuerKey)
	if err != nil {
		return nil, err
	}
	ca, err := local.NewSigner(fixedSigner{issuerKey}, signingAs, algorithm, &config.Signing{Default: profile})
	if err != nil {
		return nil, fmt.Errorf("making its signer: %w", err)
	}
	der, err := signDER(ca, signer.SignRequest{
		Request:    string(request),
		Serial:     serial,
		NotBefore:  notBefore,
		NotAfter:   notAfter,
		Extensions: extensions,
	})
	if err != nil {
		return nil, fmt.Errorf("signing it: %w", err)
	}
	return b.finish(name, der, issuer, key, issuerKey)
}

// plainIssuer returns the issuer under a name that crypto/x509 can read back.
func plainIssuer(issuer *x509.Certificate) *x509.Certificate {
	if issuer.Raw == nil {
		return issuer // it signs itself
	}
	plain := *issuer
	plain.RawSubject, plain.Subject = nil, pkix.Name{CommonName: "tlslab"}
	return &plain
}

// validity returns from when to when a certificate is valid.
func (b *mint) validity(c Certificate) (notBefore, notAfter time.Time, err error) {
	usual := periods[c.Profile]
	if notBefore, err = cmp.Or(c.NotBefore, usual[0]).time(b.config); err != nil {
		return time.Time{}, time.Time{}, err
	}
	notAfter, err = cmp.Or(c.NotAfter, usual[1]).time(b.config)
	return notBefore, notAfter, err
}

// signDER has cfssl sign a certificate, and returns its DER.
func signDER(ca *local.Signer, request signer.SignRequest) ([]byte, error) {
	out, err := ca.Sign(request)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(out)
	if block == nil {
		return nil, errors.New("cfssl returned no PEM")
	}
	return block.Bytes, nil
}

func (b *mint) subject(c Certificate) pkix.Name {
	if c.Of != "" {
		return b.subject(b.specs[c.Of])
	}
	var s pkix.Name
	if slices.Contains(c.Omit, "subject") {
		return s
	}
	s.Organization = []string{cmp.Or(c.Organization, organization)}
	if !slices.Contains(c.Omit, "commonName") {
		s.CommonName = cmp.Or(c.CommonName, commonNames[c.Profile])
	}
	return s
}

func certificateRequest(subject pkix.Name, key crypto.Signer) ([]byte, error) {
	return csr.Generate(fixedSigner{key}, &csr.CertificateRequest{CN: subject.CommonName, Names: csrNames(subject)})
}

func csrNames(s pkix.Name) []csr.Name {
	if len(s.Organization) == 0 {
		return nil
	}
	return []csr.Name{{O: s.Organization[0]}}
}

// issuer returns the certificate and key that sign the certificate called name. The issuer's certificate is
// modified where crypto/x509 would refuse to sign, or would leave out the authority key identifier because
// the issuer has no subject key identifier.
func (b *mint) issuer(name string, subject pkix.Name, key crypto.Signer) (*x509.Certificate, crypto.Signer, error) {
	c := b.specs[name]
	var cert *x509.Certificate
	if c.Issuer == "" || c.Issuer == name {
		cert = &x509.Certificate{Subject: subject, PublicKey: key.Public()}
	} else {
		n, err := b.get(c.Issuer)
		if err != nil {
			return nil, nil, err
		}
		copied := *n.cert
		cert, key = &copied, n.key
		if cert.SubjectKeyId == nil {
			if cert.SubjectKeyId, err = signer.ComputeSKI(cert); err != nil {
				return nil, nil, err
			}
		}
	}
	if c.SignedBy != "" {
		other, err := b.key(c.SignedBy)
		if err != nil {
			return nil, nil, err
		}
		key, cert.PublicKey = other, other.Public()
	}
	return cert, key, nil
}

// profile returns cfssl's signing profile for a certificate.
func (b *mint) profile(name string, c Certificate) (*config.SigningProfile, error) {
	usage := usages[c.Profile]
	if usage == nil {
		return nil, fmt.Errorf("unknown profile %q", c.Profile)
	}
	if c.Usages != nil {
		usage = slices.DeleteFunc(slices.Clone(c.Usages), isOID) // reshape adds the others
		if len(usage) == 0 && len(c.Usages) > 0 {
			usage = []string{"any"} // reshape replaces it; cfssl signs nothing without any usage
		}
	}
	p := &config.SigningProfile{
		Usage:                       usage,
		Expiry:                      time.Hour, // cfssl requires it, but uses the request's dates
		ClientProvidesSerialNumbers: true,
		OCSPNoCheck:                 c.Profile == ProfileOCSP, // RFC 6960, section 4.2.2.2.1
		ExtensionWhitelist:          map[string]bool{},
	}
	if _, _, unknown := p.Usages(); len(unknown) > 0 {
		return nil, fmt.Errorf("unknown usages %q", unknown)
	}
	constraints := c.BasicConstraints
	if constraints == "" {
		isCA := c.Profile == ProfileRoot || c.Profile == ProfileIntermediate
		constraints = map[bool]string{true: "CA:TRUE", false: "CA:FALSE"}[isCA]
	}
	ca, rest, hasLength := strings.Cut(constraints, ",pathlen:")
	p.CAConstraint.IsCA = ca == "CA:TRUE"
	if hasLength {
		n, err := strconv.Atoi(rest)
		if err != nil || n < 0 || !p.CAConstraint.IsCA {
			return nil, fmt.Errorf("basic constraints %q: want CA:TRUE,pathlen:N", c.BasicConstraints)
		}
		p.CAConstraint.MaxPathLen, p.CAConstraint.MaxPathLenZero = n, n == 0
	}
	if ca != "CA:TRUE" && ca != "CA:FALSE" {
		return nil, fmt.Errorf("basic constraints %q: want CA:TRUE or CA:FALSE", c.BasicConstraints)
	}
	if c.OCSP {
		p.OCSP = b.ocspURL()
	}
	if c.CRL {
		p.CRL = b.crlURL(name)
	}
	return p, nil
}

// extensions returns the extensions that a cfssl profile cannot express.
func (b *mint) extensions(c Certificate, nameless bool) ([]signer.Extension, error) {
	var list []signer.Extension
	add := func(id asn1.ObjectIdentifier, critical bool, value []byte) {
		list = append(list, signer.Extension{ID: config.OID(id), Critical: critical, Value: hex.EncodeToString(value)})
	}
	san := c.SAN
	if san == nil {
		san = names[c.Profile]
	}
	own := func(id asn1.ObjectIdentifier) bool { // the recipe has its own extension with that number
		return slices.ContainsFunc(c.Extensions, func(e Extension) bool { return e.ID == id.String() })
	}
	if len(san) > 0 && !slices.Contains(c.Omit, "subjectAltName") && !own(oidSubjectAltName) {
		value, err := subjectAltName(san)
		if err != nil {
			return nil, err
		}
		add(oidSubjectAltName, nameless, value) // RFC 5280, section 4.2.1.6
	}
	permit, critical := c.Permit, true // RFC 5280, section 4.2.1.10
	if permit == nil && c.Exclude == nil && c.Profile == ProfileRoot {
		permit, critical = permitted, false // mbedTLS cannot read a root with critical constraints
	}
	if slices.Equal(permit, []string{"any"}) {
		permit = nil
	}
	if len(permit)+len(c.Exclude) > 0 && !own(oidNameConstraints) {
		value, err := nameConstraints(permit, c.Exclude)
		if err != nil {
			return nil, err
		}
		add(oidNameConstraints, critical, value)
	}
	if c.MustStaple {
		add(oidTLSFeature, false, mustStaple)
	}
	for _, e := range c.Extensions {
		id, err := parseOID(e.ID)
		if err != nil {
			return nil, err
		}
		add(id, e.Critical, e.Value)
	}
	return list, nil
}

func parseOID(s string) (asn1.ObjectIdentifier, error) {
	oid, err := x509.ParseOID(s)
	if err != nil {
		return nil, fmt.Errorf("extension %q: %w", s, err)
	}
	var id asn1.ObjectIdentifier
	for part := range strings.SplitSeq(oid.String(), ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Errorf("extension %q: %w", s, err)
		}
		id = append(id, n)
	}
	return id, nil
}
