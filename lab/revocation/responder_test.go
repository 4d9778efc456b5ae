package revocation

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/pki"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ctx returns a context that ends before the test times out.
func ctx(t testing.TB) context.Context {
	t.Helper()
	c, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	t.Cleanup(cancel)
	return c
}

// recipes are the scenarios that the responder under test knows.
var recipes = map[string]pki.Recipe{
	"good":    {},
	"revoked": {Responder: &pki.OCSP{Status: pki.StatusRevoked}},
	"unknown": {Responder: &pki.OCSP{Status: pki.StatusUnknown}},
	"later":   {Responder: &pki.OCSP{Status: pki.StatusTryLater}},
	"garbage": {Responder: &pki.OCSP{Malformed: true}},
	"delegate": {
		Responder: &pki.OCSP{Status: pki.StatusRevoked, SignedBy: "delegate"},
		Others:    []pki.Certificate{{Name: "delegate", Profile: pki.ProfileOCSP, Issuer: "intermediate"}},
	},
	"503":     {Responder: &pki.OCSP{Outage: pki.OutageUnavailable}, CRL: &pki.CRL{Outage: pki.OutageUnavailable}},
	"silent":  {Responder: &pki.OCSP{Outage: pki.OutageSilent}, CRL: &pki.CRL{Outage: pki.OutageSilent}},
	"refused": {Responder: &pki.OCSP{Outage: pki.OutageRefused}, CRL: &pki.CRL{Outage: pki.OutageRefused}},
	"crossed": {Others: []pki.Certificate{{
		Name: "cross", Profile: pki.ProfileIntermediate, Of: "intermediate", Issuer: "root",
	}}},
	"listed": {CRL: &pki.CRL{Revoke: []string{"leaf", "intermediate"}}},
}

// responder starts a responder for recipes, and returns it with a function that mints a chain, whose certificates name
// the responder.
func responder(t *testing.T) (*Responder, func(id string) *pki.Chain) {
	t.Helper()
	return responderAsked(t, func(string) {})
}

// responderAsked does what responder does, and makes the responder call asked with the scenario of every request.
func responderAsked(t *testing.T, asked func(id string)) (*Responder, func(id string) *pki.Chain) {
	t.Helper()
	var minter *pki.Minter
	lookup := func(id string) (*pki.Chain, error) {
		recipe, ok := recipes[id]
		if !ok {
			return nil, fmt.Errorf("there is no scenario %q", id)
		}
		points := pki.Certificate{OCSP: true, CRL: true, Access: []string{"ca-issuers", "ocsp"}}
		recipe.Leaf, recipe.Intermediates = points, []pki.Certificate{points}
		return minter.Mint(id, recipe)
	}
	r, err := Start("", 0, func(id string) (*pki.Chain, error) {
		asked(id)
		return lookup(id)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	minter, err = pki.New(pki.Config{
		Seed: "responder", At: time.Now().UTC().Truncate(24 * time.Hour), Responder: r.URL(), Refused: r.RefusedURL(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, func(id string) *pki.Chain {
		t.Helper()
		c, err := lookup(id)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// fetch sends a request and returns the response and its body.
func fetch(t *testing.T, method, url string, body []byte) (*http.Response, []byte, error) {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx(t), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response, answer, err
}

// ask returns an OCSP request about the certificate at a place in a chain's path.
func ask(t *testing.T, chain *pki.Chain, place int) []byte {
	t.Helper()
	request, err := ocsp.CreateRequest(chain.Path[place].Cert, chain.Path[place+1].Cert, nil)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// TestResponderOCSP sends OCSP requests by POST and by GET, as in RFC 6960.
func TestResponderOCSP(t *testing.T) {
	_, chain := responder(t)
	for id, want := range map[string]struct {
		status int
		err    string
	}{
		"good": {status: ocsp.Good}, "revoked": {status: ocsp.Revoked}, "unknown": {status: ocsp.Unknown},
		"delegate": {status: ocsp.Revoked}, "later": {err: "try later"}, "garbage": {err: "structure error"},
	} {
		t.Run(id, func(t *testing.T) {
			c := chain(id)
			url, request := c.Leaf().Cert.OCSPServer[0], ask(t, c, 0)
			encoded := base64.StdEncoding.EncodeToString(request)
			for name, r := range map[string]struct {
				method, url string
				body        []byte
			}{
				"POST":         {"POST", url, request},
				"GET":          {"GET", url + "/" + escape(encoded), nil},
				"GET, slashes": {"GET", url + "/" + encoded, nil},
			} {
				response, answer, err := fetch(t, r.method, r.url, r.body)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if response.StatusCode != 200 || response.Header.Get("Content-Type") != "application/ocsp-response" {
					t.Errorf("%s: status %d, type %s", name, response.StatusCode, response.Header.Get("Content-Type"))
				}
				parsed, err := ocsp.ParseResponseForCert(answer, c.Leaf().Cert, c.Path[1].Cert)
				if want.err != "" {
					if err == nil || !strings.Contains(err.Error(), want.err) {
						t.Errorf("%s: got %v, want %q", name, err, want.err)
					}
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", name, err)
				} else if parsed.Status != want.status {
					t.Errorf("%s: status %d, want %d", name, parsed.Status, want.status)
				}
			}
			// The recipe does not mention the intermediate, so it is good.
			_, answer, err := fetch(t, "POST", c.Path[1].Cert.OCSPServer[0], ask(t, c, 1))
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := ocsp.ParseResponseForCert(answer, c.Path[1].Cert, c.Path[2].Cert)
			if err != nil || parsed.Status != ocsp.Good {
				t.Errorf("about the intermediate: %+v, %v", parsed, err)
			}
		})
	}
}

// escape escapes base64 for a URL, including everything with a meaning in URLs.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%3D", "%3d") }

func TestResponderRefuses(t *testing.T) {
	r, chain := responder(t)
	other := ask(t, chain("revoked"), 0)
	good := chain("good").Leaf().Cert.OCSPServer[0]
	huge := bytes.Repeat([]byte{0x30}, maxOCSPRequest+1)
	malformed := ocsp.MalformedRequestErrorResponse
	for name, c := range map[string]struct {
		method, url string
		body        []byte
		status      int
		answer      []byte
	}{
		"another scenario's certificate": {"POST", good, other, 200, ocsp.UnauthorizedErrorResponse},
		"no such scenario":               {"POST", r.URL() + "/ocsp/none", other, 200, ocsp.UnauthorizedErrorResponse},
		"not a request":                  {"POST", good, []byte("hello"), 200, malformed},
		"empty":                          {"GET", good, nil, 200, malformed},
		"not base64":                     {"GET", good + "/%21", nil, 200, malformed},
		"long POST":                      {"POST", good, huge, 200, malformed},
		"long GET":                       {"GET", good + "/" + strings.Repeat("A", 8<<10), nil, 200, malformed},
		"PUT":                            {"PUT", good, other, 405, nil},
		"PUT of a CRL":                   {"PUT", r.URL() + "/crl/good", nil, 405, nil},
		"no such CRL":                    {"GET", r.URL() + "/crl/good/none", nil, 404, nil},
		"CRL of no scenario":             {"GET", r.URL() + "/crl/none", nil, 404, nil},
		"PUT of an issuer":               {"PUT", r.URL() + "/issuer/good/leaf", nil, 405, nil},
		"issuer of a root":               {"GET", r.URL() + "/issuer/good/root", nil, 404, nil},
		"issuer of no certificate":       {"GET", r.URL() + "/issuer/good/none", nil, 404, nil},
		"issuer in no scenario":          {"GET", r.URL() + "/issuer/none/leaf", nil, 404, nil},
		"another path":                   {"GET", r.URL() + "/", nil, 404, nil},
		"OCSP 503":                       {"POST", r.URL() + "/ocsp/503", ask(t, chain("503"), 0), 503, nil},
		"CRL 503":                        {"GET", r.URL() + "/crl/503", nil, 503, nil},
	} {
		t.Run(name, func(t *testing.T) {
			response, answer, err := fetch(t, c.method, c.url, c.body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != c.status || c.answer != nil && !bytes.Equal(answer, c.answer) {
				t.Errorf("status %d, %q; want %d, %q", response.StatusCode, answer, c.status, c.answer)
			}
		})
	}
}

func TestResponderCRL(t *testing.T) {
	_, chain := responder(t)
	c := chain("listed")
	for i, m := range c.Path[:2] {
		response, answer, err := fetch(t, "GET", m.Cert.CRLDistributionPoints[0], nil)
		if err != nil {
			t.Fatal(err)
		}
		kind := response.Header.Get("Content-Type")
		if kind != "application/pkix-crl" || !bytes.Equal(answer, c.CRLs[i]) {
			t.Errorf("%s: type %s, %d bytes, want the CRL of %d bytes", m.Name, kind, len(answer), len(c.CRLs[i]))
		}
	}
}

// TestResponderIssuer checks that the address in a certificate leads to its issuer's (RFC 5280, section 4.2.2.1).
func TestResponderIssuer(t *testing.T) {
	r, chain := responder(t)
	c := chain("crossed")
	for i, m := range c.Path[:2] {
		response, answer, err := fetch(t, "GET", m.Cert.IssuingCertificateURL[0], nil)
		if err != nil {
			t.Fatal(err)
		}
		kind := response.Header.Get("Content-Type")
		if kind != "application/pkix-cert" || !bytes.Equal(answer, c.Path[i+1].DER) {
			t.Errorf("%s: type %s, %d bytes, want the certificate of %s", m.Name, kind, len(answer), c.Path[i+1].Name)
		}
	}
	_, answer, err := fetch(t, "GET", r.URL()+"/issuer/crossed/cross", nil)
	if err != nil || !bytes.Equal(answer, c.Path[2].DER) {
		t.Errorf("the issuer of a certificate off the path: %d bytes, %v", len(answer), err)
	}
}

// TestResponderSilent checks that the silent responder never answers: clients get nothing until they give up, and those
// that do not give up are disconnected when the responder is closed.
func TestResponderSilent(t *testing.T) {
	asked := make(chan string, 4)
	r, chain := responderAsked(t, func(id string) { asked <- id })
	c := chain("silent")
	request := func(target string) (method string, body []byte) {
		if strings.Contains(target, "/ocsp/") {
			return "POST", ask(t, c, 0)
		}
		return "GET", nil
	}
	targets := []string{c.Leaf().Cert.OCSPServer[0], c.Leaf().Cert.CRLDistributionPoints[0]}
	for _, target := range targets {
		method, body := request(target)
		short, cancel := context.WithCancelCause(t.Context())
		r, err := http.NewRequestWithContext(short, method, target, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		var impatient sync.WaitGroup
		impatient.Go(func() { // it gives up only after its request has arrived
			<-asked
			time.AfterFunc(300*time.Millisecond, func() { cancel(context.DeadlineExceeded) })
		})
		transport := &http.Transport{DisableKeepAlives: true}
		if _, err := transport.RoundTrip(r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", target, err)
		}
		impatient.Wait()
		transport.CloseIdleConnections()
	}
	var patient sync.WaitGroup
	for _, target := range targets {
		method, body := request(target)
		patient.Go(func() {
			if response, answer, err := fetch(t, method, target, body); err == nil {
				t.Errorf("%s: answered %d %q", target, response.StatusCode, answer)
			}
		})
	}
	for range targets { // wait until all requests have arrived
		<-asked
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	patient.Wait()
}

// TestResponderRefused checks that connections are refused every time, and that no other program can take the port.
func TestResponderRefused(t *testing.T) {
	r, chain := responder(t)
	target, err := url.Parse(chain("refused").Leaf().Cert.OCSPServer[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := "http://" + target.Host; got != r.RefusedURL() {
		t.Errorf("the certificate names the responder %s, want %s", got, r.RefusedURL())
	}
	got, want := chain("refused").Leaf().Cert.CRLDistributionPoints[0], r.RefusedURL()+"/crl/refused"
	if got != want {
		t.Errorf("the certificate names the CRL %s, want %s", got, want)
	}
	for range 200 {
		c, err := net.Dial("tcp", target.Host)
		if err == nil {
			c.Close()
			t.Fatal("connected")
		}
		if !errors.Is(err, syscall.ECONNREFUSED) && !strings.Contains(err.Error(), "refused") {
			t.Fatal(err)
		}
	}
	if l, err := net.Listen("tcp", target.Host); err == nil {
		l.Close()
		t.Error("another program could listen on the port")
	}
}

// TestResponderPorts starts responders one after the other on the same ports: a closed one must leave its ports free.
func TestResponderPorts(t *testing.T) {
	base := freeBase(t)
	for range 20 {
		r, err := Start("", base, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("http://127.0.0.1:%d", base); r.URL() != want {
			t.Errorf("URL %s, want %s", r.URL(), want)
		}
		if want := fmt.Sprintf("http://127.0.0.1:%d", base+RefusedOffset); r.RefusedURL() != want {
			t.Errorf("refused %s, want %s", r.RefusedURL(), want)
		}
		if _, err := Start("", base, nil); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("a second at the same port: %v", err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", base+RefusedOffset))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = Start("", base, nil)
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "--base-port") {
		t.Errorf("with the second port taken: %v", err)
	}
}

// freeBase returns a port on which a responder can start. It is below the ephemeral ports, any of which another program
// could get meanwhile.
func freeBase(t *testing.T) int {
	t.Helper()
	const tries = 1024
	first := 12000 + 10*(os.Getpid()%1000) // so that concurrent runs of this test start at different ports
	var failed error
	for base := first; base < first+10*tries; base += 10 {
		r, err := Start("", base, nil)
		if failed = err; err == nil {
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			return base
		}
	}
	t.Fatal("no pair of ports is free: ", failed)
	return 0
}
