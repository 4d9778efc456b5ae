package pki

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"

	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// Passphrase opens the encrypted private keys and PKCS #12 files that the lab writes. Like the seed, it is
// public.
const Passphrase = "tlslab"

// File names of a chain.
const (
	FileLeaf         = "leaf.pem"          // the server's certificate
	FileChain        = "chain.pem"         // what the server sends, in order
	FileKey          = "key.pem"           // the server's key, as PKCS #8
	FileEncryptedKey = "key-encrypted.pem" // the same, encrypted with [Passphrase]
	FileCombined     = "combined.pem"      // the server's key and chain in one file
	FileRoot         = "root.pem"          // what the client should trust
	FilePKCS12       = "bundle.p12"        // the server's key and chain, encrypted with [Passphrase]
	FileStaple       = "staple.der"        // the stapled OCSP response, if any
	// FileCRL holds the CRLs of every CA of the path, if any. They are for the client, or else for the
	// server.
	FileCRL        = "crl.pem"
	FileClientCert = "client.pem"     // the client's certificate and intermediates, if any
	FileClientKey  = "client-key.pem" // the client's key, as PKCS #8
	FileClient     = "client-combined.pem"

	FileClientEncryptedKey = "client-key-encrypted.pem" // the client's key, encrypted with [Passphrase]
)

// fileNames are files that only some chains have.
var fileNames = []string{FileStaple, FileCRL, FileClientCert, FileClientKey, FileClientEncryptedKey, FileClient}

// File is one file of a chain.
type File struct {
	Name   string
	Data   []byte
	Secret bool // it holds a private key
}

// Files returns the chain's files. Client and revocation files are included only if the recipe asks for them.
func (c *Chain) Files() ([]File, error) {
	files, err := c.ClientFiles()
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(c.key)
	if err != nil {
		return nil, fmt.Errorf("encoding the key of %s: %w", c.Name, err)
	}
	encrypted, err := c.encryptKey("encrypted key", key)
	if err != nil {
		return nil, fmt.Errorf("encrypting the key of %s: %w", c.Name, err)
	}
	bundle, err := c.pkcs12()
	if err != nil {
		return nil, fmt.Errorf("encoding the PKCS #12 file of %s: %w", c.Name, err)
	}
	chain, keyPEM := pemCerts(c.Sent), pemBlock("PRIVATE KEY", key)
	files = append(files,
		File{Name: FileChain, Data: chain},
		File{Name: FileEncryptedKey, Data: pemBlock("ENCRYPTED PRIVATE KEY", encrypted), Secret: true},
		File{Name: FileCombined, Data: slices.Concat(keyPEM, chain), Secret: true},
		File{Name: FilePKCS12, Data: bundle, Secret: true})
	if c.Staple != nil {
		files = append(files, File{Name: FileStaple, Data: c.Staple})
	}
	if lists := c.serverCRLs(); lists != nil {
		files = append(files, File{Name: FileCRL, Data: pemCRLs(lists)})
	}
	slices.SortFunc(files, func(a, b File) int {
		return cmp.Compare(slices.Index(order, a.Name), slices.Index(order, b.Name))
	})
	return files, nil
}

// order is the order of a chain's files. It must not change: the catalogue's digests depend on it.
var order = append([]string{
	FileLeaf, FileChain, FileKey, FileEncryptedKey, FileCombined, FileRoot, FilePKCS12,
}, fileNames...)

// ClientFiles returns the files that a client may be given: what it should trust, what it presents, CRLs, and
// the server's leaf and key, which some scenarios give to a client by mistake.
func (c *Chain) ClientFiles() ([]File, error) {
	key, err := x509.MarshalPKCS8PrivateKey(c.key)
	if err != nil {
		return nil, fmt.Errorf("encoding the key of %s: %w", c.Name, err)
	}
	files := []File{
		{Name: FileRoot, Data: pemCerts(c.Trusted)},
		{Name: FileLeaf, Data: pemCerts(c.Sent[:1])},
		{Name: FileKey, Data: pemBlock("PRIVATE KEY", key), Secret: true},
	}
	if c.CRLs != nil {
		files = append(files, File{Name: FileCRL, Data: pemCRLs(c.CRLs)})
	}
	if c.Client != nil {
		key, err := x509.MarshalPKCS8PrivateKey(c.clientKey)
		if err != nil {
			return nil, fmt.Errorf("encoding the client's key of %s: %w", c.Name, err)
		}
		encrypted, err := c.encryptKey("encrypted client key", key)
		if err != nil {
			return nil, fmt.Errorf("encrypting the client's key of %s: %w", c.Name, err)
		}
		cert, keyPEM := pemCerts(c.Client), pemBlock("PRIVATE KEY", key)
		files = append(files,
			File{Name: FileClientCert, Data: cert},
			File{Name: FileClientKey, Data: keyPEM, Secret: true},
			File{Name: FileClientEncryptedKey, Data: pemBlock("ENCRYPTED PRIVATE KEY", encrypted), Secret: true},
			File{Name: FileClient, Data: slices.Concat(keyPEM, cert), Secret: true})
	}
	return files, nil
}

// Combined returns the leaf or one of the recipe's Others as a server keeps it in one file: its key, its certificate,
// and the intermediates that lead to its root, in PEM.
func (c *Chain) Combined(name string) ([]byte, error) {
	held := c.TLSCertificate()
	if name != "leaf" {
		var err error
		if held, err = c.CertificateOf(name); err != nil {
			return nil, err
		}
	}
	key, err := x509.MarshalPKCS8PrivateKey(held.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("encoding the key of %s of %s: %w", name, c.Name, err)
	}
	out := pemBlock("PRIVATE KEY", key)
	for _, der := range held.Certificate {
		out = append(out, pemBlock("CERTIFICATE", der)...)
	}
	return out, nil
}

// Bundle returns certificates of the recipe by name, in PEM, as a file of trusted CAs.
func (c *Chain) Bundle(names ...string) ([]byte, error) {
	var list []Minted
	for _, name := range names {
		i := slices.IndexFunc(c.all, func(m Minted) bool { return m.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("the recipe of %s has no certificate %q", c.Name, name)
		}
		list = append(list, c.all[i])
	}
	return pemCerts(list), nil
}

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func pemCerts(list []Minted) []byte {
	var b bytes.Buffer
	for _, m := range list {
		b.Write(pemBlock("CERTIFICATE", m.DER))
	}
	return b.Bytes()
}

func pemCRLs(list [][]byte) []byte {
	var b bytes.Buffer
	for _, der := range list {
		b.Write(pemBlock("X509 CRL", der))
	}
	return b.Bytes()
}

func (c *Chain) pkcs12() ([]byte, error) {
	random, err := c.config.stream("pkcs12 " + c.Name)
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for _, m := range c.Sent {
		chain = append(chain, &x509.Certificate{Raw: m.DER}) // the encoder reads nothing else
	}
	return pkcs12.Modern.WithRand(random).Encode(c.key, chain[0], chain[1:], Passphrase)
}
