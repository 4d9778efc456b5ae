package curl

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
)

func TestParseVersion(t *testing.T) {
	for line, want := range map[string][2]string{
		"curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13 nghttp2/1.52.0": {
			"7.88.1", "OpenSSL 3.0.19",
		},
		"curl 8.7.1 (x86_64-apple-darwin24.0) libcurl/8.7.1 (SecureTransport) LibreSSL/3.3.6 zlib/1.2.12": {
			"8.7.1", "LibreSSL 3.3.6",
		},
		"curl 8.13.0 (Windows) libcurl/8.13.0 Schannel zlib/1.3.1 WinIDN": {
			"8.13.0", "Schannel",
		},
		"curl 7.74.0 (x86_64-pc-linux-gnu) libcurl/7.74.0 GnuTLS/3.7.1 zlib/1.2.11": {
			"7.74.0", "GnuTLS 3.7.1",
		},
		"curl 8.5.0 (x86_64-w64-mingw32) libcurl/8.5.0 (OpenSSL/3.1.4) Schannel (with other things) zlib/1.3": {
			"8.5.0", "Schannel",
		},
		"curl 8.9.0-DEV (aarch64-unknown-linux-gnu) libcurl/8.9.0-DEV rustls-ffi/0.13.0/rustls/0.23.4 libpsl/0.21.2": {
			"8.9.0-DEV", "rustls-ffi 0.13.0/rustls/0.23.4",
		},
	} {
		version, library, err := parseVersion(line)
		assert.NoError(t, err, line)
		assert.Equal(t, want, [2]string{version, library})
	}
	for line, want := range map[string]string{
		"":                                    "not curl's",
		"wget 1.21":                           "not curl's",
		"curl 9.9.9 (x) libcurl/9.9.9 zlib/1": "curl 9.9.9 has no known TLS library",
	} {
		_, _, err := parseVersion(line)
		assert.ErrorContains(t, err, want, line)
	}
}

func TestArguments(t *testing.T) {
	r := clients.Request{Timeout: 1500 * time.Millisecond}
	r.Endpoint.URL = "https://a.tlslab.test:8443/"
	r.Endpoint.Connect = "[::1]:8443"
	r.Endpoint.CAFile = "/ca.pem"
	args := arguments(r, "OpenSSL 3.0.19")
	assert.Equal(t, "--disable", args[0], "it works only as the first argument")
	assert.Subset(t, args, []string{"::[::1]:8443", "1.500", "--capath"})
	assert.NotContains(t, args, "--cert")
	assert.NotContains(t, arguments(r, "Schannel"), "--capath")
	assert.Empty(t, config(r))
	r.Endpoint.Connect = "" // curl must resolve the host
	assert.NotContains(t, arguments(r, "Schannel"), "--connect-to")

	r.Endpoint.CertFile, r.Endpoint.KeyFile, r.Endpoint.CRLFile, r.Endpoint.KeyPassword = "/c.pem", "/k.pem", "/l.pem",
		"a\"b\\c\n"
	args = arguments(r, "Schannel")
	assert.Subset(t, args, []string{"--cert", "/c.pem", "--key", "/k.pem", "--crlfile", "/l.pem"})
	assert.NotContains(t, args, r.Endpoint.KeyPassword)
	assert.Equal(t, `pass = "a\"b\\c\n"`+"\n", config(r))
}

func TestRead(t *testing.T) {
	const explained = "curl: (60) SSL certificate problem: certificate has expired\n" +
		"More details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to verify ...\n"
	for _, test := range []struct {
		out  process.Output
		want clients.Result
	}{
		{process.Output{Stdout: "200"}, clients.Result{Outcome: clients.Accepted}},
		{process.Output{Stdout: "204"}, clients.Result{Outcome: clients.Rejected, Message: "HTTP status 204"}},
		{process.Output{Stdout: "000", Stderr: explained, Code: 60},
			clients.Result{
				Outcome: clients.Rejected, Message: "curl: (60) SSL certificate problem: certificate has expired",
				Code: "60",
			}},
		{process.Output{Stdout: "200", Stderr: "curl: (18) end of response with 94 bytes missing\n", Code: 18},
			clients.Result{Outcome: clients.Rejected, Message: "curl: (18) end of response with 94 bytes missing\n",
				Code: "18"}},
		{process.Output{Stderr: "curl: option --x: is unknown\n", Code: 2},
			clients.Result{Outcome: clients.Unsupported, Message: "curl: option --x: is unknown\n", Code: "2"}},
		{process.Output{Code: 35}, clients.Result{Outcome: clients.Rejected, Message: "curl: (35) no message",
			Code: "35"}},
	} {
		assert.Equal(t, test.want, read(test.out))
	}
	assert.Equal(t, clients.Failed, read(process.Output{Code: -1}).Outcome)
}
