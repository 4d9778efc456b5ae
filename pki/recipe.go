package pki

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Recipe says how a chain differs from the good one: the lab's root, one intermediate, and a leaf for
// localhost, 127.0.0.1 and ::1, all ECDSA P-256. The zero Recipe mints the good chain. A Recipe is plain
// data; [ParseRecipe] reads it from JSON.
//
// Certificates have names: "root", "leaf", "client" and "intermediate". If there are several intermediates,
// "intermediate-1" issues the leaf, "intermediate-2" issues "intermediate-1", and so on. Certificates in
// Others have the names given there.
type Recipe struct {
	// Key is the type of every key whose certificate does not set its own.
	Key KeyType `json:"key,omitzero"`
	// Root, if not zero, makes a root for this chain alone.
	Root Certificate `json:"root,omitzero"`
	// Intermediates are the CAs between leaf and root, the leaf's issuer first. Nil means one good
	// intermediate; empty but not nil means none.
	Intermediates []Certificate `json:"intermediates,omitzero"`
	// Leaf is the certificate that the server presents.
	Leaf Certificate `json:"leaf,omitzero"`
	// Others are certificates off the path from leaf to root.
	Others []Certificate `json:"others,omitzero"`
	// Client, if set, is a certificate for the client, with the same issuer as the leaf.
	Client *Certificate `json:"client,omitzero"`
	// Send lists what the server sends. Nil means the leaf and the intermediates.
	Send []string `json:"send,omitzero"`
	// Trust lists what the client should trust. Nil means the root.
	Trust []string `json:"trust,omitzero"`
	// ServeKey names the key that the server holds, if it is not the leaf's. A name that no certificate has
	// makes a key that belongs to no certificate.
	ServeKey string `json:"serve_key,omitzero"`
	// Staple is the OCSP response that the server staples. Nil means none.
	Staple *OCSP `json:"staple,omitzero"`
	// Responder is the answer of the lab's OCSP responder about one certificate of the path. It says that all
	// other certificates are good. Nil means that all are good.
	Responder *OCSP `json:"responder,omitzero"`
	// CRL gives the client the CRLs of every CA on the path. Nil gives it none, and CRLs at distribution
	// points are empty.
	CRL *CRL `json:"crl,omitzero"`
}

// Certificate says how one certificate differs from a good one in the same place. Empty fields mean that it
// does not.
type Certificate struct {
	// Name is the certificate's name in the recipe. It applies only to entries of Others.
	Name string `json:"name,omitzero"`
	// Profile is the kind of certificate. Empty means the kind that its place implies.
	Profile Profile `json:"profile,omitzero"`
	// Key is the type of its key.
	Key KeyType `json:"key,omitzero"`
	// Of names a certificate whose subject and key this one shares, as a cross-certificate does.
	Of string `json:"of,omitzero"`
	// Issuer names the certificate that issues this one. A certificate's own name makes it self-signed, which
	// is the default for roots and Others.
	Issuer string `json:"issuer,omitzero"`
	// SignedBy names the key that signs this certificate, instead of the issuer's.
	SignedBy string `json:"signed_by,omitzero"`
	// CommonName is its subject's common name.
	CommonName string `json:"common_name,omitzero"`
	// Organization is its subject's organization. Empty means the lab's, which warns against trusting it.
	Organization string `json:"organization,omitzero"`
	// Subject replaces its whole subject, CommonName and Organization included. Empty but not nil means an
	// empty subject.
	Subject []Attribute `json:"subject,omitzero"`
	// IssuerName replaces the name in its issuer field. Nil means the issuer's subject.
	IssuerName []Attribute `json:"issuer_name,omitzero"`
	// Serial is the form of its serial number. Zero means a positive number of 16 octets.
	Serial Serial `json:"serial,omitzero"`
	// SAN lists its subject alternative names in OpenSSL's format: "DNS:localhost", "IP:127.0.0.1",
	// "email:a@b.test", "URI:https://b.test". "DER:" and hexadecimal digits is any other GeneralName, with its
	// tag (RFC 5280, section 4.2.1.6). Nil means the names of a good certificate.
	SAN []string `json:"san,omitzero"`
	// NotBefore and NotAfter bound its validity.
	NotBefore Moment `json:"not_before,omitzero"`
	NotAfter  Moment `json:"not_after,omitzero"`
	// Usages replaces its key usages and extended key usages, in cfssl's words: "digital signature", "cert
	// sign", "server auth", "client auth". Extended key usages that have no word are in dotted decimal.
	Usages []string `json:"usages,omitzero"`
	// BasicConstraints replaces the extension's content, in OpenSSL's format: "CA:TRUE", "CA:TRUE,pathlen:0",
	// "CA:FALSE".
	BasicConstraints string `json:"basic_constraints,omitzero"`
	// Permit replaces a CA's permitted subtrees (RFC 5280, section 4.2.1.10). The format is that of SAN, with
	// a prefix length for addresses: "IP:10.0.0.0/8". The extension is critical, unlike in the lab's own
	// root, unless it is listed in NonCritical. The single entry "any" means no constraints.
	Permit []string `json:"permit,omitzero"`
	// Exclude lists a CA's excluded subtrees, in the same format.
	Exclude []string `json:"exclude,omitzero"`
	// MustStaple adds the TLS feature extension status_request (RFC 7633).
	MustStaple bool `json:"must_staple,omitzero"`
	// OCSP and CRL add the addresses of the lab's responder and CRL (RFC 5280,
	// sections 4.2.2.1 and 4.2.1.13).
	OCSP bool `json:"ocsp,omitzero"`
	CRL  bool `json:"crl,omitzero"`
	// Access replaces the access methods of the authority information access extension: "ocsp", "ca-issuers"
	// (RFC 5280, section 4.2.2.1). All addresses are the lab's: "ca-issuers" leads to the issuer's certificate, even
	// if the server does not send it.
	Access []string `json:"access,omitzero"`
	// SubjectKeyOctets is the length of its subject key identifier. Zero means 20: the SHA-1 of its key.
	SubjectKeyOctets int `json:"subject_key_octets,omitzero"`
	// AuthorityKey replaces the content of its authority key identifier (RFC 5280, section 4.2.1.1). Nil means
	// the issuer's key identifier, if the issuer has another name.
	AuthorityKey []AuthorityKey `json:"authority_key,omitzero"`
	// Extensions are added unchanged. One that the certificate would have anyway is replaced.
	Extensions []Extension `json:"extensions,omitzero"`
	// Order lists its extensions in order, by their names in RFC 5280 or in dotted decimal. All others are left
	// out.
	Order []string `json:"order,omitzero"`
	// Omit lists what to leave out: extensions by their names in RFC 5280 ("authorityKeyIdentifier"),
	// "commonName", "subject".
	Omit []string `json:"omit,omitzero"`
	// NonCritical lists extensions to mark as not critical although they should be.
	NonCritical []string `json:"non_critical,omitzero"`
	// Critical lists extensions to mark as critical although they usually are not.
	Critical []string `json:"critical,omitzero"`
	// Digest is the signature's hash: "SHA-1", "MD5", "SHA-224", "SHA-256", "SHA-384" or "SHA-512". Empty means
	// SHA-256 or better, depending on the issuer's key.
	Digest string `json:"digest,omitzero"`
	// PSS signs with RSASSA-PSS (RFC 4055, section 3), with a salt as long as the hash.
	PSS bool `json:"pss,omitzero"`
	// Version is its X.509 version, 1 or 3. Zero means 3. Version 1 has no extensions.
	Version int `json:"version,omitzero"`
	// Tamper flips the last bit of its signature.
	Tamper bool `json:"tamper,omitzero"`
}

// Extension is an X.509 extension as encoded in a certificate.
type Extension struct {
	ID       string `json:"id"` // dotted decimal
	Critical bool   `json:"critical,omitzero"`
	Value    []byte `json:"value"` // DER
}

// Profile is a kind of certificate. It implies the usages, names and dates of a good one.
type Profile string

const (
	ProfileRoot         Profile = "root"
	ProfileIntermediate Profile = "intermediate"
	ProfileServer       Profile = "server"
	ProfileClient       Profile = "client"
	ProfileOCSP         Profile = "ocsp" // a delegated OCSP responder (RFC 6960, section 4.2.2.2)
)

// ParseRecipe reads a recipe from JSON. Unknown fields are an error.
func ParseRecipe(data []byte) (Recipe, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var r Recipe
	if err := dec.Decode(&r); err != nil {
		return Recipe{}, fmt.Errorf("reading recipe: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Recipe{}, fmt.Errorf("reading recipe: there is more after its end")
	}
	return r, nil
}
