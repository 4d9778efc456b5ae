package flight

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"

	"example.com/tlslab/lab/wire"
)

// suite13 is a cipher suite of TLS 1.3 (RFC 8446, appendix B.4).
type suite13 struct {
	hash   crypto.Hash
	keyLen int
	aead   func(key []byte) (cipher.AEAD, error)
}

// suites13 are those that crypto/tls offers.
var suites13 = map[uint16]suite13{
	tls.TLS_AES_128_GCM_SHA256:       {crypto.SHA256, 16, gcm},
	tls.TLS_AES_256_GCM_SHA384:       {crypto.SHA384, 32, gcm},
	tls.TLS_CHACHA20_POLY1305_SHA256: {crypto.SHA256, chacha20poly1305.KeySize, chacha20poly1305.New},
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// keys decrypt the server's records.
type keys struct {
	aead     cipher.AEAD
	iv       []byte
	sequence uint64
}

const ivLen = 12

// newKeys derives the keys of one direction from its traffic secret (RFC 8446, section 7.3).
func newKeys(id uint16, secret []byte) (*keys, error) {
	suite, ok := suites13[id]
	if !ok {
		return nil, fmt.Errorf("the server chose %s, which was not offered", wire.CipherSuiteName(id))
	}
	key, err := expand(suite.hash.New, secret, "key", suite.keyLen)
	if err != nil {
		return nil, err
	}
	iv, err := expand(suite.hash.New, secret, "iv", ivLen)
	if err != nil {
		return nil, err
	}
	aead, err := suite.aead(key)
	return &keys{aead: aead, iv: iv}, err
}

// expand is HKDF-Expand-Label without a context (RFC 8446, section 7.1).
func expand(h func() hash.Hash, secret []byte, label string, size int) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddUint16(uint16(size))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte("tls13 " + label)) })
	b.AddUint8(0)
	return hkdf.Expand(h, secret, string(b.BytesOrPanic()), size)
}

var errDecrypt = errors.New("a record cannot be decrypted")

// open decrypts a record, and returns the type and the content that are inside (RFC 8446, section 5.2).
func (k *keys) open(header, body []byte) (wire.RecordType, []byte, error) {
	nonce := append([]byte(nil), k.iv...)
	last := nonce[len(nonce)-8:]
	binary.BigEndian.PutUint64(last, binary.BigEndian.Uint64(last)^k.sequence)
	k.sequence++
	plain, err := k.aead.Open(nil, nonce, body, header)
	if err != nil {
		return 0, nil, errDecrypt
	}
	for n := len(plain); n > 0; n-- {
		if plain[n-1] != 0 {
			return wire.RecordType(plain[n-1]), plain[:n-1], nil
		}
	}
	return 0, nil, errors.New("an encrypted record has only padding")
}

// messageHash is the type of the message that stands for the first ClientHello after a HelloRetryRequest (RFC 8446,
// section 4.4.1).
const messageHash = 254

// retried begins the transcript anew, after a HelloRetryRequest.
func (r *Reader) retried(suite uint16) {
	s, ok := suites13[suite]
	if !ok || len(r.hellos) == 0 {
		return
	}
	h := s.hash.New()
	h.Write(r.hellos[0])
	r.transcript = append([]byte{messageHash, 0, 0, byte(h.Size())}, h.Sum(nil)...)
}
