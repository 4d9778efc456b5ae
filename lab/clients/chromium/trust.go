package chromium

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/tlslab/lab/clients/internal/process"
)

// On Linux, Chromium trusts its own roots and those in the user's NSS database, $HOME/.pki/nssdb
// (chromium.googlesource.com, docs/linux/cert_management.md). Each browser gets its own home directory with
// such a database. So no check has to be turned off, and no other trust store is changed. Measured with
// Chromium 156.

// nssDir is the database's directory, below the home directory.
var nssDir = filepath.Join(".pki", "nssdb")

// trustedServers are certutil's trust arguments for an anchor that may vouch for servers.
const trustedServers = "C,,"

// refusedFile is the error for a file that certutil rejects: the file is wrong, and the error has certutil's
// words.
type refusedFile struct{ words string }

func (e refusedFile) Error() string { return e.words }

// nss is an NSS database with the programs that modify it.
type nss struct {
	tools
	home string
}

// tools are the programs of NSS.
type tools struct {
	certutil string // manages trusted certificates
	pk12util string // imports client certificates and their keys
}

// findTools looks for the programs, which come in one package.
func findTools() (t tools, err error) {
	for _, tool := range []struct {
		name string
		path *string
	}{{"certutil", &t.certutil}, {"pk12util", &t.pk12util}} {
		if *tool.path, err = exec.LookPath(tool.name); err != nil {
			return tools{}, fmt.Errorf("no %s on PATH, which is needed to make the browser's profile trust "+
				"the lab's root: apt install libnss3-tools", tool.name)
		}
	}
	return t, nil
}

// make makes the database, without a passphrase, because nobody could be asked for it.
func (n nss) make(ctx context.Context) error {
	dir := filepath.Join(n.home, nssDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making a profile: %w", err)
	}
	out, err := n.run(ctx, n.certutil, "-N", "--empty-password")
	if err == nil && out.Code != 0 {
		err = fmt.Errorf("%s -N ended with %s: %s", n.certutil, out.Status, said(out))
	}
	return err
}

// trust marks every certificate in a PEM file as a trusted root. If certutil rejects a file, the error is a
// refusedFile.
func (n nss) trust(ctx context.Context, file string) error {
	files, err := n.single(file)
	if err != nil {
		return err
	}
	for i, file := range files {
		out, err := n.run(ctx, n.certutil, "-A", "-t", trustedServers, "-n", fmt.Sprintf("root %d", i+1), "-i", file)
		if err != nil {
			return err
		}
		if out.Code != 0 {
			return refusedFile{said(out)}
		}
	}
	return nil
}

// single returns files with one certificate each, because certutil reads only the first one in a file. A file
// with a single certificate is returned itself.
func (n nss) single(file string) ([]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return []string{file}, nil // certutil reports the error
	}
	var blocks [][]byte
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		blocks = append(blocks, pem.EncodeToMemory(block))
	}
	if len(blocks) < 2 {
		return []string{file}, nil
	}
	files := make([]string, len(blocks))
	for i, block := range blocks {
		files[i] = filepath.Join(n.home, fmt.Sprintf("root-%d.pem", i+1))
		if err := os.WriteFile(files[i], block, 0o600); err != nil {
			return nil, fmt.Errorf("making a profile: %w", err)
		}
	}
	return files, nil
}

// run runs one of the NSS programs on the database.
func (n nss) run(ctx context.Context, path string, args ...string) (process.Output, error) {
	args = append(args, "-d", "sql:"+filepath.Join(n.home, nssDir))
	return process.Run(ctx, process.Command{Path: path, Args: args, Env: []string{"HOME=" + n.home}})
}

// said returns a program's output on one line.
func said(out process.Output) string {
	return strings.Join(strings.Fields(out.Stderr+" "+out.Stdout), " ")
}

// digest identifies the contents of files: equal digests can share a browser. For a file that cannot be read,
// its name stands in for its content.
func digest(files ...string) string {
	sum := sha256.New()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			data = []byte(file)
		}
		fmt.Fprintf(sum, "%d %s", len(data), data)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
