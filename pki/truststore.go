package pki

import (
	"bytes"
	"cmp"
	"crypto/sha1" // names files; nothing is verified with it
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// Names of the forms of what a client is to trust, besides [FileRoot].
const (
	FileTrustPKCS12 = "truststore.p12" // under [Passphrase], as Java reads trust stores
	FileTrustJKS    = "truststore.jks" // Java's older form, under [Passphrase]
	DirTrust        = "truststore.d"   // a directory, see [TrustStores.Dir]
)

// FileAnchors is the file in [DirTrust] that holds all certificates. Docker, Podman and Skopeo read what is
// called *.crt in a directory and ignore files with other endings.
const FileAnchors = "ca.crt"

// TrustStores are certificates in the forms in which clients that do not read a PEM file want what they
// are to trust. Nothing in them is secret.
type TrustStores struct {
	// PKCS12 is a PKCS #12 file under [Passphrase]. Its certificates bear the attribute by which Java
	// knows trust anchors. It is encrypted with Triple DES and SHA-1, since every Java from version 8
	// on, .NET and OpenSSL can read that.
	PKCS12 []byte
	// JKS is a Java key store of version 2 under [Passphrase].
	JKS []byte
	// Dir is a directory: ca.crt with all certificates, and each certificate in a file that is named
	// after the hash of its subject, as openssl rehash names them.
	Dir []File
}

// TrustStores returns certificates of the chain, [Chain.Trusted] as a rule, as trust stores. There may be
// none. The same seed and time give the same bytes.
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

// alias names a certificate of a trust store. It cannot be the name in the recipe, since Java ignores case.
func alias(i int) string { return fmt.Sprintf("ca-%d", i+1) }

func (c *Chain) trustPKCS12(certs []Minted) ([]byte, error) {
	random, err := c.config.stream("trust store " + c.Name)
	if err != nil {
		return nil, err
	}
	var entries []pkcs12.TrustStoreEntry
	for i, m := range certs { // the encoder looks at nothing but Raw
		entries = append(entries, pkcs12.TrustStoreEntry{Cert: &x509.Certificate{Raw: m.DER}, FriendlyName: alias(i)})
	}
	// The password is public: deriving a key from it many times over protects nothing.
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

// trustDir returns the files of a directory of trusted certificates. The hash by MD5 that OpenSSL used
// before version 1.0.0 is left out: those versions cannot read the lab's certificates.
func trustDir(certs []Minted) []File {
	files := []File{{Name: FileAnchors, Data: pemCerts(certs)}}
	taken := map[uint32]int{}
	for _, m := range certs {
		hash, err := subjectHash(m.Cert.RawSubject)
		if err != nil { // OpenSSL cannot read it either
			continue
		}
		files = append(files, File{Name: fmt.Sprintf("%08x.%d", hash, taken[hash]), Data: pemCerts([]Minted{m})})
		taken[hash]++
	}
	return files
}

// subjectHash returns the hash of a name by which OpenSSL finds certificates in a directory
// (X509_NAME_hash): the first four bytes, little-endian, of the SHA-1 of its canonical form.
func subjectHash(name []byte) (uint32, error) {
	canonical, err := canonicalName(name)
	if err != nil {
		return 0, err
	}
	sum := sha1.Sum(canonical)
	return binary.LittleEndian.Uint32(sum[:]), nil
}

// WriteTrustStores writes trust stores into a folder of the directory. Whatever else lies in [DirTrust] is
// removed: it would be trusted too.
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

// clear makes a folder of the directory, or removes from it all files but those to keep. It follows no link
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
