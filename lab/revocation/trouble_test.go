package revocation

import (
	"errors"
	"net/http"
	"testing"

	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/pki"
)

// TestPanicInResponder checks that a panic in the responder ends only the request, and is reported. net/http alone
// would hide it.
func TestPanicInResponder(t *testing.T) {
	r, err := Start("", 0, func(id string) (*pki.Chain, error) {
		if id == "panics" {
			panic("as the test wants it")
		}
		return nil, errors.New("no such chain")
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	type report struct {
		about string
		err   error
	}
	all := make(chan report, 8)
	r.OnTrouble(func(id string, err error) { all <- report{id, err} })
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if response, err := client.Get(r.URL() + "/crl/panics"); err == nil {
		response.Body.Close()
		t.Errorf("answered with %s", response.Status)
	}
	if got := <-all; got.about != "panics" || !trouble.Is(got.err) {
		t.Errorf("reported %q: %v", got.about, got.err)
	}
	response, err := client.Get(r.URL() + "/crl/none")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNotFound || len(all) > 0 {
		t.Errorf("answered with %s", response.Status)
	}
}
