package revocation

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/pki"
)

// FuzzResponder checks that the responder answers every request with one of the known HTTP statuses, and that a body
// with the content type of OCSP is a valid OCSP response.
func FuzzResponder(f *testing.F) {
	minter, err := pki.New(pki.Config{Seed: "fuzz", At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		f.Fatal(err)
	}
	chain, err := minter.Mint("good", pki.Recipe{Leaf: pki.Certificate{OCSP: true, CRL: true}})
	if err != nil {
		f.Fatal(err)
	}
	request, err := ocsp.CreateRequest(chain.Path[0].Cert, chain.Path[1].Cert, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("POST", "/ocsp/good", request)
	f.Add("POST", "/ocsp/good", request[:len(request)-1])
	f.Add("GET", "/ocsp/good/"+url.PathEscape(base64.StdEncoding.EncodeToString(request)), []byte(nil))
	f.Add("GET", "/crl/good/intermediate", []byte(nil))
	f.Add("GET", "/issuer/good/leaf", []byte(nil))
	f.Add("GET", "//%2f/%00", []byte(nil))
	r := &Responder{
		shares: shares{each: 1, taken: map[string]int{}},
		lookup: func(string) (*pki.Chain, error) { return chain, nil },
	}
	f.Fuzz(func(t *testing.T, method, path string, body []byte) {
		target, err := url.ParseRequestURI(path)
		if err != nil {
			return // net/http refuses it before the responder sees it
		}
		w := httptest.NewRecorder()
		r.serve(w, &http.Request{
			Method: method, URL: target, Header: http.Header{},
			Body: http.MaxBytesReader(nil, closer{bytes.NewReader(body)}, int64(len(body))),
		})
		switch w.Code {
		case http.StatusOK, http.StatusNotFound, http.StatusMethodNotAllowed:
		default:
			t.Errorf("status %d", w.Code)
		}
		if w.Header().Get("Content-Type") == "application/ocsp-response" {
			_, err := ocsp.ParseResponse(w.Body.Bytes(), nil)
			if _, isError := err.(ocsp.ResponseError); err != nil && !isError {
				t.Errorf("not an OCSP response: %v", err)
			}
		}
	})
}

type closer struct{ *bytes.Reader }

func (closer) Close() error { return nil }
