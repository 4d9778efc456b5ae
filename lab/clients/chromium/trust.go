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

// A Chromium of Linux trusts, besides the roots that it comes with, what the user's NSS database
// trusts, $HOME/.pki/nssdb (chromium.googlesource.com, docs/linux/cert_management.md). Each browser
// gets a home directory of its own, with such a database in it: no check is switched off, and nobody
// else's trust is touched. Measured with Chromium 156.

// nssDir is where the database is, below the home directory.
var nssDir = filepath.Join(".pki", "nssdb")

// trustedServers are certutil's trust arguments of an anchor that may vouch for servers.
const trustedServers = "C,,"

// refusedFile is the error of a file that certutil does not take: it is the user's mistake, in
// certutil's own words.
type refusedFile struct{ words string }

func (e refusedFile) Error() string { return e.words }

// nss is an NSS database, and the programs that write it.
type nss struct {
	tools
	home string
}

// tools are the programs of NSS.
type tools struct {
	certutil string // writes what is trusted
	pk12util string // writes client certificates and their keys
}

// findTools looks for the programs, which come in one package.
func findTools() (t tools, err error) {
	for _, tool := range []struct {
		name string
		path *string
	}{{"certutil", &t.certutil}, {"pk12util", &t.pk12util}} {
		if *tool.path, err = exec.LookPath(tool.name); err != nil {
			return tools{}, fmt.Errorf("no %s on PATH, by which the browser's profile is made to trust the lab's root: apt install libnss3-tools", tool.name)
		}
	}
	return t, nil
}

// make makes the database. A user's own passphrase is nothing that anybody would be asked for.
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

// trust has the database trust every certificate of a PEM file as a root. A file that certutil
// does not take gives a refusedFile.
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

// single returns files with one certificate each, as certutil reads the first alone: the file
// itself, unless it has several.
func (n nss) single(file string) ([]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return []string{file}, nil // certutil is to say so
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

// run runs a program of NSS on the database.
func (n nss) run(ctx context.Context, path string, args ...string) (process.Output, error) {
	return process.Run(ctx, process.Command{Path: path, Args: append(args, "-d", "sql:"+filepath.Join(n.home, nssDir)), Env: []string{"HOME=" + n.home}})
}

// said returns what a program wrote, on one line.
func said(out process.Output) string {
	return strings.Join(strings.Fields(out.Stderr+" "+out.Stdout), " ")
}

// digest names what is in files: two roots with equal digests are trusted by one browser. A file
// that cannot be read has its name for its content.
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
