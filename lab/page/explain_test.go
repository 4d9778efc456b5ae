package page

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestExplanationIsLinked checks that a message in the page's address is explained, escaped, in the reader's language,
// and to be bounded.
func TestExplanationIsLinked(t *testing.T) {
	r := bringUp(t, "good")
	link := func(message string) string { return "/explain?" + url.Values{"message": {message}}.Encode() }

	a := r.get(link("curl: (60) SSL certificate problem: certificate has expired <script>alert(1)</script>"))
	assert.Equal(t, http.StatusOK, a.StatusCode)
	assert.Contains(t, a.body, "<code>expired</code>")
	assert.Contains(t, a.body, "&lt;script&gt;")
	assert.NotContains(t, a.body, "<script>alert")
	assert.Empty(t, a.Header.Values("Set-Cookie"), "a GET changes nothing")
	assert.Contains(t, r.get(link("certificate has expired"), "Accept-Language", "zh").body, `<html lang="zh-CN"`)

	assert.NotContains(t, r.get("/explain").body, "Failures found")
	assert.NotContains(t, r.get(link(" ")).body, "Failures found")
	assert.Equal(t, http.StatusOK, r.get(link(strings.Repeat("x", maxLinked))).StatusCode)
	assert.Equal(t, http.StatusRequestURITooLong, r.get(link(strings.Repeat("x", maxLinked+1))).StatusCode)
}

// TestExplanationEndsWithItsRequest checks that the work on an explanation ends with its request.
func TestExplanationEndsWithItsRequest(t *testing.T) {
	_, p, _, _ := prepare(t, "good")
	for _, gone := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		if gone {
			cancel()
		}
		form := url.Values{"message": {"curl: (60) SSL certificate problem: certificate has expired"}}
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/explain", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		p.explanation(w, r)
		assert.Equal(t, gone, w.Body.Len() == 0, w.Body.String())
		cancel()
	}
}
