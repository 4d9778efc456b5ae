package truststore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"os"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// PasswordVariable names the environment's variable with the password of a Java trust store. It is not an argument,
// which every user of the machine could see.
const PasswordVariable = "TLSLAB_CA_PASSWORD"

// defaultPassword is that of the JDK's own trust store.
const defaultPassword = "changeit"

// magicJKS begins a key store in Sun's format.
const magicJKS = 0xFEEDFEED

// java returns the trusted certificates in a Java trust store: JKS, or PKCS #12 (RFC 7292) with or without a password.
func java(file string) ([][]byte, error) {
	data, err := read(file)
	if err != nil {
		return nil, err
	}
	password := cmp.Or(os.Getenv(PasswordVariable), defaultPassword)
	open := openPKCS12
	if len(data) > 4 && binary.BigEndian.Uint32(data) == magicJKS {
		open = openJKS
	}
	list, err := open(data, password)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: name a trust store in JKS or PKCS #12; if its password is not %q, put it into the "+
			"variable %s", file, err, defaultPassword, PasswordVariable)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s trusts no certificate: import one with keytool -importcert", file)
	}
	return list, nil
}

func openJKS(data []byte, password string) ([][]byte, error) {
	store := keystore.New()
	if err := store.Load(bytes.NewReader(data), []byte(password)); err != nil {
		return nil, err
	}
	var list [][]byte
	for _, alias := range store.Aliases() {
		if store.IsTrustedCertificateEntry(alias) {
			entry, err := store.GetTrustedCertificateEntry(alias)
			if err != nil {
				return nil, err
			}
			list = append(list, entry.Certificate.Content)
		}
	}
	return list, nil
}

func openPKCS12(data []byte, password string) ([][]byte, error) {
	certs, err := pkcs12.DecodeTrustStore(data, password)
	if err != nil { // it may have no password
		var without error
		if certs, without = pkcs12.DecodeTrustStore(data, ""); without != nil {
			return nil, err
		}
	}
	var list [][]byte
	for _, c := range certs {
		list = append(list, c.Raw)
	}
	return list, nil
}
