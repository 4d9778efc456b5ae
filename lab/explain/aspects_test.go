package explain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/lang"
)

// firstCauses are messages, and what their explanation must and must not contain.
var firstCauses = map[string]struct{ means, cause, fix, scenario, never string }{
	"http: TLS handshake error from 10.0.0.1:4242: tls: first record does not look like a TLS handshake": {
		"A client sent", "speaks plain HTTP", "health check", "plain-http", "RequireAnyClientCert",
	},
	"http: TLS handshake error from 10.0.0.1:4242: client sent an HTTP request to an HTTPS server": {
		"A client sent", "speaks plain HTTP", "health check", "plain-http", "starttls",
	},
	"http: TLS handshake error from 10.0.0.1:4242: EOF": {
		"The client closed", "health check", "client's own message", "", "mongod",
	},
	"http: TLS handshake error from 10.0.0.1:4242: remote error: tls: bad certificate": {
		"The client found no path", "The server sends its own", "", "missing-intermediate", "RequireAnyClientCert",
	},
	"http: TLS handshake error from 10.0.0.1:4242: remote error: tls: unknown certificate": {
		"The client found no path", "The server sends its own", "", "missing-intermediate",
		"A client that accepts this",
	},
	"10.1.2.3:50000 [22/Nov/2026:10:00:10.000] fe/1: SSL handshake failure": {
		"", "", "", "missing-intermediate", "A client that accepts this",
	},
	"npm error code SELF_SIGNED_CERT_IN_CHAIN": {
		"root that the server sent along", "A proxy on the way", "cafile", "rotated-root",
		"a certificate that it made for itself",
	},
	"verify error:num=19:self-signed certificate in certificate chain": {
		"root that the server sent along", "A proxy on the way", "", "rotated-root",
		"a certificate that it made for itself",
	},
	"curl: (60) SSL certificate problem: self-signed certificate": {
		"either the server's own", "a certificate that it made for itself", "", "self-signed", "",
	},
	"x509: certificate relies on legacy Common Name field, use SANs instead": {
		"another name", "no subject alternative names at all", "-addext subjectAltName", "common-name-only",
		"The certificate is valid",
	},
	"x509: cannot validate certificate for 10.0.0.9 because it doesn't contain any IP SANs": {
		"another name", "by IP address", "IP-type", "ip-as-dns-name", "",
	},
	"ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: IP address " +
		"mismatch, certificate is not valid for '10.0.0.9'. (_ssl.c:1006)": {
		"another name", "by IP address", "IP-type", "ip-as-dns-name", "",
	},
	"2026/11/22 10:00:07 [info] 7#7: *12 client SSL certificate verify error: (10:certificate has expired) " +
		"while reading client request headers, client: 10.1.2.3, server: api.example.com": {
		"This server refused", "It has expired", "ssl_client_certificate", "client-certificate-expired",
		"The alert says",
	},
	"schannel: next InitializeSecurityContext failed: CRYPT_E_NO_REVOCATION_CHECK (0x80092012)": {
		"", "cannot reach the distribution point", "publish there", "crl-unreachable", "certutil",
	},
	"schannel: next InitializeSecurityContext failed: CRYPT_E_REVOCATION_OFFLINE (0x80092013)": {
		"", "cannot reach the distribution point", "publish there", "crl-unreachable", "certutil",
	},
	"curl: (77) error setting certificate file: /x.pem": {
		"file of roots", "not there", "--cacert", "ca-file-missing", "key does not belong to",
	},
	"Error code: MOZILLA_PKIX_ERROR_MITM_DETECTED": {"", "A TLS-inspecting proxy", "", "untrusted-root", ""},
	"java.security.InvalidAlgorithmParameterException: the trustAnchors parameter must be non-empty": {
		"trust store is empty", "file that is not there", "cacerts", "ca-file-empty", "",
	},
	"NET::ERR_CERT_TRANSPARENCY_REQUIRED": {"RFC 6962", "did not log", "", "", "Python 3.13"},
	"nginx: [emerg] SSL_CTX_use_PrivateKey(\"/etc/nginx/tls/key.pem\") failed (SSL: error:05800074:x509 " +
		"certificate routines::key values mismatch)": {
		"no client has connected", "one file was replaced", "nginx -t", "key-mismatch", "optional_no_ca",
	},
	"ssl.SSLError: [SSL] PEM lib (_ssl.c:3895)": {
		"", "load_cert_chain", "cafile=", "client-certificate-not-pem", "",
	},
	"psql: error: connection to server at \"db.example.com\" (10.0.0.9), port 5432 failed: server does not " +
		"support SSL, but SSL was required": {
		"no TLS at this port", "ssl = on", "client_tls_sslmode", "plain-http", "curl",
	},
	"FATAL:  no pg_hba.conf entry for host \"10.0.0.1\", user \"app\", database \"shop\", no encryption": {
		"plain text", "hostssl", "sslmode=verify-full", "", "",
	},
	"private key file \"/home/app/key\" has group or world access; file must have permissions u=rw (0600) or " +
		"less": {"read by others", "0644", "0600", "", ""},
	"WARNING: pip is configured with locations that require TLS/SSL, however the ssl module in Python is not " +
		"available.": {"without its ssl module", "compiled", "libssl-dev", "", "--cert"},
}

// TestFirstCause checks that messages that name their cause, or that a server writes, are explained accordingly: what
// the prose says first, what it gives as the first cause, which scenario shows it, and what it does not say at all.
func TestFirstCause(t *testing.T) {
	for message, want := range firstCauses {
		r := explain.Read(message)
		if !assert.Len(t, r.Findings, 1, message) {
			continue
		}
		f := r.Findings[0]
		p := f.Prose(lang.English)
		assert.Contains(t, p.Means, want.means, message)
		assert.Contains(t, p.Causes[0].Text, want.cause, message)
		assert.Contains(t, p.Fix+"\n"+p.Here, want.fix, message)
		if want.scenario != "" && assert.NotEmpty(t, f.Scenarios, message) {
			assert.Equal(t, want.scenario, f.Scenarios[0], message)
		}
		if want.never != "" {
			all := []string{p.Means, p.Fix, p.Here, p.NoFix.Why}
			for _, c := range p.Causes {
				all = append(append(all, c.Text, c.Tell), c.Commands...)
			}
			assert.NotContains(t, strings.Join(append(all, p.NoFix.Switches...), "\n"), want.never, message)
		}
	}
}

// TestWhose checks to whom messages are attributed: a mark in a message outranks the stack that wrote the same in the
// lab, and a text of OpenSSL's own may come from any program that uses it.
func TestWhose(t *testing.T) {
	for _, message := range []string{
		"certificate has expired", "unable to get local issuer certificate", "self-signed certificate",
		"Hostname mismatch", "IP address mismatch", "dh key too small", "sslv3 alert handshake failure",
		"certificate verify failed",
	} {
		r := explain.Read(message)
		require.Len(t, r.Findings, 1, message)
		f := r.Findings[0]
		assert.Equal(t, explain.OpenSSL, f.Library, message)
		assert.NotEqual(t, 1, len(f.Stacks), message)
		for _, stack := range []string{"curl", "python", "node", "openssl"} {
			assert.Contains(t, f.Stacks, stack, message)
		}
		assert.NotContains(t, f.Stacks, "go", message)
		assert.NotContains(t, f.Prose(lang.English).Here, "NODE_EXTRA_CA_CERTS", message)
		var out strings.Builder
		explain.Terminal{W: &out, Locale: lang.English}.Report(r)
		assert.Contains(t, out.String(), "any program that uses OpenSSL", message)
	}
	f := explain.Read("curl: (60) SSL certificate problem: certificate has expired").Findings[0]
	assert.Empty(t, f.Library)
	assert.Equal(t, []string{"curl"}, f.Stacks)
}

// TestSetup checks that a program's messages about its own files are not taken to be about a client.
func TestSetup(t *testing.T) {
	r := explain.Read(`nginx: [emerg] cannot load certificate "/etc/nginx/tls/cert.pem": BIO_new_file() failed ` +
		`(SSL: error:80000002:system library::No such file or directory:calling fopen(/etc/nginx/tls/cert.pem, r))`)
	require.Len(t, r.Findings, 1)
	assert.True(t, r.Findings[0].Setup)
	assert.False(t, r.Findings[0].Server)
	var out strings.Builder
	explain.Terminal{W: &out, Locale: lang.English}.Report(r)
	assert.Contains(t, out.String(), "about its own files")
	assert.NotContains(t, out.String(), "one of its clients")
}

// TestTwoFaults checks that a message that names two faults is explained as both.
func TestTwoFaults(t *testing.T) {
	r := explain.Read("System.Security.Authentication.AuthenticationException: The remote certificate is invalid " +
		"according to the validation procedure: RemoteCertificateNameMismatch, RemoteCertificateChainErrors")
	require.Len(t, r.Findings, 2)
	assert.Equal(t, "hostname-mismatch", string(r.Findings[0].Class))
	assert.Equal(t, "untrusted", string(r.Findings[1].Possible[0]))
	assert.NotContains(t, strs(r.Findings[1].Possible), "hostname-mismatch")

	r = explain.Read("The remote certificate is invalid because of errors in the certificate chain: NotTimeValid, " +
		"UntrustedRoot")
	assert.Equal(t, "expired,not-yet-valid;untrusted", classes(r))
}

// TestEitherSide checks that a browser's message about versions and cipher suites is not blamed on the server alone.
func TestEitherSide(t *testing.T) {
	r := explain.Read("net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH")
	require.Len(t, r.Findings, 1)
	assert.Equal(t, explain.Either, r.Findings[0].Objector)
}

// TestPrograms checks that programs that wrap a library get their own fix, and that their own switches are named as no
// fix.
func TestPrograms(t *testing.T) {
	for message, want := range map[string][2]string{
		"Could not fetch URL https://packages.example.com/simple/flask/: There was a problem confirming the ssl " +
			"certificate: HTTPSConnectionPool(host='packages.example.com', port=443): Max retries exceeded with " +
			"url: /simple/flask/ (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] " +
			"certificate verify failed: unable to get local issuer certificate (_ssl.c:1000)'))) - skipping": {
			"PIP_CERT", "--trusted-host",
		},
		`Error response from daemon: Get "https://registry.example.com/v2/": tls: failed to verify certificate: ` +
			`x509: certificate signed by unknown authority`: {
			"/etc/docker/certs.d", "insecure-registries",
		},
		`Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown ` +
			`authority`: {
			"certificate-authority-data", "--insecure-skip-tls-verify",
		},
		`npm ERR! code UNABLE_TO_GET_ISSUER_CERT_LOCALLY`: {"cafile", "strict-ssl false"},
		`fatal: unable to access 'https://git.example.com/a.git/': SSL certificate problem: unable to get local ` +
			`issuer certificate`: {
			"http.sslCAInfo", "http.sslVerify false",
		},
		`postfix/smtp[77]: certificate verification failed for mx.example.com[10.0.0.9]:25: untrusted issuer ` +
			`/C=XX/CN=Example Root`: {
			"smtp_tls_CAfile", "smtp_tls_security_level = may",
		},
		`psycopg2.OperationalError: connection to server at "db.example.com" (10.0.0.9), port 5432 failed: SSL ` +
			`error: certificate verify failed`: {
			"sslrootcert", "sslmode=require",
		},
		`org.apache.kafka.common.errors.SslAuthenticationException: SSL handshake failed`: {
			"ssl.truststore.location", "X509TrustManager",
		},
		`transport failure reason: TLS_error:|268435581:SSL ` +
			`routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end`: {
			"trusted_ca", "ACCEPT_UNTRUSTED",
		},
		`ldap_start_tls: Connect error (-11) additional info: error:0A000086:SSL routines::certificate verify ` +
			`failed (unable to get local issuer certificate)`: {
			"TLS_CACERT", "TLS_REQCERT never",
		},
	} {
		r := explain.Read(message)
		if !assert.Len(t, r.Findings, 1, message) {
			continue
		}
		p := r.Findings[0].Prose(lang.English)
		assert.Contains(t, p.Here, want[0], message)
		assert.Contains(t, strings.Join(p.NoFix.Switches, "\n"), want[1], message)
	}
}

// TestCommandsOfServices checks that commands speak the protocol of a database or a mail server, at its usual port.
func TestCommandsOfServices(t *testing.T) {
	r := explain.Read(`psycopg2.OperationalError: connection to server at "db.example.com" (10.0.0.9), port 6432 ` +
		`failed: SSL error: certificate verify failed`)
	require.Len(t, r.Findings, 1)
	for _, p := range r.Findings[0].Proses(lang.English) {
		for _, c := range p.Causes {
			for _, command := range c.Commands {
				assert.NotContains(t, command, "curl")
				if strings.Contains(command, "s_client") {
					assert.Contains(t, command, "-starttls postgres")
					assert.Contains(t, command, "db.example.com:6432")
				}
			}
		}
	}
}

// commandsOf returns the commands that explain prints for a message.
func commandsOf(t *testing.T, message string) (list []string) {
	r := explain.Read(message)
	require.NotEmpty(t, r.Findings, message)
	for _, p := range r.Findings[0].Proses(lang.English) {
		for _, c := range p.Causes {
			list = append(list, c.Commands...)
		}
	}
	return list
}

// TestCommandsReach checks that openssl s_client is proposed only where it can reach the server's TLS, and asks for TLS
// where the protocol begins in plain text.
func TestCommandsReach(t *testing.T) {
	for _, row := range fields(t, "testdata/commands.tsv") {
		message, want := row[0], row[1]
		found := false
		for _, command := range commandsOf(t, message) {
			if !strings.Contains(command, "s_client") {
				continue
			}
			found = true
			assert.NotEqual(t, "-", want, "%s: %s", message, command)
			assert.Contains(t, command, want, message)
			if !strings.Contains(want, "-starttls") {
				assert.NotContains(t, command, "-starttls", message)
			}
		}
		assert.Equal(t, want != "-", found, message)
	}
}

// TestHarmless checks that what probes leave in a server's log is marked as harmless, and what matters is not.
func TestHarmless(t *testing.T) {
	const errorFrom = "2026/11/22 10:00:07 http: TLS handshake error from 10.0.0.5:32772: "
	for message, want := range map[string]bool{
		errorFrom + "EOF": true,
		errorFrom + "tls: unsupported SSLv2 handshake received": true,
		errorFrom + "remote error: tls: bad certificate":        false,
		"2026/11/22 10:00:07 [info] 7#7: *3 peer closed connection in SSL handshake while SSL handshaking, " +
			"client: 10.0.0.5": true,
		"curl: (35) OpenSSL SSL_connect: Connection reset by peer in connection to api.example.com:443": false,
		"curl: (60) SSL certificate problem: certificate has expired":                                   false,
	} {
		r := explain.Read(message)
		require.Len(t, r.Findings, 1, message)
		assert.Equal(t, want, r.Findings[0].Harmless, message)
	}
}
