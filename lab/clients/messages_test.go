package clients_test

import "cmp"

// messages are regular expressions for each stack's message about one reason.
type messages map[string]string

// of returns the expression for a stack, or for the library whose messages it passes on.
func (m messages) of(stack string) string {
	below := map[string]string{"requests": "ssl", "urllib3": "ssl", "httpx": "ssl", "aiohttp": "ssl",
		"cryptography": "ssl", "fetch": "node", "axios": "node"}
	return cmp.Or(m[stack], m[below[stack]])
}

var (
	expired = messages{
		"go": `^Get "https://localhost:\d+/": tls: failed to verify certificate: x509: certificate has ` +
			`expired or is not yet valid: current time .* is after `,
		"curl":    `^curl: \(60\) SSL certificate problem: certificate has expired$`,
		"openssl": `^verify error:num=10:certificate has expired\n`,
		"python": `^(urllib2|urllib\.error)\.URLError: <urlopen error \[SSL: CERTIFICATE_VERIFY_FAILED\] ` +
			`certificate verify failed(: certificate has expired)? \(_ssl\.c:\d+\)>$`,
		"ssl": `SSL: CERTIFICATE_VERIFY_FAILED\] certificate verify failed: certificate has expired ` +
			`\(_ssl\.c:\d+\)`,
		"cryptography": `cert is not valid at validation time`,
		"node":         `certificate has expired$`,
		"gnutls-cli":   `^Status: The certificate is NOT trusted\. The certificate chain uses expired certificate\.`,
		"wget": `^ERROR: The certificate of 'localhost' is not trusted\.\nERROR: The certificate of ` +
			`'localhost' has expired\.`,
		"pyopenssl": `^OpenSSL\.SSL\.Error: \[\('SSL routines', '.*', 'certificate verify failed'\)\] <- ` +
			`verify error 10 at depth 0: certificate has expired$`,
		"java": `^javax\.net\.ssl\.SSLHandshakeException: .*PKIX path validation failed: .* validity ` +
			`check failed <- java\.security\.cert\.CertificateExpiredException: NotAfter: `,
		"chromium": `^net::ERR_CERT_DATE_INVALID\nCertificate i=0 \(CN=localhost\): ERROR: Time is after notAfter$`,
		"deno":     `certificate expired: |^Error: unable to verify the first certificate\n`,
		"bun":      `certificate has expired$`,
	}
	otherName = messages{
		"go": `x509: certificate is valid for other\.example, not localhost$`,
		"curl": `^curl: \(60\) SSL: no alternative certificate subject name matches target host name ` +
			`'localhost'`,
		"openssl": `^verify error:num=62:hostname mismatch\n`,
		"python": `Hostname mismatch, certificate is not valid for 'localhost'|^ssl\.CertificateError: ` +
			`hostname 'localhost' doesn't match 'other\.example'$`,
		"ssl":          `Hostname mismatch, certificate is not valid for 'localhost'`,
		"cryptography": `leaf certificate has no matching subjectAltName`,
		"node": `Hostname/IP does not match certificate's altnames: Host: localhost\. is not in the ` +
			`cert's altnames: DNS:other\.example$`,
		"gnutls-cli": `The name in the certificate does not match the expected\.`,
		"wget":       `^The certificate's owner does not match hostname 'localhost'$`,
		"pyopenssl":  `DNSMismatch\(mismatched_id=DNS_ID\(hostname=b'localhost'\)\)`,
		"java":       `No subject alternative DNS name matching localhost found\.$`,
		"chromium":   `^net::ERR_CERT_COMMON_NAME_INVALID$`,
		"deno": `certificate not valid for name "localhost"|is not in the cert's altnames: ` +
			`DNS:other\.example\n`,
		"bun": `ERR_TLS_CERT_ALTNAME_INVALID|is not in the cert's altnames: DNS:other\.example$`,
	}
	otherAddress = messages{
		"go": `x509: certificate is valid for 127\.0\.0\.1, not 192\.0\.2\.1$`,
		"curl": `^curl: \(60\) SSL: no alternative certificate subject name matches target host name ` +
			`'192\.0\.2\.1'`,
		"openssl": `^verify error:num=64:IP address mismatch\n`,
		"python": `IP address mismatch, certificate is not valid for '192\.0\.2\.1'|^ssl\.CertificateError: ` +
			`hostname '192\.0\.2\.1' doesn't match `,
		"ssl":          `IP address mismatch, certificate is not valid for '192\.0\.2\.1'`,
		"cryptography": `leaf certificate has no matching subjectAltName`,
		"node": `Hostname/IP does not match certificate's altnames: IP: 192\.0\.2\.1 is not in the ` +
			`cert's list: 127\.0\.0\.1$`,
		"gnutls-cli": `The name in the certificate does not match the expected\.`,
		"pyopenssl":  `IPAddressMismatch\(mismatched_id=IPAddress_ID\(ip=IPv4Address\('192\.0\.2\.1'\)\)\)`,
		"java":       `No subject alternative names matching IP address 192\.0\.2\.1 found$`,
		"chromium":   `^net::ERR_CERT_COMMON_NAME_INVALID$`,
		"deno": `certificate not valid for name "192\.0\.2\.1"|IP: 192\.0\.2\.1 is not in the cert's ` +
			`list: 127\.0\.0\.1\n`,
		"bun": `ERR_TLS_CERT_ALTNAME_INVALID|IP: 192\.0\.2\.1 is not in the cert's list: 127\.0\.0\.1$`,
	}
	noCertificate = messages{
		"go":         `remote error: tls: certificate required$`,
		"curl":       `^curl: \(56\) .*tlsv13 alert certificate required`,
		"openssl":    `^error:0A00045C:SSL routines:.*tlsv13 alert certificate required:`,
		"python":     `ssl\.SSLError: .*tlsv13 alert certificate required`,
		"ssl":        `tlsv13 alert certificate required`,
		"fetch":      `other side closed$`,
		"node":       `tlsv13 alert certificate required`,
		"gnutls-cli": `^\*\*\* Fatal error: A TLS fatal alert has been received\.`,
		"wget":       `A TLS fatal alert has been received|The specified session has been invalidated`,
		"pyopenssl":  `'tlsv13 alert certificate required'`,
		// It sends its request before the alert arrives, and this server closes without reading it, so the
		// reset may overtake the alert. (The lab's server keeps reading: see lingerTime in lab/serve.)
		"java":     `certificate_required|Broken pipe|Error writing to server|Connection reset$`,
		"chromium": `^net::ERR_(BAD_SSL_CLIENT_AUTH_CERT|SOCKET_NOT_CONNECTED)`,
		"deno":     `received fatal alert: CertificateRequired`,
		"bun":      `EPROTO: The TLS handshake failed|TLSV1_ALERT_CERTIFICATE_REQUIRED`,
	}
	notTLS = messages{
		"go":         `http: server gave HTTP response to HTTPS client$`,
		"curl":       `^curl: \(35\) .*(wrong version number|record layer failure|packet length too long)`,
		"openssl":    `^error:.*(wrong version number|record layer failure)`,
		"python":     `WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE`,
		"ssl":        `WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE`,
		"node":       `wrong version number|record layer failure`,
		"gnutls-cli": `\*\*\* Fatal error: An unexpected TLS packet was received\.$`,
		"wget":       `An unexpected TLS packet was received\.`,
		"pyopenssl":  `wrong version number|record layer failure|packet length too long`,
		"java":       `Unsupported or unrecognized SSL message|Unrecognized SSL message, plaintext connection`,
		"chromium":   `^net::ERR_SSL_PROTOCOL_ERROR\nSSL_HANDSHAKE_ERROR \(error_lib 16, error_reason 247\)$`,
		"deno":       `received corrupt message of type InvalidContentType`,
		"bun":        `EPROTO: The TLS handshake failed|WRONG_VERSION_NUMBER$`,
	}
	timeIsUp = messages{
		"go":         `Client\.Timeout (exceeded|or context cancellation)`,
		"curl":       `^curl: \(28\) `,
		"openssl":    `^timeout: tlslab ended the client after `,
		"python":     `timed out`,
		"ssl":        `timed out|TimeoutError$`,
		"node":       `The operation was aborted due to timeout$|^AxiosError: timeout of \d+ms exceeded$`,
		"gnutls-cli": `^timeout: tlslab ended the client after `,
		"wget":       `^Unable to establish SSL connection\.$`,
		"pyopenssl":  `^Timeout: timed out$`,
		"java":       `Read timed out`,
		"chromium":   `^timeout: tlslab ended the client after `,
		"deno":       `aborted due to timeout$`,
		"bun":        `The operation timed out\.$`,
	}
	status = messages{
		"go": `503`, "curl": `503`, "openssl": `503`, "python": `503`, "node": `503`, "gnutls-cli": `503`,
		"wget": `503`, "pyopenssl": `503`, "java": `503`, "ssl": `503`, "bun": `503`, "deno": `503`,
		"chromium": `^HTTP status 503$`,
	}
	moved = messages{
		"go": `302`, "curl": `302`, "openssl": `302`, "python": `302`, "node": `302`, "gnutls-cli": `302`,
		"wget": `302 Found`, "pyopenssl": `302`, "java": `302`, "ssl": `302`, "bun": `302`, "deno": `302`,
		"chromium": `^HTTP status 302$`,
	}
	// namesOnly is for Python 2.7, whose ssl.match_hostname does not support addresses in certificates.
	namesOnly = messages{"python": `^ssl\.CertificateError: hostname '[0-9a-f.:]+' doesn't match 'localhost'$`}
	something = messages{
		"go": `.`, "curl": `.`, "openssl": `.`, "python": `.`, "node": `.`,
		"gnutls-cli": `.`, "wget": `.`, "pyopenssl": `.`, "java": `.`, "ssl": `.`,
		"chromium": `.`, "deno": `.`, "bun": `.`,
	}
)
