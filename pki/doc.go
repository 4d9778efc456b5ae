// Package pki mints certificate chains that are good, or broken in exactly one way.
//
// [New] makes a [Minter] from a seed and a time. [Minter.Mint] takes a [Recipe] and
// returns a [Chain]: certificates, keys, a stapled OCSP response, CRLs, a client
// certificate. [Chain.Files] gives them as PEM and DER files, and [Compare] says in what
// two chains differ.
//
//	m, err := pki.New(pki.Config{Seed: "workshop", At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
//	...
//	chain, err := m.Mint("expired", pki.Recipe{Leaf: pki.Certificate{NotAfter: "-24h"}})
//
// # Reproducible
//
// Seed and time decide every byte. Keys are derived from the seed by HKDF (RFC 5869)
// with the key's place as context; ECDSA keys and RSA keys of 2,048 bits and more
// follow c2sp.org/det-keygen; ECDSA signatures are deterministic (RFC 6979). The order
// of minting and the number of processors change nothing.
//
// # How a certificate is made
//
// cfssl's local signer mints every certificate, from a CSR and a signing profile, as far
// as it can. What neither it nor crypto/x509 will sign (a CA without key usage, X.509
// version 1, MD5) is made by one last step on the DER: the certificate is changed as the
// recipe says and signed again with the same key.
//
// # Not to be trusted
//
// The lab's root is constrained (RFC 5280, section 4.2.1.10) to localhost, to the names
// that RFC 2606 and RFC 6761 reserve, and to loopback, link-local and private addresses; its
// subject says what it is. It is no root for TLS servers of others, then; it does not limit what else is
// signed below it. A seed is no secret: whoever knows it has every key.
package pki
