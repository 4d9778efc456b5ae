package scenarios_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"runtime"
	"testing"

	"golang.org/x/sync/errgroup"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// BenchmarkMintChain mints a chain of three with its keys, once with crypto/x509 alone and once as the lab
// does. All chains share the lab's root, which is made once. So "shared" is what a scenario costs, and
// "own-root" is the same work as "bare".
func BenchmarkMintChain(b *testing.B) {
	b.Run("bare-ecdsa", func(b *testing.B) {
		for b.Loop() {
			bareChain(b)
		}
	})
	b.Run("own-root-ecdsa", func(b *testing.B) {
		benchmarkMint(b, pki.Recipe{Root: pki.Certificate{CommonName: "own"}})
	})
	b.Run("shared-ecdsa", func(b *testing.B) { benchmarkMint(b, pki.Recipe{}) })
	b.Run("rsa2048", func(b *testing.B) {
		for i := 0; b.Loop(); i++ { // one seed each, because chains with the same seed share RSA keys
			m, err := pki.New(pki.Config{Seed: fmt.Sprint("rsa", i), At: at})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := m.Mint("bench", pki.Recipe{Key: pki.RSA2048}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchmarkMint(b *testing.B, r pki.Recipe) {
	m := newMinter(b)
	for i := 0; b.Loop(); i++ {
		if _, err := m.Mint(fmt.Sprint("bench", i), r); err != nil {
			b.Fatal(err)
		}
	}
}

// bareChain mints root, intermediate and leaf with crypto/x509 only.
func bareChain(b *testing.B) {
	var parent *x509.Certificate
	var parentKey *ecdsa.PrivateKey
	for i, name := range []string{"root", "intermediate", "localhost"} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		t := &x509.Certificate{
			SerialNumber: big.NewInt(int64(i + 1)), Subject: pkix.Name{CommonName: name},
			NotBefore: at, NotAfter: at.AddDate(0, 3, 0), BasicConstraintsValid: true,
		}
		if i < 2 {
			t.IsCA, t.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
		} else {
			t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			t.DNSNames, t.IPAddresses = []string{name}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
		}
		if parent == nil {
			parent, parentKey = t, key
		}
		der, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), parentKey)
		if err != nil {
			b.Fatal(err)
		}
		if parent, err = x509.ParseCertificate(der); err != nil {
			b.Fatal(err)
		}
		parentKey = key
	}
}

// BenchmarkMintCatalogue mints every scenario and its files, on all processors.
func BenchmarkMintCatalogue(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		m, err := pki.New(pki.Config{Seed: fmt.Sprint("catalogue", i), At: at})
		if err != nil {
			b.Fatal(err)
		}
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for _, s := range scenarios.All() {
			group.Go(func() error {
				c, err := m.Mint(s.ID, s.Recipe)
				if err != nil {
					return err
				}
				_, err = c.Files()
				return err
			})
		}
		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
	}
}
