// Package pki mints certificate chains that are good, or broken in exactly one way.
//
// [New] makes a [Minter] from a seed and a time. [Minter.Mint] takes a [Recipe] and returns a [Chain]:
// certificates, keys, a stapled OCSP response, CRLs, a client certificate. [Chain.Files] returns them as PEM
// and DER files, and [Compare] lists the differences between two chains.
//
//	m, err := pki.New(pki.Config{Seed: "workshop", At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
//	...
//	chain, err := m.Mint("expired", pki.Recipe{Leaf: pki.Certificate{NotAfter: "-24h"}})
//
// [RecipeOf] goes the other way: from a chain that a server sends to a [Recipe] that mints the same shape under the
// lab's keys, without names, keys, serial numbers or addresses of the original. [CompareSeen] compares the two from
// outside.
//
// # Reproducible
//
// Seed and time decide every byte. Keys are derived from the seed by HKDF (RFC 5869) with the key's place as
// context. ECDSA keys, and RSA keys of 2,048 bits and more, follow c2sp.org/det-keygen. ECDSA signatures are
// deterministic (RFC 6979). The result does not depend on the order of minting or the number of processors.
//
// # How a certificate is made
//
// cfssl's local signer mints every certificate from a CSR and a signing profile, as far as it can. What
// neither cfssl nor crypto/x509 will sign (a CA without key usage, X.509 version 1, MD5) takes one more step
// on the DER: the certificate is changed as the recipe says and signed again with the same key.
//
// # Do not trust the root
//
// The lab's root has name constraints (RFC 5280, section 4.2.1.10): localhost, and the names that RFC 2606
// and RFC 6761 reserve. They are not critical and say nothing about addresses, because mbedTLS 2.28 cannot
// read a root with critical constraints, and BoringSSL refuses a leaf with an address if addresses are
// constrained. The root expires three days after a good leaf, its subject says what it is, and its key is
// never written to disk.
//
// Measured with a leaf for www.google.com below that root: Go, OpenSSL, GnuTLS, BoringSSL, NSS, rustls,
// Chromium and pyca's cryptography refuse it, and so do curl, Python, Node, Ruby, Perl and PHP over OpenSSL.
// Java 17 and 25, OkHttp, mbedTLS 2.28 and Erlang 25 accept it. Addresses are not constrained: the clients of
// the matrix accept a leaf for 8.8.8.8. The seed is not secret, and anybody who knows it and the time can
// derive every key. So the root must not be trusted outside of tests.
package pki
