package chromium

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
)

// TestSuperseded simulates a browser that gives up a navigation because its tab reloads an error page or the
// machine has a new network interface. The navigation must be repeated, but not forever.
func TestSuperseded(t *testing.T) {
	const url = "https://localhost:1/"
	for _, test := range []struct {
		givesUp int // how often it gives up
		code    string
		want    clients.Result
		err     string
	}{
		{0, superseded, failed("ERR_SSL_PROTOCOL_ERROR", 0), ""},
		{1, superseded, failed("ERR_SSL_PROTOCOL_ERROR", 0), ""},
		{maxAttempts - 1, superseded, failed("ERR_SSL_PROTOCOL_ERROR", 0), ""},
		{maxAttempts, superseded, clients.Result{}, "superseded it each time"},
		{1, networkChanged, failed("ERR_SSL_PROTOCOL_ERROR", 0), ""},
		{maxAttempts, networkChanged, clients.Result{}, "a network interface of this machine came or went each time"},
	} {
		t.Run(fmt.Sprint(test.code, " ", test.givesUp), func(t *testing.T) {
			n := 0
			d := converse(t, func(f *far, c *cdproto.Message) bool {
				if c.Method != cdppage.CommandNavigate {
					return false
				}
				id, code := fmt.Sprint("asked ", n), test.code
				if n == test.givesUp {
					code = "ERR_SSL_PROTOCOL_ERROR"
				}
				n++
				f.say(
					event("requestWillBeSent", "other", `"request":{"url":"http://nowhere/"}`),
					event("loadingFailed", "other", `"errorText":"net::ERR_ABORTED"`),
					event("requestWillBeSent", id, fmt.Sprintf(`"request":{"url":%q}`, url)),
					event("loadingFailed", id, fmt.Sprintf(`"errorText":"net::%s"`, code)))
				f.answer(c, fmt.Sprintf(`"result":{"frameId":"t","loaderId":%q}`, id))
				return true
			})
			tab, err := (&browser{devtools: d}).newTab(t.Context())
			require.NoError(t, err)
			got, err := tab.navigate(t.Context(), url)
			assert.Equal(t, min(test.givesUp+1, maxAttempts), n)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}
