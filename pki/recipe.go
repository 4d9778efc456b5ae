package pki

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Recipe says how a chain differs from the good one: the lab's root, one
// intermediate, and a leaf for localhost, 127.0.0.1 and ::1, all ECDSA P-256. The
// zero Recipe mints the good chain. It is plain data, and [ParseRecipe] reads it
// from JSON.
//
// Certificates are called by name: "root", "leaf", "client", "intermediate" (with
// several: "intermediate-1" issues the leaf, "intermediate-2" the first, and so on), and
// those in Others by the name they have there.
type Recipe struct {
	// Key is the kind of every key that does not say its own.
	Key KeyType `json:"key,omitzero"`
	// Root, if not zero, makes a root for this chain alone.
	Root Certificate `json:"root,omitzero"`
	// Intermediates are the CAs between leaf and root, the leaf's issuer first. Nil
	// means one good one; empty but not nil means none.
	Intermediates []Certificate `json:"intermediates,omitzero"`
	// Leaf is what the server presents.
	Leaf Certificate `json:"leaf,omitzero"`
	// Others are certificates off the path from leaf to root.
	Others []Certificate `json:"others,omitzero"`
	// Client, if set, is a certificate for the client, issued as the leaf is.
	Client *Certificate `json:"client,omitzero"`
	// Send lists what the server sends. Nil means the leaf and the intermediates.
	Send []string `json:"send,omitzero"`
	// Trust lists what the client is to trust. Nil means the root.
	Trust []string `json:"trust,omitzero"`
	// ServeKey names the key that the server holds, if not the leaf's: a name that
	// no certificate has gives a key that no certificate holds.
	ServeKey string `json:"serve_key,omitzero"`
	// Staple is the OCSP response that the server staples. Nil means none.
	Staple *OCSP `json:"staple,omitzero"`
	// Responder is what the lab's OCSP responder answers about one certificate of the
	// path. About the others, and if it is nil about all, it says that they are good.
	Responder *OCSP `json:"responder,omitzero"`
	// CRL gives the client the CRLs of every CA on the path. Nil gives it none; those that
	// certificates point to list nothing then.
	CRL *CRL `json:"crl,omitzero"`
}

// Certificate says how one certificate differs from a good one in its place.
type Certificate struct {
	// Name is what the recipe calls it; for entries of Others only.
	Name string `json:"name,omitzero"`
	// Profile is what kind of certificate it is. Empty means what its place says.
	Profile Profile `json:"profile,omitzero"`
	// Key is the kind of its key.
	Key KeyType `json:"key,omitzero"`
	// Of names a certificate whose subject and key it shares, as a cross-certificate does.
	Of string `json:"of,omitzero"`
	// Issuer names the certificate that issues it. Its own name makes it self-signed,
	// which is what empty means for roots and Others.
	Issuer string `json:"issuer,omitzero"`
	// SignedBy names the key that signs it in place of its issuer's.
	SignedBy string `json:"signed_by,omitzero"`
	// CommonName is its subject's common name.
	CommonName string `json:"common_name,omitzero"`
	// Organization is its subject's organization. Empty means the lab's, which says what it is.
	Organization string `json:"organization,omitzero"`
	// SAN lists its subject alternative names as OpenSSL writes them: "DNS:localhost",
	// "IP:127.0.0.1". Nil means those of a good one.
	SAN []string `json:"san,omitzero"`
	// NotBefore and NotAfter bound its validity.
	NotBefore Moment `json:"not_before,omitzero"`
	NotAfter  Moment `json:"not_after,omitzero"`
	// Usages replaces its key usages and extended key usages, in cfssl's words:
	// "digital signature", "cert sign", "server auth", "client auth".
	Usages []string `json:"usages,omitzero"`
	// BasicConstraints replaces the extension's content, as OpenSSL writes it:
	// "CA:TRUE", "CA:TRUE,pathlen:0", "CA:FALSE".
	BasicConstraints string `json:"basic_constraints,omitzero"`
	// Permit replaces a CA's permitted subtrees (RFC 5280, section 4.2.1.10), written as SAN is,
	// addresses with a prefix length: "IP:10.0.0.0/8". They are critical, unlike those of the lab's
	// own root, unless NonCritical says otherwise. "any" alone means that it is not constrained at all.
	Permit []string `json:"permit,omitzero"`
	// MustStaple adds the TLS feature extension status_request (RFC 7633).
	MustStaple bool `json:"must_staple,omitzero"`
	// OCSP and CRL add the addresses of the lab's responder and CRL (RFC 5280,
	// sections 4.2.2.1 and 4.2.1.13).
	OCSP bool `json:"ocsp,omitzero"`
	CRL  bool `json:"crl,omitzero"`
	// Extensions are added as they are.
	Extensions []Extension `json:"extensions,omitzero"`
	// Omit leaves things out: the names of extensions as RFC 5280 has them
	// ("authorityKeyIdentifier"), "commonName", "subject".
	Omit []string `json:"omit,omitzero"`
	// NonCritical marks extensions as not critical that ought to be.
	NonCritical []string `json:"non_critical,omitzero"`
	// Digest is what its signature is made with: "SHA-1" or "MD5". Empty means SHA-256
	// or better, by the issuer's key.
	Digest string `json:"digest,omitzero"`
	// Version is its X.509 version, 1 or 3. Zero means 3. Version 1 has no extensions.
	Version int `json:"version,omitzero"`
	// Tamper flips the last bit of its signature.
	Tamper bool `json:"tamper,omitzero"`
}

// Extension is an X.509 extension as it stands in a certificate.
type Extension struct {
	ID       string `json:"id"` // dotted decimal
	Critical bool   `json:"critical,omitzero"`
	Value    []byte `json:"value"` // DER
}

// Profile is a kind of certificate: which usages, names and dates a good one has.
type Profile string

// The profiles.
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
		return Recipe{}, fmt.Errorf("reading recipe: more follows after its end")
	}
	return r, nil
}
