package revocation

import (
	"net/http"
	"sync"
	"testing"
	"time"
)

// TestHeldRequestsAreTheirOwn fills one scenario's share with unanswered requests. The responder must refuse further
// requests for that scenario, and answer those for others.
func TestHeldRequestsAreTheirOwn(t *testing.T) {
	r, _ := responder(t)
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	refused := make(chan int, maxStatusAsked+1)
	var clients sync.WaitGroup
	for range maxStatusAsked + 1 {
		clients.Go(func() {
			if response, err := client.Get(r.URL() + "/crl/silent"); err == nil {
				response.Body.Close()
				refused <- response.StatusCode
			}
		})
	}
	// Only one is refused, and by then all others are waiting.
	if got := <-refused; got != http.StatusServiceUnavailable {
		t.Errorf("one more than the share: status %d", got)
	}
	for path, want := range map[string]int{
		"/crl/good": 200, "/ocsp/none-such/": 200, "/crl/none-such": 404, "/other": 404,
	} {
		response, err := client.Get(r.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, response.StatusCode, want)
		}
	}
	r.Close() // ends the waiting requests
	clients.Wait()
	if n := len(r.shares.taken); n != 0 {
		t.Errorf("%d shares are still taken: %v", n, r.shares.taken)
	}
}
