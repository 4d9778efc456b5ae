package page

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// diagnose enters a server into the form.
func (r *running) diagnose(server string, header ...string) answer {
	form := url.Values{"server": {server}}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, strings.TrimSuffix(r.page.URL(), "/")+"/diagnose", strings.NewReader(form.Encode()))
	require.NoError(r, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.do(req, header...)
}

func TestDiagnosis(t *testing.T) {
	r := bringUp(t, "good", "expired")
	a := r.diagnose("localhost:" + strconv.Itoa(r.endpoint("expired").Port))
	assert.Equal(t, http.StatusOK, a.StatusCode)
	assert.Contains(t, a.body, "<code>expired</code>")
	assert.Contains(t, a.body, `href="/scenario/expired"`)
	assert.Contains(t, a.body, "Failures found: 1.")
	assert.Contains(t, a.body, "tlslab intermediate CA", "the letter")
	assert.Contains(t, r.diagnose("https://localhost:"+strconv.Itoa(r.endpoint("good").Port)+"/").body,
		"Nothing is wrong that clients refuse.")
	assert.Contains(t, r.diagnose("localhost:"+strconv.Itoa(r.endpoint("expired").Port), "Accept-Language", "zh").body, "找到 1 处失败")

	// Only servers on this machine are asked, and nothing is asked by a GET.
	for _, server := range []string{"192.0.2.1:443", "example.com", "[2001:db8::1]:443", "0.0.0.0:443"} {
		assert.Contains(t, r.diagnose(server).body, "servers on this machine only", server)
	}
	assert.Contains(t, r.diagnose("10.0.0.0/8").body, "This server cannot be asked.")
	assert.Contains(t, r.diagnose("<script>alert(1)</script>").body, "&lt;script&gt;")
	assert.NotContains(t, r.get("/diagnose?server=localhost").body, "Failures found")
}

// TestDiagnosisFromElsewhere checks that another site cannot have the page ask a server.
func TestDiagnosisFromElsewhere(t *testing.T) {
	r := bringUp(t, "good")
	a := r.diagnose("localhost:"+strconv.Itoa(r.endpoint("good").Port), "Origin", "https://elsewhere.example",
		"Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, a.StatusCode)
}
