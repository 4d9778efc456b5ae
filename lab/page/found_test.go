package page

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/assess/prose"
	"example.com/tlslab/lab/lang"
)

// TestFound checks that a connection has the same finding as in tlslab test and tlslab check, if it shows something
// about a client.
func TestFound(t *testing.T) {
	want := map[string]assess.Code{
		"good": "", "expired": assess.DatesUnchecked, "wrong-host": assess.NamesUnchecked,
		"self-signed":   assess.ChainUnchecked,
		"path-too-long": "", // nothing is known of a client that accepts this but that it does
	}
	var ids []string
	for id := range want {
		ids = append(ids, id)
	}
	r := bringUp(t, ids...)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for id, code := range want {
		resp, err := client.Get(r.endpoint(id).URL)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		c := r.waitFor(id, ended(1))[0]
		for _, l := range lang.All() {
			shown := r.page.card(l, c).Found
			if code == "" {
				assert.Nil(t, shown, id)
				continue
			}
			require.NotNil(t, shown, id)
			assert.Equal(t, finding{code, prose.Of(l, code)}, *shown, id)
		}
		body := r.get("/scenario/" + id).body
		assert.Equal(t, code != "", strings.Contains(body, `<p class="found"><code>`+string(code)+`</code>`), id)
	}
}
