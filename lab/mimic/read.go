package mimic

import (
	"bytes"
	"encoding/pem"
	"fmt"

	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/pki"
)

// maxFile is the maximum size of a file with a chain, in bytes: a capture may hold much besides.
const maxFile = 64 << 20

// ReadChain reads the certificates of a file in DER, in their order: a chain in PEM, in which other blocks are skipped,
// a certificate in DER, or a capture in which a server sends its certificates.
func ReadChain(path string) ([][]byte, error) {
	data, err := bounded.File(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("reading the chain: %w", err)
	}
	chain, err := parseChain(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return chain, nil
}

func parseChain(data []byte) (chain [][]byte, err error) {
	if isCapture(data) {
		return fromCapture(data)
	}
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" || block.Type == "X509 CERTIFICATE" || block.Type == "TRUSTED CERTIFICATE" {
			chain = append(chain, block.Bytes)
		}
	}
	switch {
	case len(chain) > pki.MaxSeenCertificates:
		return nil, fmt.Errorf("it has %d certificates: a chain has at most %d; a bundle of CAs belongs to --ca",
			len(chain), pki.MaxSeenCertificates)
	case len(chain) > 0:
		return chain, nil
	case len(data) > 2 && data[0] == 0x30 && !bytes.Contains(data, []byte("-----BEGIN")):
		return [][]byte{data}, nil // pki says what is wrong with it, if it is no certificate
	}
	return nil, fmt.Errorf("there is no certificate in it: give a chain in PEM, the leaf first, as " +
		"openssl s_client -showcerts prints it, a certificate in DER, or a capture (pcap, pcapng)")
}
