package openssl

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
)

func TestParseVersion(t *testing.T) {
	for line, want := range map[string][2]string{
		"OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.20 7 Apr 2026)": {"3.0.19", "OpenSSL 3.0.20"},
		"OpenSSL 1.1.1w  11 Sep 2023":                                     {"1.1.1w", "OpenSSL 1.1.1w"},
		"LibreSSL 3.3.6":                                                  {"3.3.6", "LibreSSL 3.3.6"},
		"OpenSSL 3.5.0 8 Apr 2025 (Library: )":                            {"3.5.0", "OpenSSL 3.5.0"},
	} {
		version, library, err := parseVersion(line)
		assert.NoError(t, err, line)
		assert.Equal(t, want, [2]string{version, library})
	}
	_, _, err := parseVersion("usage:")
	assert.ErrorContains(t, err, "not openssl's")
}

func TestArguments(t *testing.T) {
	var r clients.Request
	r.Endpoint.Connect, r.Endpoint.Host, r.Endpoint.CAFile = "127.0.0.1:1", "a.tlslab.test", "/ca.pem"
	assert.Subset(t, arguments(r, variant{host: true}), []string{"-servername", "a.tlslab.test", "-verify_hostname"})
	assert.NotContains(t, arguments(r, variant{}), "-verify_hostname")
	r.Endpoint.Host = "::1"
	assert.Contains(t, arguments(r, variant{host: true}), "-verify_ip")
	assert.NotContains(t, arguments(r, variant{host: true}), "-servername", "an address is not a server name")
	assert.NotContains(t, arguments(r, variant{}), "-verify_ip")
	// It must resolve the host.
	r.Endpoint.Connect, r.Endpoint.Host, r.Endpoint.Port = "", "does-not-exist.invalid", 8443
	assert.Contains(t, arguments(r, variant{}), "does-not-exist.invalid:8443")
	r.Endpoint.KeyFile, r.Endpoint.KeyPassword = "/k.pem", "secret"
	assert.NotContains(t, arguments(r, variant{host: true}), "secret")
}

func TestRead(t *testing.T) {
	const (
		answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"
		good   = "depth=1 CN = root\nverify return:1\ndepth=0 CN = localhost\nverify return:1\n"
		failed = "depth=0 CN = localhost\nverify error:num=10:certificate has expired\nnotAfter=Nov 22 02:08:03 " +
			"2026 GMT\n" +
			"4067A618D57F0000:error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify " +
			"failed:../ssl/statem/statem_clnt.c:1889:\n"
		alert = "40275E2D7C7F0000:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate " +
			"required:../ssl/record/rec_layer_s3.c:1601:SSL alert number 116\n"
	)
	for _, test := range []struct {
		name string
		out  process.Output
		want clients.Result
	}{{
		name: "good",
		out:  process.Output{Stdout: answer, Stderr: good},
		want: clients.Result{Outcome: clients.Accepted},
	}, {
		name: "good, and then closed without close_notify",
		out: process.Output{
			Stdout: answer, Stderr: good +
				"4067A618D57F0000:error:0A000126:SSL routines::unexpected eof while reading:\n", Code: 1,
		},
		want: clients.Result{Outcome: clients.Accepted},
	}, {
		name: "expired",
		out:  process.Output{Stderr: failed, Code: 1},
		want: clients.Result{
			Outcome: clients.Rejected,
			Message: "verify error:num=10:certificate has expired\nnotAfter=Nov 22 02:08:03 2026 GMT\n" +
				"error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify " +
				"failed:../ssl/statem/statem_clnt.c:1889:",
			Code: "10",
		},
	}, {
		name: "alert after the handshake",
		out:  process.Output{Stderr: good + alert, Code: 1},
		want: clients.Result{
			Outcome: clients.Rejected,
			Message: "error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate " +
				"required:../ssl/record/rec_layer_s3.c:1601:SSL alert number 116",
			Code: "0A00045C",
		},
	}, {
		name: "reset",
		out:  process.Output{Stderr: "write:errno=104\n", Code: 1},
		want: clients.Result{Outcome: clients.Rejected, Message: "write:errno=104"},
	}, {
		name: "another status",
		out:  process.Output{Stdout: "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", Stderr: good},
		want: clients.Result{Outcome: clients.Rejected, Message: "HTTP status 503"},
	}, {
		name: "cut short",
		out:  process.Output{Stdout: answer[:len(answer)-2], Stderr: good},
		want: clients.Result{Outcome: clients.Rejected, Message: "no whole HTTP answer: unexpected EOF"},
	}, {
		name: "no answer",
		out:  process.Output{Stderr: good},
		want: clients.Result{Outcome: clients.Rejected, Message: "no whole HTTP answer: unexpected EOF"},
	}, {
		name: "silent",
		out:  process.Output{Code: 1},
		want: clients.Result{
			Outcome: clients.Rejected, Message: "openssl s_client ended with status 1 and said nothing",
		},
	}, {
		name: "option that is not there",
		out:  process.Output{Stderr: "s_client: Unknown option: -CRL\ns_client: Use -help for summary.\n", Code: 1},
		want: clients.Result{
			Outcome: clients.Unsupported, Message: "s_client: Unknown option: -CRL\ns_client: Use -help for summary.",
		},
	}} {
		assert.Equal(t, test.want, read(test.out), test.name)
	}
	assert.Equal(t, clients.Failed, read(process.Output{Code: -1}).Outcome)
}
