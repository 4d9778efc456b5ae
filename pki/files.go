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

// Passphrase opens the encrypted private keys and PKCS #12 files that the lab writes. It is
// as public as the seed.
const Passphrase = "tlslab"

// Names of the files of a chain.
const (
	FileLeaf         = "leaf.pem"          // the certificate that the server presents
	FileChain        = "chain.pem"         // what the server sends, in order
	FileKey          = "key.pem"           // the key that it holds, PKCS #8
	FileEncryptedKey = "key-encrypted.pem" // the same under [Passphrase]
	FileCombined     = "combined.pem"      // key and chain in one file
	FileRoot         = "root.pem"          // what the client is to trust
	FilePKCS12       = "bundle.p12"        // key and chain under [Passphrase]
	FileStaple       = "staple.der"        // the stapled OCSP response, if there is one
	FileCRL          = "crl.pem"           // CRLs of every CA of the path, if there are any: for the client, or else for the server
	FileClientCert   = "client.pem"        // the client's certificate and intermediates, if it has one
	FileClientKey    = "client-key.pem"    // its key, PKCS #8
	FileClient       = "client-combined.pem"

	FileClientEncryptedKey = "client-key-encrypted.pem" // its key under [Passphrase]
)

// fileNames are the files that not every chain has.
var fileNames = []string{FileStaple, FileCRL, FileClientCert, FileClientKey, FileClientEncryptedKey, FileClient}

// File is one file of a chain.
type File struct {
	Name   string
	Data   []byte
	Secret bool // holds a private key
}

// Files returns the chain as files. Those of the client and of revocation are there only if the
// recipe asks for them.
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
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(slices.Index(order, a.Name), slices.Index(order, b.Name)) })
	return files, nil
}

// order is that of a chain's files. It never changes: digests of the catalogue are taken over them.
var order = append([]string{FileLeaf, FileChain, FileKey, FileEncryptedKey, FileCombined, FileRoot, FilePKCS12}, fileNames...)

// ClientFiles returns those of the chain's files that a client may be given: what it is to trust, what
// it is to present, CRLs, and the server's leaf and key, which some are given by mistake.
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
		chain = append(chain, &x509.Certificate{Raw: m.DER}) // all that the encoder looks at
	}
	return pkcs12.Modern.WithRand(random).Encode(c.key, chain[0], chain[1:], Passphrase)
}
