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
	"strings"

	"filippo.io/keygen"
)

// KeyType is a kind of key.
type KeyType string

// The key types. Weak and unusual ones exist to be refused.
const (
	ECDSAP256 KeyType = "ecdsa-p256"
	ECDSAP384 KeyType = "ecdsa-p384"
	ECDSAP224 KeyType = "ecdsa-p224"
	Ed25519   KeyType = "ed25519"
	RSA1024   KeyType = "rsa-1024"
	RSA2048   KeyType = "rsa-2048"
	RSA4096   KeyType = "rsa-4096"
)

var keyTypes = map[KeyType]func(secret []byte) (crypto.Signer, error){
	ECDSAP256: ecdsaKey(elliptic.P256()),
	ECDSAP384: ecdsaKey(elliptic.P384()),
	ECDSAP224: ecdsaKey(elliptic.P224()),
	Ed25519: func(secret []byte) (crypto.Signer, error) {
		return ed25519.NewKeyFromSeed(secret[:ed25519.SeedSize]), nil
	},
	RSA1024: rsa1024Key,
	RSA2048: rsaKey(2048),
	RSA4096: rsaKey(4096),
}

func (k KeyType) isRSA() bool { return strings.HasPrefix(string(k), "rsa-") }

// newKey derives a key from a secret of at least 48 bytes. The same secret gives the
// same key.
func newKey(k KeyType, secret []byte) (crypto.Signer, error) {
	make, ok := keyTypes[k]
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

// rsa1024Key finds the two primes of a weak key, which package keygen refuses to generate. It follows FIPS
// 186-5, appendix A.1.3, at half the minimum size. The candidates come from SHAKE256 over the secret.
func rsa1024Key(secret []byte) (crypto.Signer, error) {
	stream := sha3.NewSHAKE256()
	io.WriteString(stream, "tlslab rsa-1024")
	stream.Write(secret)
	e := big.NewInt(65537)
	one := big.NewInt(1)
	prime := func() *big.Int {
		b := make([]byte, 64)
		for {
			stream.Read(b)
			b[0] |= 0xc0 // so that the product of two has 1,024 bits
			b[63] |= 1
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
