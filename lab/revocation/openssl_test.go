package revocation

import (
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/pki"
)

// TestResponderOpenSSL sends requests with the openssl command.
func TestResponderOpenSSL(t *testing.T) {
	program, err := exec.LookPath("openssl")
	needs.Stack(t, "openssl", err == nil, "no openssl on PATH")
	_, chain := responder(t)
	for id, want := range map[string]string{
		"good": ": good", "revoked": ": revoked", "unknown": ": unknown", "delegate": ": revoked",
		"later": "Responder Error: trylater", "garbage": "rror querying OCSP responder",
		"503": "rror querying OCSP responder", "refused": "Connection refused",
	} {
		t.Run(id, func(t *testing.T) {
			c, dir := chain(id), t.TempDir()
			files, err := c.Files()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			issuer := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Path[1].DER})
			if err := os.WriteFile(filepath.Join(dir, "issuer.pem"), issuer, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, hash := range []string{"-sha1", "-sha256"} {
				cmd := exec.CommandContext(ctx(t), program, "ocsp", hash, "-issuer", "issuer.pem",
					"-cert", pki.FileLeaf, "-CAfile", pki.FileRoot, "-verify_other", "issuer.pem",
					"-url", c.Leaf().Cert.OCSPServer[0])
				cmd.Dir = dir
				out, _ := cmd.CombinedOutput() // its exit status differs between versions
				if !strings.Contains(string(out), want) {
					t.Errorf("%s: got %s, want %q", hash, out, want)
				}
				if strings.HasPrefix(want, ": ") && !strings.Contains(string(out), "Response verify OK") {
					t.Errorf("%s: not verified: %s", hash, out)
				}
			}
		})
	}
}
