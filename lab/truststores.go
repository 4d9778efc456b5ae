package lab

import (
	"path/filepath"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// missingStore begins the names of trust stores that are not there.
const missingStore = "missing-"

// trustStores writes what a client of the scenario is to trust in forms other than PEM, and fills in where it
// is. Where the scenario gives another trust file in place of the right one, the stores hold the same as that.
func (l *Lab) trustStores(s *scenarios.Scenario, c *pki.Chain, f *serve.Files) error {
	prefix := ""
	if s.Setup.CA == scenarios.FileMissing {
		prefix = missingStore
	} else {
		stores, err := storesOf(s, c)
		if err != nil {
			return err
		}
		if err := l.dir.WriteTrustStores(c.Name, stores); err != nil {
			return err
		}
	}
	path := func(name string) string { return filepath.Join(l.dir.Path(), c.Name, prefix+name) }
	f.CAPKCS12, f.CAJKS, f.CADir = path(pki.FileTrustPKCS12), path(pki.FileTrustJKS), path(pki.DirTrust)
	f.CAPassword = pki.Passphrase
	return nil
}

// storesOf returns what the trust stores of a scenario hold.
func storesOf(s *scenarios.Scenario, c *pki.Chain) (pki.TrustStores, error) {
	switch s.Setup.CA {
	case "":
		return c.TrustStores(c.Trusted)
	case scenarios.FileLeaf:
		return c.TrustStores(c.Sent[:1])
	}
	data := standIns[s.Setup.CA].Data
	return pki.TrustStores{PKCS12: data, JKS: data, Dir: []pki.File{{Name: pki.FileAnchors, Data: data}}}, nil
}
