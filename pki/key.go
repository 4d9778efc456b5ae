package pki

import (
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha3"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"filippo.io/keygen"
)

// KeyType is a kind of key.
type KeyType string

// The key types. Weak and unusual ones exist to be refused. "rsa-" and any multiple of 16 from 1,024 to 8,192 is
// a key type too.
const (
	ECDSAP256 KeyType = "ecdsa-p256"
	ECDSAP384 KeyType = "ecdsa-p384"
	ECDSAP224 KeyType = "ecdsa-p224"
	ECDSAP521 KeyType = "ecdsa-p521"
	Ed25519   KeyType = "ed25519"
	RSA1024   KeyType = "rsa-1024"
	RSA2048   KeyType = "rsa-2048"
	RSA4096   KeyType = "rsa-4096"
)

var keyTypes = map[KeyType]func(secret []byte) (crypto.Signer, error){
	ECDSAP256: ecdsaKey(elliptic.P256()),
	ECDSAP384: ecdsaKey(elliptic.P384()),
	ECDSAP224: ecdsaKey(elliptic.P224()),
	ECDSAP521: ecdsaKey(elliptic.P521()),
	Ed25519: func(secret []byte) (crypto.Signer, error) {
		return ed25519.NewKeyFromSeed(secret[:ed25519.SeedSize]), nil
	},
	RSA1024: weakRSAKey(1024),
	RSA2048: rsaKey(2048),
	RSA4096: rsaKey(4096),
}

func (k KeyType) isRSA() bool { return strings.HasPrefix(string(k), "rsa-") }

// The sizes of RSA keys, in bits. crypto/rsa does not sign with smaller ones.
const (
	minRSABits  = 1024
	maxRSABits  = 8192
	rsaBitsStep = 16
)

// rsaBits returns the size of an RSA key type, and false if it is not one that can be made.
func (k KeyType) rsaBits() (int, bool) {
	digits, ok := strings.CutPrefix(string(k), "rsa-")
	n, err := strconv.Atoi(digits)
	ok = ok && err == nil && n >= minRSABits && n <= maxRSABits && n%rsaBitsStep == 0
	return n, ok && digits == strconv.Itoa(n)
}

// newKey derives a key from a secret of at least 48 bytes. The same secret gives the
// same key.
func newKey(k KeyType, secret []byte) (crypto.Signer, error) {
	make, ok := keyTypes[k]
	if n, isRSA := k.rsaBits(); !ok && isRSA {
		make, ok = rsaKey(n), true
		if n < 2048 {
			make = weakRSAKey(n)
		}
	}
	if !ok {
		return nil, fmt.Errorf("unknown key type %q: want one of %v", k, slices.Sorted(maps.Keys(keyTypes)))
	}
	return make(secret)
}

func ecdsaKey(c elliptic.Curve) func([]byte) (crypto.Signer, error) {
	return func(secret []byte) (crypto.Signer, error) { return keygen.ECDSA(c, secret) }
}

func rsaKey(bits int) func([]byte) (crypto.Signer, error) {
	return func(secret []byte) (crypto.Signer, error) { return keygen.RSA(bits, secret) }
}

// weakRSAKey finds the two primes of a weak key, which package keygen refuses to generate. It follows FIPS
// 186-5, appendix A.1.3, below the minimum size. The candidates come from SHAKE256 over the secret.
func weakRSAKey(bits int) func(secret []byte) (crypto.Signer, error) {
	return func(secret []byte) (crypto.Signer, error) { return findRSAKey(bits, secret) }
}

func findRSAKey(bits int, secret []byte) (crypto.Signer, error) {
	stream := sha3.NewSHAKE256()
	fmt.Fprintf(stream, "tlslab rsa-%d", bits)
	stream.Write(secret)
	e := big.NewInt(65537)
	one := big.NewInt(1)
	prime := func() *big.Int {
		b := make([]byte, bits/16)
		for {
			stream.Read(b)
			b[0] |= 0xc0 // so that the product of two has the right length
			b[len(b)-1] |= 1
			p := new(big.Int).SetBytes(b)
			coprime := new(big.Int).GCD(nil, nil, new(big.Int).Sub(p, one), e).Cmp(one) == 0
			if coprime && p.ProbablyPrime(20) {
				return p
			}
		}
	}
	p, q := prime(), prime()
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())},
		D:         new(big.Int).ModInverse(e, phi),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	return key, key.Validate()
}

// derive expands the seed into n bytes for one purpose (RFC 5869).
func (c Config) derive(purpose string, n int) ([]byte, error) {
	return hkdf.Key(sha256.New, []byte(c.Seed), []byte("tlslab/1"), purpose, n)
}

// stream returns an endless stream of bytes for one purpose, such as salts. The same seed gives the same
// bytes.
func (c Config) stream(purpose string) (io.Reader, error) {
	secret, err := c.derive("stream "+purpose, 32)
	if err != nil {
		return nil, err
	}
	s := sha3.NewSHAKE256()
	s.Write(secret)
	return s, nil
}

// fixedSigner signs without randomness: ECDSA as in RFC 6979, RSA with PKCS #1 version 1.5. Ed25519 is always
// deterministic.
type fixedSigner struct{ crypto.Signer }

func (s fixedSigner) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.Signer.Sign(nil, digest, opts)
}
