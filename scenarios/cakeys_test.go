package scenarios_test

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"example.com/tlslab/pki"
)

// TestNoCAKeyIsWritten checks that no scenario's files contain the key of a CA that leads to a trusted root,
// so that nobody can issue certificates with the files of a lab.
func TestNoCAKeyIsWritten(t *testing.T) {
	m := minter()
	keys := 0
	for _, s := range declared() {
		chain := mint(t, m, s)
		files, err := chain.Files()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for block, rest := pem.Decode(f.Data); block != nil; block, rest = pem.Decode(rest) {
				if block.Type != "PRIVATE KEY" { // encrypted keys are the same keys
					continue
				}
				keys++
				key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
				if err != nil {
					t.Fatal(err)
				}
				if !f.Secret {
					t.Errorf("%s: %s has a key and is not secret", s.ID, f.Name)
				}
				for _, ca := range above(chain) {
					type comparer interface{ Equal(crypto.PublicKey) bool }
					if key.(crypto.Signer).Public().(comparer).Equal(ca.Cert.PublicKey) {
						t.Errorf("%s: %s has the key of %s", s.ID, f.Name, ca.Name)
					}
				}
			}
		}
	}
	if keys < 2*len(declared()) {
		t.Errorf("%d keys in the files of %d scenarios: the test does not find them", keys, len(declared()))
	}
}

// above returns the certificates of a chain that are or could be issuers.
func above(c *pki.Chain) []pki.Minted {
	var list []pki.Minted
	for _, some := range [][]pki.Minted{c.Path, c.Trusted, c.Sent, c.Client} {
		for _, m := range some {
			if m.Cert.IsCA {
				list = append(list, m)
			}
		}
	}
	return list
}
