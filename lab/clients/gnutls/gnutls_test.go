package gnutls

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
)

func TestParseVersion(t *testing.T) {
	version, err := parseVersion("gnutls-cli 3.7.9")
	assert.NoError(t, err)
	assert.Equal(t, "3.7.9", version)
	for _, line := range []string{"", "gnutls-cli", "gnutls-serv 3.7.9", "gnutls-cli 3.7.9 and more"} {
		_, err := parseVersion(line)
		assert.ErrorContains(t, err, "not gnutls-cli's", line)
	}
}

func TestRead(t *testing.T) {
	const log = "Processed 1 CA certificate(s).\n- Status: The certificate is trusted. \n- Handshake was " +
		"completed\n\n- Simple Client Mode:\n\n"
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	for name, test := range map[string]struct {
		out  process.Output
		want clients.Result
	}{
		"answered":    {process.Output{Stdout: log + answer}, clients.Result{Outcome: clients.Accepted}},
		"then closed": {process.Output{Stdout: log + answer + closed}, clients.Result{Outcome: clients.Accepted}},
		"cut short": {process.Output{Stdout: log + answer[:len(answer)-1] + closed},
			clients.Result{Outcome: clients.Rejected, Message: "no whole HTTP answer: unexpected EOF"}},
		"not trusted": {process.Output{Stdout: "- Status: The certificate is NOT trusted. Why. \n*** failed\n",
			Stderr: "*** Fatal\n", Code: 1}, clients.Result{Outcome: clients.Rejected,
			Message: "Status: The certificate is NOT trusted. Why.\n*** failed\n*** Fatal"}},
		"refused": {process.Output{Stdout: log + "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"},
			clients.Result{Outcome: clients.Rejected, Message: "HTTP status 503"}},
		"silent": {process.Output{Code: 1}, clients.Result{Outcome: clients.Rejected,
			Message: "gnutls-cli ended with status 1 and said nothing"}},
		"no such thing": {process.Output{Stderr: "gnutls-cli: unrecognized option '--x'\n", Code: 1},
			clients.Result{Outcome: clients.Unsupported, Message: "gnutls-cli: unrecognized option '--x'"}},
		"killed": {process.Output{Code: -1, Stderr: "oh"}, clients.Result{Outcome: clients.Failed,
			Message: "gnutls-cli was killed: oh"}},
	} {
		assert.Equal(t, test.want, read(test.out), name)
	}
}
