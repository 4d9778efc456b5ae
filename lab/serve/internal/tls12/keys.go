package tls12

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
)

// suiteDHE is TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 (RFC 5288, section 3), for which crypto/tls has no name.
const suiteDHE = 0x009e

// oakley2 is the 1,024-bit prime with the generator 2 (RFC 2409, section 6.2). Most servers used this group until 2015.
// Since Logjam, it is considered within reach of state attackers.
var oakley2, _ = new(big.Int).SetString(""+
	"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"+
	"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"+
	"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"+
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF", 16)

// DHE1024 returns an ephemeral Diffie-Hellman key exchange in a 1,024-bit group.
func DHE1024() KeyExchange { return new(dhe) }

// dhe is the ephemeral Diffie-Hellman key exchange (RFC 5246, section 8.1.2) in the group oakley2.
type dhe struct{ private *big.Int }

func (*dhe) suite(tls.Certificate) uint16 { return suiteDHE }

func (d *dhe) params() ([]byte, error) {
	var err error
	if d.private, err = rand.Int(rand.Reader, oakley2); err != nil {
		return nil, err
	}
	generator := big.NewInt(2)
	var b cryptobyte.Builder
	for _, n := range []*big.Int{oakley2, generator, new(big.Int).Exp(generator, d.private, oakley2)} {
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(n.Bytes()) })
	}
	return b.Bytes()
}

func (d *dhe) secret(body cryptobyte.String) ([]byte, error) {
	var public cryptobyte.String
	if !body.ReadUint16LengthPrefixed(&public) || !body.Empty() || len(public) > len(oakley2.Bytes()) {
		return nil, errDecode
	}
	// TLS 1.2 strips leading zeros.
	return new(big.Int).Exp(new(big.Int).SetBytes(public), d.private, oakley2).Bytes(), nil
}

// ECDHE returns an ephemeral key exchange on P-256, for certificates with an RSA or ECDSA key.
func ECDHE() KeyExchange { return new(ecdhe) }

// ecdhe is the ephemeral key exchange on P-256 (RFC 8422, section 5.4).
type ecdhe struct{ private *ecdh.PrivateKey }

func (*ecdhe) suite(certificate tls.Certificate) uint16 {
	if _, ok := certificate.PrivateKey.(*rsa.PrivateKey); ok {
		return tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
	}
	return tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
}

func (e *ecdhe) params() ([]byte, error) {
	var err error
	if e.private, err = ecdh.P256().GenerateKey(rand.Reader); err != nil {
		return nil, err
	}
	const namedCurve = 3
	var b cryptobyte.Builder
	b.AddUint8(namedCurve)
	b.AddUint16(uint16(tls.CurveP256))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.private.PublicKey().Bytes()) })
	return b.Bytes()
}

func (e *ecdhe) secret(body cryptobyte.String) ([]byte, error) {
	var point cryptobyte.String
	if !body.ReadUint8LengthPrefixed(&point) || !body.Empty() {
		return nil, errDecode
	}
	public, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return nil, errDecode
	}
	return e.private.ECDH(public)
}
