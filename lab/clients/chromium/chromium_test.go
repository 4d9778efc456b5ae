package chromium

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/cdproto"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
)

func TestParseVersion(t *testing.T) {
	for line, want := range map[string]string{
		"Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)": "156.0.8078.79",
		"Google Chrome 143.0.7499.40":                                    "143.0.7499.40",
		"Microsoft Edge 143.0.3650.1":                                    "143.0.3650.1",
	} {
		got, err := parseVersion(line)
		require.NoError(t, err, line)
		assert.Equal(t, want, got)
	}
	for line, want := range map[string]string{
		"":                             "is not Chromium's",
		"chromium: not installed":      "is not Chromium's",
		"Chromium 141.0.6778.204 snap": "is a snap",
		"Chromium 120.0.6099.224 built on Debian 11.8": "140 or later is needed",
	} {
		_, err := parseVersion(line)
		assert.ErrorContains(t, err, want, line)
	}
}

func TestResolver(t *testing.T) {
	const here = "MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
	for _, test := range []struct{ host, connect, want string }{
		{"localhost", "127.0.0.1:10021", here},
		{"127.0.0.1", "127.0.0.1:10021", here},
		{"foo.tlslab.test", "127.0.0.1:10021", here},
		{"192.0.2.1", "127.0.0.1:10021", "MAP 192.0.2.1 127.0.0.1, " + here},
		{"2001:db8::1", "127.0.0.1:10021", "MAP ?2001?db8??1? 127.0.0.1, " + here},
		{"does-not-exist.invalid", "", "MAP * ~NOTFOUND, EXCLUDE does-not-exist.invalid"},
	} {
		assert.Equal(t, test.want, resolver(test.host, test.connect), test.host)
	}
}

// TestPage checks the result of a request for various sequences of events.
func TestPage(t *testing.T) {
	const (
		asks = `{"method":"Network.requestWillBeSent","params":{"requestId":"1","type":"Document",` +
			`"request":{"url":"https://localhost:1/"}}}`
		redirect = `{"method":"Network.requestWillBeSent","params":{"requestId":"1","type":"Document",` +
			`"redirectResponse":{"status":302}}}`
		answers = `{"method":"Network.responseReceived","params":{"requestId":"1","type":"Document",` +
			`"response":{"status":200}}}`
		busy = `{"method":"Network.responseReceived","params":{"requestId":"1","type":"Document",` +
			`"response":{"status":503}}}`
		finishes = `{"method":"Network.loadingFinished","params":{"requestId":"1"}}`
		fails    = `{"method":"Network.loadingFailed","params":{"requestId":"1","type":"Document",` +
			`"errorText":"net::ERR_CERT_DATE_INVALID","canceled":false}}`
		cut = `{"method":"Network.loadingFailed","params":{"requestId":"1","type":"Document",` +
			`"errorText":"net::ERR_CONTENT_LENGTH_MISMATCH","canceled":false}}`
		extra = `{"method":"Network.responseReceivedExtraInfo","params":{"requestId":"1","statusCode":503}}`
		empty = `{"method":"Network.loadingFailed","params":{"requestId":"1","type":"Document",` +
			`"errorText":"net::ERR_HTTP_RESPONSE_CODE_FAILURE","canceled":false}}`
		download = `{"method":"Network.loadingFailed","params":{"requestId":"1","type":"Document",` +
			`"errorText":"net::ERR_ABORTED","canceled":true}}`
		icon = `{"method":"Network.loadingFailed","params":{"requestId":"2","type":"Other",` +
			`"errorText":"net::ERR_FAILED"}}`
		other = `{"method":"Network.requestWillBeSent","params":{"requestId":"9","type":"Document",` +
			`"request":{"url":"http://nowhere/"}}}`
		gives = `{"method":"Network.loadingFailed","params":{"requestId":"9","type":"Document",` +
			`"errorText":"net::ERR_ABORTED","canceled":true}}`
		spelled = `{"method":"Network.requestWillBeSent","params":{"requestId":"1","type":"Document",` +
			`"request":{"url":"https://LOCALHOST:1/"}}}`
		answer = `{"result":{"frameId":"f","loaderId":"1"}}`
	)
	for name, test := range map[string]struct {
		events []string
		want   *clients.Result
	}{
		"answered": {[]string{asks, answers, icon, finishes},
			&clients.Result{Outcome: clients.Accepted}},
		"unavailable": {[]string{asks, busy, finishes},
			&clients.Result{Outcome: clients.Rejected, Message: "HTTP status 503"}},
		"moved": {[]string{asks, redirect, answers, finishes},
			&clients.Result{Outcome: clients.Rejected, Message: "HTTP status 302"}},
		"refused": {[]string{asks, fails}, &clients.Result{Outcome: clients.Rejected,
			Message: "net::ERR_CERT_DATE_INVALID", Code: "ERR_CERT_DATE_INVALID"}},
		"cut short": {[]string{asks, answers, cut}, &clients.Result{Outcome: clients.Rejected,
			Message: "net::ERR_CONTENT_LENGTH_MISMATCH", Code: "ERR_CONTENT_LENGTH_MISMATCH"}},
		"no body": {[]string{asks, extra, empty},
			&clients.Result{Outcome: clients.Rejected, Message: "HTTP status 503",
				Code: "ERR_HTTP_RESPONSE_CODE_FAILURE"}},
		"a download": {[]string{asks, answers, download}, &clients.Result{Outcome: clients.Unsupported,
			Message: "what the server answered is no page to a browser, but a file to keep", Code: "ERR_ABORTED"}},
		"aborted": {[]string{asks, download}, &clients.Result{Outcome: clients.Rejected,
			Message: "net::ERR_ABORTED", Code: "ERR_ABORTED"}},
		"after another": {[]string{other, gives, asks, fails},
			&clients.Result{Outcome: clients.Rejected, Message: "net::ERR_CERT_DATE_INVALID",
				Code: "ERR_CERT_DATE_INVALID"}},
		"among another": {[]string{other, asks, gives, answers, finishes},
			&clients.Result{Outcome: clients.Accepted}},
		"another alone": {[]string{other, gives}, nil},
		"written in another way": {[]string{other, gives, spelled, fails, answer},
			&clients.Result{Outcome: clients.Rejected, Message: "net::ERR_CERT_DATE_INVALID",
				Code: "ERR_CERT_DATE_INVALID"}},
		"and the answer is first": {[]string{spelled, answer, answers, finishes},
			&clients.Result{Outcome: clients.Accepted}},
		"not yet":      {[]string{asks, answers, icon}, nil},
		"not asked":    {[]string{answers, finishes}, nil},
		"nothing else": {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPage("https://localhost:1/")
			for _, e := range test.events {
				var m cdproto.Message
				require.NoError(t, json.Unmarshal([]byte(e), &m))
				if m.Result != nil {
					var answer cdppage.NavigateResult
					require.NoError(t, json.Unmarshal(m.Result, &answer))
					p.ask(string(answer.LoaderID))
					continue
				}
				event, err := cdproto.UnmarshalMessage(&m)
				require.NoError(t, err)
				p.event(event)
			}
			select {
			case got := <-p.result:
				require.NotNil(t, test.want, "%v", got)
				assert.Equal(t, test.want, got.result)
			default:
				assert.Nil(t, test.want)
			}
		})
	}
}

func TestUsual(t *testing.T) {
	env := func(name string) string {
		return map[string]string{"HOME": "/Users/me", "ProgramFiles": `C:\Program Files`}[name]
	}
	assert.Contains(t, usual("darwin", env), "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
	assert.Contains(t, usual("darwin", env), "/Users/me/Applications/Chromium.app/Contents/MacOS/Chromium")
	assert.Len(t, usual("windows", env), 2, "one directory of three is set")
	assert.Empty(t, usual("linux", env))
}
