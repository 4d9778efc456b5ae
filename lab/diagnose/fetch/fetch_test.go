package fetch_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/diagnose/fetch"
)

// patience bounds each request, also on a busy machine.
const patience = 20 * time.Second

func pointers(urls ...string) []diagnose.Pointer {
	var list []diagnose.Pointer
	for _, url := range urls {
		list = append(list, diagnose.Pointer{Kind: diagnose.PointsToCRL, URL: url})
	}
	return list
}

func TestAll(t *testing.T) {
	elsewhere := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/crl", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("crl")) })
	mux.HandleFunc("/down", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	mux.Handle("/moved", http.RedirectHandler("/elsewhere", http.StatusFound))
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere++ })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	closed := httptest.NewServer(mux)
	closed.Close()
	got := fetch.All(t.Context(), pointers(server.URL+"/crl", server.URL+"/down", server.URL+"/moved",
		server.URL+"/endless", closed.URL, "ldap://127.0.0.1/", "https://127.0.0.1/", "http://169.254.169.254/", "%"),
		patience)
	assert.Equal(t, "crl", string(got[0].Body))
	assert.Equal(t, 200, got[0].Status)
	assert.Equal(t, 503, got[1].Status)
	assert.Equal(t, 302, got[2].Status)
	assert.Zero(t, elsewhere)
	assert.Len(t, got[3].Body, 4<<20)
	assert.Equal(t, ask.EndRefused, got[4].End)
	for _, f := range got[5:] {
		assert.Equal(t, ask.EndUnreachable, f.End, f.URL)
		assert.Zero(t, f.Status)
	}
}

func TestTimeout(t *testing.T) {
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-ended }))
	defer server.Close()
	defer close(ended)
	got := fetch.All(t.Context(), pointers(server.URL), 50*time.Millisecond)
	assert.Equal(t, ask.EndTimeout, got[0].End)
}
