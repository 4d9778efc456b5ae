package truststore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The files and directories in which crypto/x509 looks for the system's roots, unless the environment names others:
// Debian and Alpine, Fedora, openSUSE, OpenELEC, RHEL, macOS and OpenBSD, FreeBSD. The first that is there counts.
var (
	bundles = []string{
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
		"/usr/local/share/certs/ca-root-nss.crt",
	}
	directories = []string{"/etc/ssl/certs", "/etc/pki/tls/certs"}
)

// The variables that name others, as for OpenSSL and crypto/x509.
const (
	fileVariable = "SSL_CERT_FILE"
	dirVariable  = "SSL_CERT_DIR"
)

// system returns the roots of the system.
func system() ([][]byte, error) {
	files, dirs := bundles, directories
	if named := os.Getenv(fileVariable); named != "" {
		files = []string{named}
	}
	if named := os.Getenv(dirVariable); named != "" {
		dirs = filepath.SplitList(named)
	}
	for _, name := range files {
		if data, err := read(name); err == nil {
			if list := parse(data); len(list) > 0 {
				return list, nil
			}
		}
	}
	var list [][]byte
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if data, err := read(filepath.Join(dir, e.Name())); err == nil {
				list = append(list, parse(data)...)
			}
		}
	}
	if len(list) == 0 {
		return nil, errors.New("no file with the system's roots is on this machine: name the CA's file in PEM")
	}
	return list, nil
}

// bringers are programs that come with Mozilla's roots: their arguments, and whether they print the certificates or
// the name of a file.
var bringers = []struct {
	args   []string
	inline bool
}{
	{[]string{"python3", "-c", "import certifi; print(certifi.where())"}, false},
	{[]string{"python3", "-c", "import pip._vendor.certifi as c; print(c.where())"}, false},
	{[]string{"node", "-p", `require("tls").rootCertificates.join("\n")`}, true},
}

// bringTime bounds each of these programs.
const bringTime = 10 * time.Second

// mozilla returns the roots of Mozilla's program, as a program on this machine has them.
func mozilla(ctx context.Context) ([][]byte, error) {
	var tried []string
	for _, b := range bringers {
		tried = append(tried, strings.Join(b.args, " "))
		limited, cancel := context.WithTimeout(ctx, bringTime)
		out, err := exec.CommandContext(limited, b.args[0], b.args[1:]...).Output()
		cancel()
		if err == nil && !b.inline {
			out, err = read(strings.TrimSpace(string(out)))
		}
		if list := parse(out); err == nil && len(list) > 0 {
			return list, nil
		}
	}
	return nil, fmt.Errorf("no program here brings Mozilla's roots (tried %s): install Python's certifi or Node.js, or "+
		"name a file such as curl's cacert.pem", strings.Join(tried, "; "))
}
