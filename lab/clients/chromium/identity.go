package chromium

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/youmark/pkcs8"
	"software.sslmate.com/src/go-pkcs12"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
)

// bundlePassword is that of the file in the profile which a certificate is imported from.
const bundlePassword = "tlslab"

// present has the database hold the client's certificate and key. It takes them from a PKCS #12 file
// alone, so that one is made of the endpoint's; where that can't be, the error is a [lang.Reason].
func (n nss) present(ctx context.Context, e serve.Endpoint) error {
	data, err := bundle(e)
	if err != nil {
		return lang.Because("no-pkcs12", err.Error())
	}
	file := filepath.Join(n.home, "client.p12")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return fmt.Errorf("making a profile: %w", err)
	}
	out, err := n.run(ctx, n.pk12util, "-i", file, "-W", bundlePassword)
	if err != nil {
		return err
	}
	if out.Code != 0 {
		return refusedFile{said(out)}
	}
	return nil
}

// bundle returns the client's certificate, its issuers and its key as a PKCS #12 file.
func bundle(e serve.Endpoint) ([]byte, error) {
	certs, err := os.ReadFile(e.CertFile)
	if err != nil {
		return nil, err
	}
	keyFile := e.KeyFile
	if keyFile == "" {
		keyFile = e.CertFile // it has both, or should have
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	if e.KeyPassword != "" {
		if key, err = decrypt(key, e.KeyPassword); err != nil {
			return nil, fmt.Errorf("%s: %w", keyFile, err)
		}
	}
	pair, err := tls.X509KeyPair(certs, key)
	if err != nil {
		return nil, err
	}
	var above []*x509.Certificate
	for _, der := range pair.Certificate[1:] {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		above = append(above, cert)
	}
	return pkcs12.Modern.Encode(pair.PrivateKey, pair.Leaf, above, bundlePassword)
}

// decrypt returns a PEM key without its passphrase. A key without one is returned unchanged.
func decrypt(data []byte, password string) ([]byte, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("no PEM")
	}
	if block.Type != "ENCRYPTED PRIVATE KEY" {
		return data, nil
	}
	key, err := pkcs8.ParsePKCS8PrivateKey(block.Bytes, []byte(password))
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
