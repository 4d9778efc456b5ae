package lab

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// standIns are the contents of files given in place of the right ones; see [scenarios.Setup].
var standIns = map[scenarios.File]pki.File{
	scenarios.FileEmpty:  {Name: "empty.pem"},
	scenarios.FileNotPEM: {Name: "not-pem.pem", Data: []byte("<html><title>404 Not Found</title></html>\n")},
}

// missingFile is the name of a file that does not exist.
const missingFile = "missing.pem"

// wrongPassphrase decrypts nothing.
const wrongPassphrase = "not-" + pki.Passphrase

// clientFiles returns the paths of the files that a scenario's client is given, and writes the wrong files
// that the scenario asks for.
func (l *Lab) clientFiles(s *scenarios.Scenario, c *pki.Chain) (serve.Files, error) {
	path := func(name string) string { return filepath.Join(l.dir.Path(), c.Name, name) }
	f := serve.Files{CAFile: path(pki.FileRoot)}
	if err := l.trustStores(s, c, &f); err != nil {
		return serve.Files{}, err
	}
	if c.CRLs != nil {
		f.CRLFile = path(pki.FileCRL)
	}
	if c.Client != nil {
		f.CertFile, f.KeyFile, f.CombinedFile = path(pki.FileClientCert), path(pki.FileClientKey), path(pki.FileClient)
	}
	for _, place := range []struct {
		file  scenarios.File
		field *string
	}{{s.Setup.CA, &f.CAFile}, {s.Setup.Cert, &f.CertFile}, {s.Setup.Key, &f.KeyFile}} {
		switch place.file {
		case "":
		case scenarios.FileMissing:
			*place.field = path(missingFile)
		case scenarios.FileLeaf:
			*place.field = path(pki.FileLeaf)
		case scenarios.FileEncrypted:
			*place.field = path(pki.FileClientEncryptedKey)
		case scenarios.FileOther:
			*place.field = path(pki.FileKey) // the server's key: good, but not the client's
		case scenarios.FileCombined:
			f.KeyFile, f.CombinedFile = "", f.CertFile
		default:
			standIn := standIns[place.file]
			if err := l.dir.Write(c.Name, standIn); err != nil {
				return serve.Files{}, err
			}
			*place.field = path(standIn.Name)
		}
	}
	switch {
	case c.Client == nil:
	case s.Setup.Cert != "":
		f.CombinedFile = f.CertFile
	case s.Setup.Key != "":
		combined, err := l.combine(c.Name, f.KeyFile, f.CertFile)
		if err != nil {
			return serve.Files{}, err
		}
		f.CombinedFile = combined
	}
	f.KeyPassword = map[scenarios.Passphrase]string{
		scenarios.PassphraseRight: pki.Passphrase, scenarios.PassphraseWrong: wrongPassphrase,
	}[s.Setup.Passphrase]
	return f, nil
}

// combine writes key and certificate into one file and returns its path.
func (l *Lab) combine(folder, keyFile, certFile string) (string, error) {
	const name = "client-combined-setup.pem"
	var data []byte
	for _, file := range []string{keyFile, certFile} {
		part, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("joining the client's key and certificate: %w", err)
		}
		data = append(data, part...)
	}
	return filepath.Join(l.dir.Path(), folder, name), l.dir.Write(folder,
		pki.File{Name: name, Data: data, Secret: true})
}
