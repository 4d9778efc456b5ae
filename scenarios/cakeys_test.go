package scenarios_test

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"example.com/tlslab/pki"
)

// TestNoCAKeyIsWritten holds the files of every scenario to have no key of a CA on the way to what the client
// trusts: all who read a lab's directory can still issue nothing.
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
				if block.Type != "PRIVATE KEY" { // the encrypted ones are the same
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
					if key.(crypto.Signer).Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(ca.Cert.PublicKey) {
						t.Errorf("%s: %s has the key of %s", s.ID, f.Name, ca.Name)
					}
				}
			}
		}
	}
	if keys < 2*len(declared()) {
		t.Errorf("%d keys in the files of %d scenarios: they are looked for in the wrong place", keys, len(declared()))
	}
}

// above are the certificates of a chain that issue or could.
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
