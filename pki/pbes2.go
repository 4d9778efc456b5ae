package pki

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"slices"
)

// The algorithms of an encrypted private key (RFC 8018, appendices A and B).
var (
	oidPBES2          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidHMACWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidAES256CBC      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

// iterations is low, because the passphrase is public and needs no protection.
const iterations = 2048

// encryptKey returns a PKCS #8 key as EncryptedPrivateKeyInfo (RFC 5958, section 3), encrypted with
// [Passphrase]: PBES2 with PBKDF2 and AES-256-CBC, as OpenSSL 3 writes it. It exists because libraries cannot
// take the salt and the initialization vector from a seed.
func (c *Chain) encryptKey(purpose string, key []byte) ([]byte, error) {
	random, err := c.config.stream(purpose + " " + c.Name)
	if err != nil {
		return nil, err
	}
	salt, iv := make([]byte, 16), make([]byte, aes.BlockSize)
	for _, b := range [][]byte{salt, iv} {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, err
		}
	}
	secret, err := pbkdf2.Key(sha256.New, Passphrase, salt, iterations, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	padding := aes.BlockSize - len(key)%aes.BlockSize // RFC 8018, section 6.1.1
	data := slices.Concat(key, slices.Repeat([]byte{byte(padding)}, padding))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)

	type kdfParams struct {
		Salt       []byte
		Iterations int
		PRF        pkix.AlgorithmIdentifier
	}
	type kdf struct {
		Algorithm asn1.ObjectIdentifier
		Params    kdfParams
	}
	type encryption struct {
		Algorithm asn1.ObjectIdentifier
		IV        []byte
	}
	type pbes2Params struct {
		KDF        kdf
		Encryption encryption
	}
	type pbes2 struct {
		Algorithm asn1.ObjectIdentifier
		Params    pbes2Params
	}
	return asn1.Marshal(struct {
		Algorithm pbes2
		Data      []byte
	}{
		pbes2{oidPBES2, pbes2Params{
			kdf{oidPBKDF2, kdfParams{salt, iterations, pkix.AlgorithmIdentifier{
				Algorithm: oidHMACWithSHA256, Parameters: asn1.NullRawValue,
			}}},
			encryption{oidAES256CBC, iv},
		}},
		data,
	})
}
