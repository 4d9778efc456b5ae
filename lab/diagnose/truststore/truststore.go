// Package truststore reads the trust anchors that a user names: a file, the system's, Mozilla's, or a Java trust store.
package truststore

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

// Names of anchors that are not files.
const (
	System  = "system"
	Mozilla = "mozilla"
	Java    = "java:" // followed by the name of a file
)

// Anchors are trusted certificates.
type Anchors struct {
	Name         string   // for people: "corp.pem", "system"
	Certificates [][]byte // DER, each once
}

// Load reads all named anchors: [System], [Mozilla], a Java trust store as java:FILE, or a file in PEM or DER. Without
// a name, it reads the system's. ctx bounds the programs that it asks. The error says what to name instead.
func Load(ctx context.Context, names ...string) (Anchors, error) {
	if len(names) == 0 {
		names = []string{System}
	}
	var all Anchors
	seen := map[string]bool{}
	for _, name := range names {
		list, err := load(ctx, name)
		if err != nil {
			return Anchors{}, err
		}
		for _, der := range list {
			if !seen[string(der)] {
				seen[string(der)] = true
				all.Certificates = append(all.Certificates, der)
			}
		}
	}
	all.Name = strings.Join(names, " + ")
	return all, nil
}

func load(ctx context.Context, name string) ([][]byte, error) {
	file, isJava := strings.CutPrefix(name, Java)
	switch {
	case name == System:
		return system()
	case name == Mozilla:
		return mozilla(ctx)
	case isJava:
		return java(file)
	}
	data, err := read(name)
	if err != nil {
		return nil, err
	}
	list := parse(data)
	if len(list) == 0 {
		return nil, fmt.Errorf("%s has no certificate: name a file in PEM or DER, or a Java trust store as %s%s", name, Java,
			name)
	}
	return list, nil
}

// largest is the size of the largest file that is read, in bytes. All roots of a system take about 200 kB.
const largest = 32 << 20

// read reads a regular file that is not too large.
func read(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file: name one with certificates", name)
	case info.Size() > largest:
		return nil, fmt.Errorf("%s is larger than %d MiB: name a file with certificates", name, largest>>20)
	}
	return os.ReadFile(name)
}

// parse returns the certificates in a file, in DER: those in PEM (RFC 7468, section 5), also OpenSSL's trusted ones,
// whose trust follows the certificate, or a single one in DER.
func parse(data []byte) [][]byte {
	var list [][]byte
	rest := data
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch block.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
			list = append(list, block.Bytes)
		}
	}
	if len(list) == 0 && !bytes.Contains(data, []byte("-----BEGIN")) {
		if c, err := x509.ParseCertificate(data); err == nil {
			list = append(list, c.Raw)
		}
	}
	return list
}
