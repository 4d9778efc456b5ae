package pki

import (
	"bytes"
	"cmp"
	"crypto/sha1" // for file names, not for verification
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// Files with what a client should trust, besides [FileRoot].
const (
	FileTrustPKCS12 = "truststore.p12" // encrypted with [Passphrase], in the format of Java's trust stores
	FileTrustJKS    = "truststore.jks" // Java's older format, protected by [Passphrase]
	DirTrust        = "truststore.d"   // a directory, see [TrustStores.Dir]
)

// FileAnchors is the file in [DirTrust] that holds all certificates. Docker, Podman and Skopeo read *.crt
// files in a directory and ignore others.
const FileAnchors = "ca.crt"

// TrustStores holds certificates in formats for clients that cannot read a PEM file. Nothing in it is secret.
type TrustStores struct {
	// PKCS12 is a PKCS #12 file, encrypted with [Passphrase]. Its certificates have the attribute that marks
	// trust anchors for Java. The encryption is Triple DES with SHA-1, which .NET, OpenSSL and every Java
	// from version 8 on can read.
	PKCS12 []byte
	// JKS is a Java key store of version 2, protected by [Passphrase].
	JKS []byte
	// Dir is a directory with ca.crt, which holds all certificates, and one file for each certificate. That
	// file is named after the hash of the certificate's subject, as openssl rehash does.
	Dir []File
}

// TrustStores returns certificates of the chain, usually [Chain.Trusted], as trust stores. The list may be
// empty. The same seed and time give the same bytes.
func (c *Chain) TrustStores(certs []Minted) (TrustStores, error) {
	p12, err := c.trustPKCS12(certs)
	if err != nil {
		return TrustStores{}, fmt.Errorf("encoding the PKCS #12 trust store of %s: %w", c.Name, err)
	}
	jks, err := c.trustJKS(certs)
	if err != nil {
		return TrustStores{}, fmt.Errorf("encoding the JKS trust store of %s: %w", c.Name, err)
	}
	return TrustStores{PKCS12: p12, JKS: jks, Dir: trustDir(certs)}, nil
}

// alias names a certificate in a trust store. The recipe's name does not work, since Java ignores case.
func alias(i int) string { return fmt.Sprintf("ca-%d", i+1) }

func (c *Chain) trustPKCS12(certs []Minted) ([]byte, error) {
	random, err := c.config.stream("trust store " + c.Name)
	if err != nil {
		return nil, err
	}
	var entries []pkcs12.TrustStoreEntry
	for i, m := range certs { // the encoder reads only Raw
		entries = append(entries, pkcs12.TrustStoreEntry{Cert: &x509.Certificate{Raw: m.DER}, FriendlyName: alias(i)})
	}
	// One iteration is enough: the password is public, so a slow key derivation protects nothing.
	return pkcs12.LegacyDES.WithIterations(1).WithRand(random).EncodeTrustStoreEntries(entries, Passphrase)
}

func (c *Chain) trustJKS(certs []Minted) ([]byte, error) {
	store := keystore.New(keystore.WithOrderedAliases())
	for i, m := range certs {
		err := store.SetTrustedCertificateEntry(alias(i), keystore.TrustedCertificateEntry{
			CreationTime: c.config.At, Certificate: keystore.Certificate{Type: "X509", Content: m.DER},
		})
		if err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := store.Store(&b, []byte(Passphrase)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// trustDir returns the files of a directory of trusted certificates. It omits the MD5 hashes of OpenSSL
// before 1.0.0, which cannot read the lab's certificates.
func trustDir(certs []Minted) []File {
	files := []File{{Name: FileAnchors, Data: pemCerts(certs)}}
	taken := map[uint32]int{}
	for _, m := range certs {
		hash, err := subjectHash(m.Cert.RawSubject)
		if err != nil { // OpenSSL cannot read the name either
			continue
		}
		files = append(files, File{Name: fmt.Sprintf("%08x.%d", hash, taken[hash]), Data: pemCerts([]Minted{m})})
		taken[hash]++
	}
	return files
}

// subjectHash returns the hash of a name by which OpenSSL finds certificates in a directory (X509_NAME_hash):
// the first four bytes, little-endian, of the SHA-1 hash of its canonical form.
func subjectHash(name []byte) (uint32, error) {
	canonical, err := canonicalName(name)
	if err != nil {
		return 0, err
	}
	sum := sha1.Sum(canonical)
	return binary.LittleEndian.Uint32(sum[:]), nil
}

// WriteTrustStores writes trust stores into a folder of the directory. It removes any other file in
// [DirTrust], which clients would trust too.
func (d *Dir) WriteTrustStores(folder string, t TrustStores) error {
	dir := filepath.Join(folder, DirTrust)
	if err := d.clear(dir, t.Dir); err != nil {
		return fmt.Errorf("preparing the directory of trusted certificates: %w", err)
	}
	for _, f := range t.Dir {
		if err := d.Write(dir, f); err != nil {
			return err
		}
	}
	return cmp.Or(
		d.Write(folder, File{Name: FileTrustPKCS12, Data: t.PKCS12}),
		d.Write(folder, File{Name: FileTrustJKS, Data: t.JKS}))
}

// clear makes a folder of the directory, or removes all its files except those to keep. It follows no link
// out of the directory.
func (d *Dir) clear(folder string, keep []File) error {
	if !filepath.IsLocal(folder) {
		return fmt.Errorf("%s is not a name inside the lab's directory", folder)
	}
	if err := d.root.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	entries, err := fs.ReadDir(d.root.FS(), filepath.ToSlash(folder))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if slices.ContainsFunc(keep, func(f File) bool { return f.Name == e.Name() }) {
			continue
		}
		if err := d.root.RemoveAll(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
