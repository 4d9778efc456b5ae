package scenarios_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/pki"
)

// patience is how long a judge waits for a service that never answers.
const patience = time.Second

// goJudge judges with crypto/x509 and golang.org/x/crypto/ocsp. That package verifies signatures only. The
// other requirements of RFC 6960, section 3.2, are checked here: that the signer is authorized (the package
// ignores a delegate's usages) and that the response is current.
type goJudge struct{ row }

func (g goJudge) staple() judged {
	if g.chain.Staple == nil {
		return missing
	}
	return g.response(g.chain.Staple, 0)
}

func (g goJudge) response(der []byte, i int) judged {
	cert, issuer := g.chain.Path[i].Cert, g.chain.Path[i+1].Cert
	any, err := ocsp.ParseResponse(der, nil)
	if e, ok := errors.AsType[ocsp.ResponseError](err); ok && e.Status == ocsp.TryLater {
		return tryLater
	}
	if err != nil {
		return malformed
	}
	if any.SerialNumber.Cmp(cert.SerialNumber) != 0 {
		return another
	}
	r, err := ocsp.ParseResponseForCert(der, cert, issuer)
	now := time.Now()
	switch {
	case err != nil:
		return wrongSigner
	case r.Certificate != nil && !slices.Contains(r.Certificate.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning):
		return wrongSigner
	case now.Before(r.ThisUpdate):
		return notYetValid
	case now.After(r.NextUpdate):
		return expired
	}
	return map[int]judged{ocsp.Good: good, ocsp.Revoked: revoked, ocsp.Unknown: unknown}[r.Status]
}

func (g goJudge) crl() judged {
	lists := g.chain.CRLs
	if points := g.chain.Leaf().Cert.CRLDistributionPoints; len(lists) == 0 && len(points) > 0 {
		der, failure := g.fetch("GET", points[0], nil)
		if failure != "" {
			return failure
		}
		lists = [][]byte{der}
	}
	if len(lists) == 0 {
		return missing
	}
	for i, der := range lists {
		if verdict := g.list(der, i); verdict != good {
			return verdict
		}
	}
	return good
}

func (g goJudge) list(der []byte, i int) judged {
	cert, issuer := g.chain.Path[i].Cert, g.chain.Path[i+1].Cert
	list, err := x509.ParseRevocationList(der)
	now := time.Now()
	switch {
	case err != nil:
		return malformed
	case !bytes.Equal(list.RawIssuer, issuer.RawSubject):
		return wrongIssuer
	case list.CheckSignatureFrom(issuer) != nil:
		return badSignature
	case now.Before(list.ThisUpdate):
		return notYetValid
	case now.After(list.NextUpdate):
		return expired
	case slices.ContainsFunc(list.RevokedCertificateEntries,
		func(e x509.RevocationListEntry) bool { return e.SerialNumber.Cmp(cert.SerialNumber) == 0 }):
		return revoked
	}
	return good
}

func (g goJudge) responder() judged {
	verdict := missing
	for i, m := range g.chain.Path[:len(g.chain.Path)-1] {
		if len(m.Cert.OCSPServer) == 0 {
			continue
		}
		request, err := ocsp.CreateRequest(m.Cert, g.chain.Path[i+1].Cert, nil)
		if err != nil {
			g.t.Fatal(err)
		}
		der, failure := g.fetch("POST", m.Cert.OCSPServer[0], request)
		if failure != "" {
			return failure
		}
		if verdict = g.response(der, i); verdict != good {
			return verdict
		}
	}
	return verdict
}

// fetch queries the lab's responder and reports how that failed.
func (g goJudge) fetch(method, url string, body []byte) ([]byte, judged) {
	ctx := g.t.Context()
	if g.silent() {
		short, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		ctx = short
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, silent
	case errors.Is(err, syscall.ECONNREFUSED) || err != nil && strings.Contains(err.Error(), "refused"):
		return nil, refused
	case err != nil:
		g.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusServiceUnavailable {
		return nil, unavailable
	}
	data, err := io.ReadAll(response.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return data, ""
}

// silent reports whether one of the scenario's services never answers.
func (r row) silent() bool {
	responder, crl := r.chain.Recipe.Responder, r.chain.Recipe.CRL
	return responder != nil && responder.Outage == pki.OutageSilent || crl != nil && crl.Outage == pki.OutageSilent
}

// opensslJudge judges with the openssl command: ocsp and verify.
type opensslJudge struct {
	row
	program string
}

// said is a phrase that openssl prints, and its meaning. Phrases are tried in order.
type said struct {
	words *regexp.Regexp
	judged
}

var ocspSays = []said{
	{regexp.MustCompile(`(?i)error reading OCSP response|Response Data.*error|` +
		`asn1 encoding routines|missing asn1 encoding`), malformed},
	{regexp.MustCompile(`Connection refused`), refused},
	{regexp.MustCompile(`Responder Error: trylater`), tryLater},
	{regexp.MustCompile(`code=503|Code=503`), unavailable},
	{regexp.MustCompile(`No Status found`), another},
	{regexp.MustCompile(`Response Verify Failure`), wrongSigner},
	{regexp.MustCompile(`status not yet valid`), notYetValid},
	{regexp.MustCompile(`status expired`), expired},
	{regexp.MustCompile(`(?m)^judged-\S+: revoked`), revoked},
	{regexp.MustCompile(`(?m)^judged-\S+: unknown`), unknown},
	{regexp.MustCompile(`(?s)Response verify OK.*judged-\S+: good`), good},
}

var verifySays = []said{
	{regexp.MustCompile(`certificate revoked`), revoked},
	{regexp.MustCompile(`CRL has expired`), expired},
	{regexp.MustCompile(`CRL is not yet valid`), notYetValid},
	{regexp.MustCompile(`CRL signature failure`), badSignature},
	{regexp.MustCompile(`unable to get certificate CRL`), wrongIssuer},
	{regexp.MustCompile(`: OK`), good},
}

// run runs the command and interprets its output. If the command would wait for a service or reconnect
// forever, it gets only the judges' patience; otherwise it may run as long as the test.
func (o opensslJudge) run(says []said, args ...string) judged {
	ctx := o.t.Context()
	if crl := o.chain.Recipe.CRL; o.silent() || crl != nil && crl.Outage == pki.OutageRefused {
		short, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		ctx = short
	}
	cmd := exec.CommandContext(ctx, o.program, args...)
	cmd.Dir = o.dir
	out, _ := cmd.CombinedOutput() // its output says more than its exit status
	if ctx.Err() != nil {
		return silent
	}
	for _, s := range says {
		if s.words.Match(out) {
			return s.judged
		}
	}
	return judged(out)
}

// ocsp runs openssl ocsp on a response about the certificate at position i.
func (o opensslJudge) ocsp(i int, args ...string) judged {
	return o.run(ocspSays, append([]string{"ocsp", "-no_nonce", "-CAfile", place(2), "-verify_other", place(1),
		"-issuer", place(i + 1), "-cert", place(i)}, args...)...)
}

func (o opensslJudge) staple() judged {
	if _, err := os.Stat(filepath.Join(o.dir, pki.FileStaple)); err != nil {
		return missing
	}
	return o.ocsp(0, "-respin", pki.FileStaple)
}

func (o opensslJudge) responder() judged {
	verdict := missing
	for i, m := range o.chain.Path[:len(o.chain.Path)-1] {
		if len(m.Cert.OCSPServer) == 0 {
			continue
		}
		if verdict = o.ocsp(i, "-url", m.Cert.OCSPServer[0]); verdict != good {
			return verdict
		}
	}
	return verdict
}

func (o opensslJudge) crl() judged {
	verify := func(args ...string) judged {
		return o.run(verifySays, append([]string{"verify", "-CAfile", place(2), "-untrusted", place(1)},
			append(args, place(0))...)...)
	}
	if _, err := os.Stat(filepath.Join(o.dir, pki.FileCRL)); err == nil {
		return verify("-crl_check_all", "-CRLfile", pki.FileCRL)
	}
	if len(o.chain.Leaf().Cert.CRLDistributionPoints) == 0 {
		return missing
	}
	verdict := verify("-crl_check", "-crl_download")
	switch outage := o.chain.Recipe.CRL.Outage; {
	case outage == pki.OutageRefused && (verdict == silent || verdict == wrongIssuer):
		return refused // OpenSSL 3.0 reconnects forever
	case outage == pki.OutageUnavailable && verdict == wrongIssuer:
		return unavailable // verify only says that it could not get a CRL
	}
	return verdict
}
