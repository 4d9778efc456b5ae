package lab

import (
	"path/filepath"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// missingStore starts the names of trust stores that do not exist.
const missingStore = "missing-"

// trustStores writes what the scenario's client should trust in formats other than PEM, and fills in the
// paths. If the scenario replaces the right trust file, the stores contain the same as the replacement.
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

// storesOf returns the contents of a scenario's trust stores.
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
