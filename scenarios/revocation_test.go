package scenarios_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// judged is a judge's result: good, revoked, unknown, or why the staple, CRL or answer is unreliable.
type judged string

const (
	good         judged = "good"
	revoked      judged = "revoked"
	unknown      judged = "unknown"
	missing      judged = "missing"
	malformed    judged = "malformed"
	expired      judged = "expired"
	notYetValid  judged = "not yet valid"
	wrongSigner  judged = "wrong signer"
	another      judged = "about another certificate"
	wrongIssuer  judged = "another CA's"
	badSignature judged = "bad signature"
	tryLater     judged = "try later"
	refused      judged = "refused"
	unavailable  judged = "503"
	silent       judged = "no answer"
)

// judgement is what both judges must say about a scenario's staple, CRL and responder. Empty means missing:
// no staple, no CRL, no responder.
type judgement struct{ staple, crl, responder judged }

// judgements are the expected judgements. Those of MongoDB's matrix are below.
var judgements = map[string]judgement{
	"good":             {},
	"good-rsa2048":     {},
	"good-stapled":     {staple: good, responder: good},
	"good-must-staple": {staple: good},
	"good-ocsp":        {responder: good},
	"good-crl":         {crl: good},

	"revoked-crl":              {crl: revoked},
	"revoked-intermediate-crl": {crl: revoked},
	"crl-expired":              {crl: expired},
	"crl-not-yet-valid":        {crl: notYetValid},
	"crl-wrong-issuer":         {crl: wrongIssuer},
	"crl-bad-signature":        {crl: badSignature},
	"crl-unreachable":          {crl: refused},
	"crl-unavailable":          {crl: unavailable},
	"crl-timeout":              {crl: silent},
	"good-crl-fetched":         {crl: good},

	"revoked-ocsp":              {responder: revoked},
	"revoked-intermediate-ocsp": {responder: revoked},
	"ocsp-unreachable":          {responder: refused},
	"ocsp-timeout":              {responder: silent},
	"ocsp-try-later":            {responder: tryLater},
	"ocsp-malformed":            {responder: malformed},
	"ocsp-unknown":              {responder: unknown},
	"good-ocsp-intermediate":    {responder: good},

	"revoked-stapled":                    {staple: revoked, responder: revoked},
	"staple-malformed":                   {staple: malformed, responder: good},
	"staple-expired":                     {staple: expired, responder: good},
	"staple-wrong-signer":                {staple: wrongSigner, responder: good},
	"staple-other-certificate":           {staple: another, responder: good},
	"staple-unauthorized-delegate":       {staple: wrongSigner, responder: good},
	"staple-delegate":                    {staple: good, responder: good},
	"must-staple-missing":                {},
	"must-staple-missing-responder-down": {responder: refused},
	"good-must-staple-ocsp":              {staple: good, responder: good},
}

// mongoDBJudgements are the expected judgements of the matrix's columns.
var mongoDBJudgements = map[string]judgement{
	"valid-stapled":       {staple: good, responder: good},
	"revoked-stapled":     {staple: revoked, responder: revoked},
	"valid-not-stapled":   {responder: good},
	"revoked-not-stapled": {responder: revoked},
	"soft-fail":           {responder: refused},
	"malicious-server-1":  {responder: revoked},
	"malicious-server-2":  {responder: refused},
}

// TestRevocation runs two judges that share no code on every scenario's staple, CRL and responder: Go's
// crypto/x509 with golang.org/x/crypto/ocsp, and the openssl command. Both must agree with the expected
// judgement, and must find the control good.
func TestRevocation(t *testing.T) {
	program, err := exec.LookPath("openssl")
	labtest.Require(t, "openssl", err == nil, "the openssl command is the second judge")
	l, err := lab.New(lab.Config{Seed: "revocation", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, s := range scenarios.All() {
		want, judgedHere := judgementOf(s.ID)
		if !judgedHere {
			if s.Family == scenarios.Revocation {
				t.Errorf("%s: there is no expected judgement", s.ID)
			}
			continue
		}
		t.Run(s.ID, func(t *testing.T) {
			control, ok := judgementOf(scenarios.ControlOf(s).ID)
			for _, j := range []judged{control.staple, control.crl, control.responder} {
				if !ok || j != "" && j != good {
					t.Errorf("the control %s is not good: %+v", s.Control, control)
				}
			}
			r := newRow(t, l, s)
			judges := map[string]judge{"Go": goJudge{r}, "openssl": opensslJudge{r, program}}
			for name, j := range judges {
				check(t, name, "staple", j.staple(), want.staple)
				check(t, name, "CRL", j.crl(), want.crl)
				check(t, name, "responder", j.responder(), want.responder)
			}
			checkStapled(t, r, program)
		})
	}
}

func judgementOf(id string) (judgement, bool) {
	if column, ok := strings.CutPrefix(id, "mongodb-ocsp-"); ok {
		parts := strings.Split(column, "-") // key and signer come last
		j, ok := mongoDBJudgements[strings.Join(parts[:len(parts)-2], "-")]
		return j, ok
	}
	j, ok := judgements[id]
	return j, ok
}

func check(t *testing.T, judge, what string, got, want judged) {
	t.Helper()
	if want == "" {
		want = missing
	}
	if got != want {
		t.Errorf("%s judges the %s as %q, want %q", judge, what, got, want)
	}
}

// judge judges the revocation data of a scenario's certificates.
type judge interface {
	staple() judged // the leaf's
	// crl judges the CRLs of all certificates: those that the client is given, or else those that it can
	// fetch.
	crl() judged
	// responder judges the answers about all certificates that name it: the first one that is not good.
	responder() judged
}

// row is a scenario as the judges see it.
type row struct {
	t        *testing.T
	lab      *lab.Lab
	scenario *scenarios.Scenario
	chain    *pki.Chain
	dir      string // of its files
}

func newRow(t *testing.T, l *lab.Lab, s *scenarios.Scenario) row {
	t.Helper()
	chain, err := l.Chain(s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Files(s); err != nil {
		t.Fatal(err)
	}
	r := row{t, l, s, chain, filepath.Join(l.Dir(), s.ID)}
	for i, m := range chain.Path { // for openssl, one file each
		r.write(place(i), "CERTIFICATE", m.DER)
	}
	return r
}

// place returns the file of the certificate at position i of the path, counted from the leaf.
func place(i int) string {
	return []string{"judged-leaf.pem", "judged-intermediate.pem", "judged-root.pem"}[i]
}

func (r row) write(name, kind string, der []byte) {
	data := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(filepath.Join(r.dir, name), data, 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// checkStapled checks that the server staples exactly what was minted, as received by crypto/tls and by
// openssl s_client -status.
func checkStapled(t *testing.T, r row, program string) {
	t.Helper()
	in, err := r.lab.Serve(t.Context(), r.scenario)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	pool := x509.NewCertPool()
	for _, m := range r.chain.Trusted {
		pool.AddCert(m.Cert)
	}
	c, err := tls.Dial("tcp", in.Endpoint.Connect, &tls.Config{RootCAs: pool, ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	got := c.ConnectionState().OCSPResponse
	c.Close()
	if !slices.Equal(got, r.chain.Staple) {
		t.Errorf("crypto/tls got a staple of %d bytes; %d were minted", len(got), len(r.chain.Staple))
	}
	cmd := exec.CommandContext(t.Context(), program, "s_client", "-status", "-connect", in.Endpoint.Connect,
		"-servername", "localhost", "-CAfile", pki.FileRoot)
	cmd.Dir = r.dir
	out, _ := cmd.CombinedOutput()
	want := "OCSP Response Status: successful"
	switch {
	case r.chain.Staple == nil:
		want = "OCSP response: no response sent"
	case r.scenario.ID == "staple-malformed":
		want = "invalid status response" // D2's message
	}
	if !strings.Contains(string(out), want) {
		t.Errorf("openssl s_client -status: want %q, got %s", want, out)
	}
}
