package explain_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/explain"
)

// interleaved are logs in which the lines of several connections alternate, and what each of them is about, as CLASS or
// the first of several classes with "?", WRITER, and COUNT if it is not 1.
var interleaved = []struct {
	name, log string
	want      []string
}{
	{"nginx", `
2026/11/22 10:00:07 [info] 12#12: *345 SSL_do_handshake() failed (SSL: error:0A000418:SSL routines::tlsv1 alert unknown ca:SSL alert number 48) while SSL handshaking, client: 10.0.0.1, server: 0.0.0.0:443
2026/11/22 10:00:07 [info] 12#12: *346 client SSL certificate verify error: (10:certificate has expired) while reading client request headers, client: 10.0.0.2, server: api.example.com
2026/11/22 10:00:07 [info] 12#12: *345 peer closed connection in SSL handshake while SSL handshaking, client: 10.0.0.1, server: 0.0.0.0:443
2026/11/22 10:00:07 [info] 12#12: *346 client 10.0.0.2 closed keepalive connection`, []string{
		"untrusted server", "client-certificate-rejected server",
	}},
	{"nginx, about its upstream", `
2026/11/22 10:00:07 [error] 12#12: *7 upstream SSL certificate verify error: (20:unable to get local issuer certificate) while SSL handshaking to upstream, client: 10.0.0.1, server: www.example.com, request: "GET / HTTP/1.1", upstream: "https://10.0.1.1:8443/", host: "www.example.com"
2026/11/22 10:00:07 [crit] 12#12: *8 SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking, client: 10.0.0.2, server: 0.0.0.0:443
2026/11/22 10:00:08 [error] 12#12: *7 upstream prematurely closed connection while SSL handshaking to upstream, client: 10.0.0.1, server: www.example.com, request: "GET / HTTP/1.1", upstream: "https://10.0.1.1:8443/", host: "www.example.com"`,
		[]string{"untrusted upstream", "protocol-version server"}},
	{"Apache", `
[Sun Nov 22 10:00:07.123456 2026] [ssl:info] [pid 41:tid 140001] [client 10.0.0.1:42424] AH02008: SSL library error 1 in handshake (server www.example.com:443)
[Sun Nov 22 10:00:07.123470 2026] [ssl:info] [pid 42:tid 140002] [client 10.0.0.2:42426] AH02008: SSL library error 1 in handshake (server www.example.com:443)
[Sun Nov 22 10:00:07.123501 2026] [ssl:info] [pid 41:tid 140001] SSL Library Error: error:0A0000C1:SSL routines::no shared cipher -- Too restrictive SSLCipherSuite or using DSA server certificate?
[Sun Nov 22 10:00:07.123511 2026] [ssl:info] [pid 42:tid 140002] SSL Library Error: error:0A000102:SSL routines::unsupported protocol
[Sun Nov 22 10:00:07.123520 2026] [ssl:info] [pid 41:tid 140001] [client 10.0.0.1:42424] AH01998: Connection closed to child 1 with abortive shutdown (server www.example.com:443)`,
		[]string{"no-shared-cipher server", "protocol-version server"}},
	{"Postfix", `
Nov 22 10:00:07 mail postfix/smtpd[1234]: SSL_accept error from client1.example.com[10.0.0.1]: -1
Nov 22 10:00:07 mail postfix/smtpd[1235]: SSL_accept error from client2.example.com[10.0.0.2]: -1
Nov 22 10:00:07 mail postfix/smtpd[1234]: warning: TLS library problem: error:0A0000C1:SSL routines::no shared cipher:ssl/statem/statem_srvr.c:2220:
Nov 22 10:00:07 mail postfix/smtpd[1235]: warning: TLS library problem: error:0A000102:SSL routines::unsupported protocol:ssl/statem/statem_srvr.c:1657:
Nov 22 10:00:07 mail postfix/smtpd[1234]: lost connection after STARTTLS from client1.example.com[10.0.0.1]
Nov 22 10:00:07 mail postfix/smtpd[1235]: lost connection after STARTTLS from client2.example.com[10.0.0.2]`,
		[]string{"no-shared-cipher server", "protocol-version server"}},
	{"Dovecot", `
Nov 22 10:00:07 mail dovecot[77]: imap-login: Disconnected: Connection closed: SSL_accept() failed: error:0A000416:SSL routines::sslv3 alert certificate unknown: SSL alert number 46 (no auth attempts in 0 secs): user=<>, rip=10.0.0.1, lip=10.0.0.9, TLS handshaking, session=<Aa1/bc+D>
Nov 22 10:00:07 mail dovecot[77]: imap-login: Disconnected: Connection closed: SSL_accept() failed: error:0A0000C1:SSL routines::no shared cipher (no auth attempts in 0 secs): user=<>, rip=10.0.0.2, lip=10.0.0.9, TLS handshaking, session=<Aa1/bd+D>
Nov 22 10:00:07 mail dovecot[77]: imap-login: Debug: SSL alert: where=0x4004, ret=558: fatal certificate unknown [10.0.0.1]: session=<Aa1/bc+D>`,
		[]string{"untrusted? server", "no-shared-cipher server"}},
	{"OpenVPN", `
2026-11-22 10:00:07 10.0.0.1:51194 VERIFY ERROR: depth=0, error=certificate has expired: CN=client1, serial=17
2026-11-22 10:00:07 10.0.0.2:51195 VERIFY ERROR: depth=0, error=certificate revoked: CN=client2, serial=18
2026-11-22 10:00:07 10.0.0.1:51194 OpenSSL: error:0A000086:SSL routines::certificate verify failed
2026-11-22 10:00:07 10.0.0.2:51195 OpenSSL: error:0A000086:SSL routines::certificate verify failed
2026-11-22 10:00:07 10.0.0.1:51194 TLS_ERROR: BIO read tls_read_plaintext error
2026-11-22 10:00:07 10.0.0.1:51194 TLS Error: TLS object -> incoming plaintext read error
2026-11-22 10:00:07 10.0.0.2:51195 TLS_ERROR: BIO read tls_read_plaintext error
2026-11-22 10:00:07 10.0.0.1:51194 TLS Error: TLS handshake failed
2026-11-22 10:00:07 10.0.0.2:51195 TLS Error: TLS handshake failed`, []string{
		"client-certificate-rejected server", "client-certificate-rejected server",
	}},
	{"OpenVPN's client", `
2026-11-22 10:00:07 VERIFY ERROR: depth=1, error=certificate has expired: CN=Example Root, serial=1
2026-11-22 10:00:07 OpenSSL: error:0A000086:SSL routines::certificate verify failed:
2026-11-22 10:00:07 TLS_ERROR: BIO read tls_read_plaintext error
2026-11-22 10:00:07 TLS Error: TLS object -> incoming plaintext read error
2026-11-22 10:00:07 TLS Error: TLS handshake failed`, []string{"expired client"}},
	{"stunnel", `
2026.11.22 10:00:07 LOG4[12]: CERT: Pre-verification error: certificate has expired
2026.11.22 10:00:07 LOG4[13]: CERT: Pre-verification error: self-signed certificate in certificate chain
2026.11.22 10:00:07 LOG4[12]: Rejected by CERT at depth=0: CN=www.example.com
2026.11.22 10:00:07 LOG3[13]: SSL_connect: ssl/statem/statem_clnt.c:1890: error:0A000086:SSL routines::certificate verify failed
2026.11.22 10:00:07 LOG3[12]: SSL_connect: ssl/statem/statem_clnt.c:1890: error:0A000086:SSL routines::certificate verify failed`,
		[]string{"expired client", "self-signed client"}},
	{"MongoDB", `
{"t":{"$date":"2026-11-22T10:00:07.123+00:00"},"s":"E","c":"NETWORK","id":23255,"ctx":"conn12","msg":"SSL peer certificate validation failed","attr":{"error":"SSL peer certificate validation failed: certificate has expired"}}
{"t":{"$date":"2026-11-22T10:00:07.124+00:00"},"s":"I","c":"NETWORK","id":22988,"ctx":"conn13","msg":"Error receiving request from client. Ending connection from remote","attr":{"error":{"code":141,"codeName":"SSLHandshakeFailed","errmsg":"The server is configured to only allow SSL connections"},"remote":"10.0.0.2:42426","connectionId":13}}
{"t":{"$date":"2026-11-22T10:00:07.125+00:00"},"s":"I","c":"NETWORK","id":22988,"ctx":"conn12","msg":"Error receiving request from client. Ending connection from remote","attr":{"error":{"code":141,"codeName":"SSLHandshakeFailed","errmsg":"SSL handshake failed"},"remote":"10.0.0.1:42424","connectionId":12}}`,
		[]string{"client-certificate-rejected server", "not-tls server"}},
	{"PostgreSQL", `
2026-11-22 10:00:07.123 UTC [1234] LOG:  could not accept SSL connection: certificate verify failed
2026-11-22 10:00:07.124 UTC [1235] LOG:  could not accept SSL connection: unsupported protocol
2026-11-22 10:00:07.124 UTC [1234] DETAIL:  Client certificate verification failed at depth 0: unable to get local issuer certificate.
2026-11-22 10:00:07.124 UTC [1235] HINT:  This may indicate that the client does not support any SSL protocol version between TLSv1.2 and TLSv1.3.`,
		[]string{"client-certificate-rejected server", "protocol-version server"}},
	{"Logback", `
10:00:07.123 [pool-1-thread-1] ERROR c.e.Client - SSL handshake failed
10:00:07.124 [pool-1-thread-2] ERROR c.e.Client - SSL handshake failed
10:00:07.125 [pool-1-thread-1] ERROR c.e.Client - reason: javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target
10:00:07.126 [pool-1-thread-2] ERROR c.e.Client - reason: javax.net.ssl.SSLHandshakeException: No subject alternative DNS name matching api.example.com found.`,
		[]string{"untrusted client", "hostname-mismatch client"}},
	{"Spring Boot", `
2026-11-22T10:00:07.123+01:00 ERROR 1 --- [nio-8443-exec-1] c.e.Gateway : SSL handshake failed
2026-11-22T10:00:07.124+01:00 ERROR 1 --- [nio-8443-exec-2] c.e.Gateway : SSL handshake failed
2026-11-22T10:00:07.125+01:00  WARN 1 --- [nio-8443-exec-2] c.e.Gateway : javax.net.ssl.SSLHandshakeException: Received fatal alert: protocol_version
2026-11-22T10:00:07.126+01:00  WARN 1 --- [nio-8443-exec-1] c.e.Gateway : java.security.cert.CertificateExpiredException: NotAfter: Sat Nov 21 10:00:00 UTC 2026`,
		[]string{"protocol-version client", "expired client"}},
	{"Envoy", `
[2026-11-22 10:00:07.123][15][debug][connection] [source/common/tls/cert_validator/default_validator.cc:330] [C12] verify cert failed: X509_verify_cert: certificate verification error at depth 0: certificate has expired
[2026-11-22 10:00:07.124][15][debug][connection] [source/common/tls/ssl_socket.cc:241] [C13] remote address:10.0.0.2:8443,TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end
[2026-11-22 10:00:07.124][15][debug][connection] [source/common/tls/ssl_socket.cc:241] [C12] remote address:10.0.0.1:8443,TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end`,
		[]string{"expired client", "not-tls client"}},
	{"logfmt", `
time=2026-11-22T10:00:07Z level=ERROR msg="TLS handshake failed" conn=a1
time=2026-11-22T10:00:07Z level=ERROR msg="TLS handshake failed" conn=a2
time=2026-11-22T10:00:07Z level=ERROR msg="closing" err="x509: certificate has expired or is not yet valid: current time 2026-11-22T10:00:07Z is after 2026-11-21T00:00:00Z" conn=a1
time=2026-11-22T10:00:07Z level=ERROR msg="closing" err="x509: certificate signed by unknown authority" conn=a2`,
		[]string{"expired client", "untrusted client"}},
	{"Mosquitto", `
1795341607: New connection from 10.0.0.1:42424 on port 8883.
1795341607: OpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca
1795341607: Client <unknown> disconnected: Protocol error.
1795341699: New connection from 10.0.0.2:42426 on port 8883.
1795341699: OpenSSL Error[0]: error:0A000102:SSL routines::unsupported protocol`,
		[]string{"untrusted server", "protocol-version server"}},
	{"FreeRADIUS", `
(12) eap_tls: ERROR: (TLS) OpenSSL says error 10 : certificate has expired
(13) eap_tls: ERROR: (TLS) Alert read:fatal:unknown CA
(12) eap_tls: ERROR: (TLS) Alert write:fatal:certificate expired
(12) eap_tls: ERROR: (TLS) Failed reading from OpenSSL: error:0A000086:SSL routines::certificate verify failed`,
		[]string{"untrusted? server", "client-certificate-rejected server"}},
	{"SQL Server", `
2026-11-22 10:00:07.12 Logon       Error: 17836, Severity: 20, State: 17.
2026-11-22 10:00:07.12 Logon       The SSL handshake failed with error 0x80090331 SEC_E_ALGORITHM_MISMATCH [CLIENT: 10.0.0.1]`,
		[]string{"no-shared-cipher? server"}},
}

// summary returns a report in the notation of [interleaved].
func summary(r explain.Report) (list []string) {
	for _, f := range r.Findings {
		s := string(f.Class)
		if s == "" {
			s = string(f.Possible[0]) + "?"
		}
		s += " " + string(f.WrittenBy)
		if f.Count > 1 {
			s += fmt.Sprint(" ", f.Count)
		}
		list = append(list, s)
	}
	return list
}

// TestInterleaved checks that the lines of one connection are read together, and those of two are not.
func TestInterleaved(t *testing.T) {
	for _, c := range interleaved {
		t.Run(c.name, func(t *testing.T) {
			r := explain.Read(strings.TrimSpace(c.log))
			assert.Equal(t, c.want, summary(r))
			assert.Empty(t, r.Unknown)
			for _, f := range r.Findings {
				t.Logf("%s %v %s: %s", f.Class, f.Possible, f.Cause, f.Quote)
			}
		})
	}
}

// neutral are lines of logs that say nothing of TLS, as they stand before and after a failure.
var neutral = []string{
	"2026-11-22 10:00:05 INFO  started worker 4",
	"2026-11-22 10:00:06 INFO  job 17 done in 12 ms",
	"2026-11-22 10:00:09 INFO  job 18 done in 11 ms",
	"2026-11-22 10:00:10 INFO  idle",
}

// onlyAlone matches messages that are too short to be known as TLS failures in a log: they are OpenSSL's own words, which
// any program may write about anything.
var onlyAlone = regexp.MustCompile(`^[A-Za-z -]{1,40}$`)

// TestAloneAndInItsLog checks that a line is explained in a log as it is alone, if the log adds nothing.
func TestAloneAndInItsLog(t *testing.T) {
	n := 0
	for _, r := range publicReports(t, "testdata/reports.tsv") {
		if strings.Contains(r.message, "\n") || onlyAlone.MatchString(r.message) {
			continue
		}
		n++
		alone := explain.Read(r.message)
		in := explain.Read(strings.Join(neutral[:2], "\n") + "\n" + r.message + "\n" + strings.Join(neutral[2:], "\n"))
		assert.Equal(t, summary(alone), summary(in), "%s: %s", r.id, r.message)
		assert.Len(t, in.Unknown, len(alone.Unknown), "%s: %s", r.id, r.message)
	}
	t.Logf("%d lines", n)
	assert.Greater(t, n, 200)
}
