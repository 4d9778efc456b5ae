package page

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGuardAnswersToItsOwnNamesAlone(t *testing.T) {
	r := bringUp(t, "good")
	_, port, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(r.page.URL(), "http://"), "/"), ":")
	for _, host := range []string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port, "LOCALHOST:" + port} {
		assert.Equal(t, http.StatusOK, r.get("/", "Host", host).StatusCode, host)
	}
	for _, host := range []string{"evil.example:" + port, "localhost", "localhost:1", "127.0.0.1.evil.example:" + port,
		"localhost.:" + port, "evil.localhost:" + port, "0.0.0.0:" + port, "[::]:" + port, "2130706433:" + port} {
		for _, path := range []string{"/", "/events", "/files/good/root.pem", "/static/page.js", "/nowhere"} {
			a := r.get(path, "Host", host)
			assert.Equal(t, http.StatusMisdirectedRequest, a.StatusCode, host)
			assert.Equal(t, "text/plain; charset=utf-8", a.Header.Get("Content-Type"))
			assert.NotContains(t, a.body, "evil")
		}
	}
}

func TestOwnHosts(t *testing.T) {
	for _, c := range []struct {
		bind, host string
		own        bool
	}{
		{"", "127.0.0.1:80", true},
		{"", "127.0.0.1", true}, // the port is 80
		{"", "192.0.2.1:80", false},
		{"192.0.2.1", "192.0.2.1:80", true},
		{"192.0.2.1", "192.0.2.2:80", false},
		{"0.0.0.0", "127.0.0.1:80", true},
		{"0.0.0.0", "192.0.2.1:80", false}, // no address of any machine's
		{"0.0.0.0", "evil.example:80", false},
		{"::", "[::1]:80", true},
	} {
		assert.Equal(t, c.own, ownHosts(c.bind, 80)(c.host), c)
	}
}

func TestGuardTellsBrowsers(t *testing.T) {
	r := bringUp(t, "good")
	for _, path := range []string{"/", "/scenario/good", "/live", "/events", "/static/page.css", "/static/nothing",
		"/nowhere", "/files/good/root.pem", "/files/good/key.pem"} {
		var a answer
		if path == "/events" {
			a = answer{Response: r.stream(nil).Response}
		} else {
			a = r.get(path, "Origin", "http://evil.example")
		}
		h := a.Header
		assert.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'", path)
		assert.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'")
		assert.NotContains(t, h.Get("Content-Security-Policy"), "unsafe")
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		assert.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
		assert.Equal(t, "same-origin", h.Get("Cross-Origin-Resource-Policy"))
		assert.Empty(t, h.Get("Access-Control-Allow-Origin"))
		assert.Empty(t, h.Values("Set-Cookie"), "a GET changes nothing")
	}
}

func TestLanguageIsSetByAPostOfThePageAlone(t *testing.T) {
	r := bringUp(t, "good")
	post := func(form url.Values, header ...string) answer {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.page.URL()+"language",
			strings.NewReader(form.Encode()))
		require.NoError(t, err)
		return r.do(req, append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
	}
	chinese := url.Values{"language": {"zh-CN"}, "back": {"/scenario/good"}}
	a := post(chinese, "Sec-Fetch-Site", "same-origin")
	assert.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Equal(t, "/scenario/good", a.Header.Get("Location"))
	cookie := a.Header.Get("Set-Cookie")
	assert.Contains(t, cookie, "SameSite=Lax")
	assert.Contains(t, r.get("/", "Cookie", cookie[:strings.Index(cookie, ";")]).body, `<html lang="zh-CN"`)

	assert.Equal(t, http.StatusForbidden, post(chinese, "Sec-Fetch-Site", "cross-site").StatusCode)
	assert.Equal(t, http.StatusForbidden, post(chinese, "Origin", "http://evil.example").StatusCode)
	assert.Equal(t, http.StatusNotFound, r.get("/language?language=zh-CN").StatusCode)
	assert.Equal(t, http.StatusBadRequest, post(url.Values{"language": {"<script>"}}).StatusCode)
	assert.Contains(t, r.get("/", "Accept-Language", "zh-TW;q=0.9, zh;q=0.8").body, `<html lang="zh-CN"`)
	assert.Contains(t, r.get("/", "Accept-Language", "fr, *").body, `<html lang="en"`)
}

func TestBackLeadsNowhereElse(t *testing.T) {
	for to, want := range map[string]string{
		"/live": "/live", "/?q=a+b": "/?q=a+b", "": "/", "//evil.example/": "/", "http://evil.example/": "/",
		`/\evil.example`: "/", "javascript:alert(1)": "/", "relative": "/",
	} {
		assert.Equal(t, want, back(to), to)
	}
}

func TestDownloads(t *testing.T) {
	r := bringUp(t, "good", "client-key-mismatch", "good-client-certificate", "revoked-crl")
	for _, path := range []string{"/files/good/root.pem", "/files/good/chain.pem", "/files/revoked-crl/crl.pem",
		"/files/good-client-certificate/client-key.pem"} {
		a := r.get(path)
		assert.Equal(t, http.StatusOK, a.StatusCode, path)
		assert.Contains(t, a.body, "-----BEGIN")
		assert.Contains(t, a.Header.Get("Content-Disposition"), "attachment")
	}
	for _, id := range []string{"good", "client-key-mismatch", "good-client-certificate", "revoked-crl"} {
		for _, name := range []string{"key.pem", "combined.pem", "bundle.p12", "key-encrypted.pem", "root-key.pem",
			"..%2fgood%2fkey.pem", "%2e%2e/good/key.pem", ".tlslab", "not-there.pem"} {
			a := r.get("/files/" + id + "/" + name)
			assert.Contains(t, []int{http.StatusNotFound, http.StatusMovedPermanently, http.StatusTemporaryRedirect},
				a.StatusCode, name)
			assert.NotContains(t, a.body, "BEGIN")
		}
		// The page offers no key but the client's.
		for _, name := range downloads(r.page.byID[id]) {
			if name != "client-key.pem" && name != "client-combined.pem" {
				assert.NotContains(t, r.get("/files/"+id+"/"+name).body, "PRIVATE KEY", name)
			}
		}
	}
	assert.Equal(t, http.StatusNotFound, r.get("/files/good/client-key.pem").StatusCode, "it has none")
	assert.Equal(t, http.StatusNotFound, r.get("/files/nothing/root.pem").StatusCode)
}
