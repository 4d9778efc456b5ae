package codes

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

// TestTables reads all tables: every row is well formed, has classes that exist, and stands there once.
func TestTables(t *testing.T) {
	entries, err := tables.ReadDir("tables")
	require.NoError(t, err)
	for _, e := range entries {
		data, err := tables.ReadFile("tables/" + e.Name())
		require.NoError(t, err)
		table, err := read(Space(strings.TrimSuffix(e.Name(), ".txt")), string(data))
		require.NoError(t, err)
		assert.NotEmpty(t, table.source, "%s names no source", e.Name())
		names := map[string]bool{}
		for _, c := range table.rows {
			assert.False(t, names[c.Name], "%s: %s stands there twice", e.Name(), c.Name)
			names[c.Name] = true
			for _, class := range c.Classes {
				_, ok := failure.Lookup(class)
				assert.True(t, ok || class == Untold, "%s: %s has the unknown class %q", e.Name(), c.Name, class)
			}
			assert.Equal(t, table.space != Alert, len(c.Classes) > 0, "%s: classes of %s", e.Name(), c.Name)
		}
	}
}

// TestAlerts compares the table of alerts with the alerts that lab/wire knows.
func TestAlerts(t *testing.T) {
	for _, c := range All(Alert) {
		code, ok := c.Alert()
		require.True(t, ok)
		assert.Equal(t, code.String(), c.Name)
	}
	for n := range 256 {
		code := wire.AlertCode(n)
		if _, ok := Lookup(Alert, int64(n)); !ok && code != wire.AlertGeneralError && code != wire.AlertTooManyCIDsRequested {
			assert.False(t, code.Assigned(), "alert %d has no row", n)
		}
	}
}

// headers are where the published lists are installed on Debian, and how names and numbers stand in them. Numbers are
// either literals, or positions after a base.
var headers = []struct {
	space  Space
	files  []string
	expr   string // its groups are the name, as the table has it, and the number
	base   map[string]int64
	prefix string // of the table's names, which the expression does not capture
}{
	{space: OpenSSL, files: []string{"openssl/sslerr.h"}, expr: `SSL_R_(\w+)\s+(\d+)`},
	{space: OpenSSLVerify, files: []string{"openssl/x509_vfy.h"}, expr: `X509_V_ERR_(\w+)\s+(\d+)`},
	{space: GnuTLS, files: []string{"gnutls/gnutls.h"}, expr: `define (GNUTLS_E_\w+)\s+\(?(-?\d+)\)?`},
	{space: MbedTLS, files: []string{"mbedtls/*.h"}, expr: `define (MBEDTLS_ERR_\w+)\s+(-0x[0-9A-Fa-f]+)`},
	{space: WolfSSL, files: []string{"wolfssl/error-ssl.h", "wolfssl/wolfcrypt/error-crypt.h"},
		expr: `(?m)^\s+(\w+)\s*=\s*(-\d+)`},
	{space: NSS, files: []string{"nss/sslerr.h", "nss/secerr.h"},
		expr: `((?:SSL|SEC)_ERROR_\w+)[^=\n]*=?\s*\(?(?:SSL|SEC)_ERROR_BASE\s*\+\s*(\d+)`,
		base: map[string]int64{"SSL_ERROR_": -0x3000, "SEC_ERROR_": -0x2000}},
	{space: Windows, files: []string{"../share/mingw-w64/include/winerror.h"},
		expr: `\b((?:SEC|CERT|CRYPT|TRUST|NTE)_\w+) _HRESULT_TYPEDEF_\((0x[0-9A-Fa-f]+)\)`},
	{space: System, files: []string{"asm-generic/errno-base.h", "asm-generic/errno.h"}, expr: `define\s+(E\w+)\s+(\d+)`},
}

// later are reasons of OpenSSL 3.2 to 3.5, include/openssl/sslerr.h, which the headers of an older release do not have.
var later = map[string]int64{
	"APPLICATION_DATA_AFTER_CLOSE_NOTIFY": 291, "BAD_CERTIFICATE": 348, "BAD_RECORD_TYPE": 443,
	"EMPTY_RAW_PUBLIC_KEY": 349, "INVALID_RAW_PUBLIC_KEY": 350, "INVALID_RECORD": 317, "NO_SHARED_GROUPS": 410,
	"NO_SUITABLE_RECORD_LAYER": 322, "PRIVATE_KEY_MISMATCH": 288, "QUIC_HANDSHAKE_LAYER_ERROR": 393,
	"QUIC_NETWORK_ERROR": 387, "QUIC_PROTOCOL_ERROR": 382, "RECORD_LAYER_FAILURE": 313, "RECORD_TOO_SMALL": 298,
	"SEQUENCE_CTR_WRAPPED": 327, "WRONG_RPK_TYPE": 351,
}

// TestPublished compares the rows with the vendors' own lists, where they are installed.
func TestPublished(t *testing.T) {
	for _, h := range headers {
		t.Run(string(h.space), func(t *testing.T) {
			published := map[string]int64{}
			for _, pattern := range h.files {
				files, err := filepath.Glob(filepath.Join("/usr/include", pattern))
				require.NoError(t, err)
				for _, file := range files {
					data, err := os.ReadFile(file)
					require.NoError(t, err)
					for _, m := range regexp.MustCompile(h.expr).FindAllStringSubmatch(string(data), -1) {
						n, err := strconv.ParseInt(m[2], 0, 64)
						require.NoError(t, err)
						for prefix, base := range h.base {
							if strings.HasPrefix(m[1], prefix) {
								n += base
							}
						}
						if _, twice := published[m[1]]; !twice {
							published[m[1]] = n
						}
					}
				}
			}
			needs.Stack(t, "headers", len(published) > 0, "the headers of "+string(h.space)+" are not installed")
			for _, c := range All(h.space) {
				n, ok := published[c.Name]
				if !ok && h.space == OpenSSL {
					n, ok = later[c.Name]
				}
				if !ok && (strings.HasPrefix(c.Name, "MOZILLA_PKIX") || strings.HasPrefix(c.Name, "PR_") || strings.HasPrefix(c.Name, "WSA")) {
					continue // in headers of others
				}
				assert.True(t, ok, "%s is not published", c.Name)
				assert.Equal(t, n, c.Number, c.Name)
			}
		})
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		text      string
		space     Space
		name      string
		direction Direction
	}{
		// One number in the packings of OpenSSL 1.0, 1.1 and 3, LibreSSL and BoringSSL.
		{"error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure", Alert, "handshake_failure", Received},
		{"error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40", Alert, "handshake_failure", Received},
		{"error:0A000098:SSL routines:read_state_machine:excessive message size:../statem.c:621:", OpenSSL,
			"EXCESSIVE_MESSAGE_SIZE", Undirected},
		{"error:0A000139:SSL routines::record layer failure", OpenSSL, "RECORD_LAYER_FAILURE", Undirected},
		{"error:1000013f:SSL routines:OPENSSL_internal:ECH_REJECTED", BoringSSL, "ECH_REJECTED", Undirected},
		{"4540653228:error:1400A098:SSL routines:CONNECT_CR_CERT_REQ:excessive message size:ssl_both.c:524:", OpenSSL,
			"EXCESSIVE_MESSAGE_SIZE", Undirected},
		{"2251904:error:10000438:SSL routines:OPENSSL_internal:TLSV1_ALERT_INTERNAL_ERROR:tls_record.cc:592:SSL alert number 80",
			Alert, "internal_error", Received},
		{"error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER", BoringSSL, "WRONG_VERSION_NUMBER", Undirected},
		{"error:140770FC:SSL routines:SSL23_GET_SERVER_HELLO:unknown protocol", OpenSSL, "UNKNOWN_PROTOCOL", Undirected},
		{"error:80000002:system library::No such file or directory", System, "ENOENT", Undirected},
		{"error:0B080074:x509 certificate routines:X509_check_private_key:key values mismatch", OpenSSLOther,
			"X509_KEY_VALUES_MISMATCH", Undirected},
		{"error:05800074:x509 certificate routines::key values mismatch", OpenSSLOther, "X509_KEY_VALUES_MISMATCH", Undirected},
		{"error:0906D06C:PEM routines:PEM_read_bio:no start line", OpenSSLOther, "PEM_NO_START_LINE", Undirected},
		{"error:0480006C:PEM routines::no start line", OpenSSLOther, "PEM_NO_START_LINE", Undirected},
		{"error:11800071:PKCS12 routines::mac verify failure", OpenSSLOther, "PKCS12_MAC_VERIFY_FAILURE", Undirected},
		{"ssl.SSLError: [ASN1: NOT_ENOUGH_DATA] not enough data (_ssl.c:4030)", OpenSSLOther, "ASN1_NOT_ENOUGH_DATA", Undirected},
		{"ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1131)", OpenSSL, "WRONG_VERSION_NUMBER", Undirected},
		{"code: 'ERR_SSL_TLSV1_ALERT_UNRECOGNIZED_NAME'", Alert, "unrecognized_name", Received},
		{"code: 'ERR_OSSL_PKCS12_MAC_VERIFY_FAILURE'", OpenSSLOther, "PKCS12_MAC_VERIFY_FAILURE", Undirected},
		{"Verify return code: 20 (unable to get local issuer certificate)", OpenSSLVerify,
			"UNABLE_TO_GET_ISSUER_CERT_LOCALLY", Undirected},
		// Alerts in other spellings.
		{"* TLSv1.3 (IN), TLS alert, handshake failure (552):", Alert, "handshake_failure", Received},
		{"* TLSv1.2 (OUT), TLS alert, unknown CA (560):", Alert, "unknown_ca", Sent},
		{"Event ID 36887, Schannel: A fatal alert was received from the remote endpoint. The TLS protocol defined fatal alert code is 46.",
			Alert, "certificate_unknown", Received},
		{"A fatal alert was generated and sent to the remote endpoint. The TLS protocol defined fatal alert code is 48.",
			Alert, "unknown_ca", Sent},
		{"mbedtls: ssl_msg.c:4799 is a fatal alert message (msg 70)", Alert, "protocol_version", Received},
		{"[server #31] received fatal(2) certificate_unknown(46) alert", Alert, "certificate_unknown", Received},
		{"remote error: tls: unknown certificate authority", Alert, "unknown_ca", Received},
		{"generated CLIENT ALERT: Fatal - Unsupported Certificate", Alert, "unsupported_certificate", Sent},
		{"could not accept SSL connection: tlsv1 alert unknown ca", Alert, "unknown_ca", Received},
		// Windows in any language.
		{"System.ComponentModel.Win32Exception (0x8009030E): Im Sicherheitspaket sind keine Anmeldeinformationen verfügbar.",
			Windows, "SEC_E_NO_CREDENTIALS", Undirected},
		{"schannel: next InitializeSecurityContext failed: Unknown error (0x80092012)", Windows,
			"CRYPT_E_NO_REVOCATION_CHECK", Undirected},
		{"HRESULT: -2146893019", Windows, "SEC_E_UNTRUSTED_ROOT", Undirected},
		{"failed with error 800b0109", Windows, "CERT_E_UNTRUSTEDROOT", Undirected},
		// Browsers and Apple.
		{"[10024:0703/214953.603:ERROR:ssl_client_socket_impl.cc(978)] handshake failed; returned -1, SSL error code 1, net_error -202",
			Chromium, "ERR_CERT_AUTHORITY_INVALID", Undirected},
		{"NET::ERR_CERT_INVALID", Chromium, "ERR_CERT_INVALID", Undirected},
		{"Error code: SEC_ERROR_REUSED_ISSUER_AND_SERIAL", NSS, "SEC_ERROR_REUSED_ISSUER_AND_SERIAL", Undirected},
		{"Connection 35: TLS Trust encountered error 3:-9807", Apple, "errSSLXCertChainInvalid", Undirected},
		{`Error Domain=NSOSStatusErrorDomain Code=-67843 "certificate is not trusted"`, Apple, "errSecNotTrusted", Undirected},
		// Mbed TLS: decimal, hexadecimal, and the sum with a low-level number.
		{"mbedtls_ssl_handshake returned -0x2700", MbedTLS, "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED", Undirected},
		{"mbedtls_ssl_read_record() returned -30592", MbedTLS, "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE", Undirected},
		{"esp-tls: mbedtls_x509_crt_parse returned -0x2180", MbedTLS, "MBEDTLS_ERR_X509_INVALID_FORMAT", Undirected},
		{"esp-tls: mbedtls_x509_crt_parse returned -0x21e2", MbedTLS, "MBEDTLS_ERR_X509_INVALID_FORMAT", Undirected},
		{"TLS error: 268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED", BoringSSL,
			"CERTIFICATE_VERIFY_FAILED", Undirected},
		{"TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end", BoringSSL,
			"WRONG_VERSION_NUMBER", Undirected},
		{"boringssl_context_handle_fatal_alert(1874) [C1.1:2] read alert, level: fatal, description: handshake failure",
			Alert, "handshake_failure", Received},
		{"error:0200100D:system library:fopen:Permission denied", System, "EACCES", Undirected},
		{"Windows Update failed: 0x80072F8F", WinHTTP, "ERROR_WINHTTP_SECURE_FAILURE", Undirected},
		{"WinHttpSendRequest failed: 12157", WinHTTP, "ERROR_WINHTTP_SECURE_CHANNEL_ERROR", Undirected},
		{`malformed HTTP response "\x15\x03\x01\x00\x02\x02"`, Bytes, "TLS record", Undirected},
		{`Err value: ErrorStack([Error { code: 293601393, library: "PKCS12 routines", reason: "mac verify failure" }])`,
			OpenSSLOther, "PKCS12_MAC_VERIFY_FAILURE", Undirected},
		{"tls: error 2148074277 in InitializeSecurityContext", Windows, "SEC_E_UNTRUSTED_ROOT", Undirected},
		{"(Error code: sec_error_bad_signature)", NSS, "SEC_ERROR_BAD_SIGNATURE", Undirected},
		{"Alert write:fatal:protocol version", Alert, "protocol_version", Sent},
		{"wolfSSL error -188", WolfSSL, "ASN_NO_SIGNER_E", Undirected},
		{"gnutls_handshake() failed, error -12", GnuTLS, "GNUTLS_E_FATAL_ALERT_RECEIVED", Undirected},
		// Others.
		{"curl: (77) error setting certificate verify locations", Curl, "CURLE_SSL_CACERT_BADFILE", Undirected},
		{"curl: (56) OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 104", System, "ECONNRESET", Undirected},
		{"invalid peer certificate: UnknownIssuer", Rustls, "UnknownIssuer", Undirected},
		{"errors in the certificate chain: PartialChain", DotNet, "PartialChain", Undirected},
		{"{bad_cert,selfsigned_peer}", Erlang, "selfsigned_peer", Undirected},
		// Bytes read as numbers.
		{"org.apache.kafka.common.network.InvalidReceiveException: Invalid receive (size = 369295616 larger than 104857600)",
			Bytes, "TLS record", Undirected},
		{"Invalid receive (size = 1213486160 larger than 104857600)", Bytes, "HTTP", Undirected},
		{"tls: oversized record received with length 20527", Bytes, "plain text", Undirected},
		{`Protocol error, got "\x15" as reply type byte`, Bytes, "TLS record", Undirected},
		{`ParserError: Protocol error, got "H" as reply type byte. Please report this.`, Bytes, "HTTP", Undirected},
		{`10.0.0.1 - - [01/Jan/2026] "\x16\x03\x01\x02\x00\x01" 400 157`, Bytes, "TLS record", Undirected},
	} {
		found := false
		for _, h := range Find(c.text) {
			found = found || h.Space == c.space && h.Name == c.name && h.Direction == c.direction
		}
		assert.True(t, found, "%s: want %s %s, got %+v", c.text, c.space, c.name, Find(c.text))
	}
}

// TestFindNothing holds numbers and words that are no codes to be left alone.
func TestFindNothing(t *testing.T) {
	for _, text := range []string{
		"", "listening on port 36887", "read 1213486160 bytes", "uploaded object of size 104857600", "exit status 35",
		"returned -1", "process 10054 exited", "temperature -12.5", "PERF: 0x80 cache lines", "state=EXPIRED for session",
		"revision 8009abc0 of the firmware", "order -2146 shipped", "Invalid receive (size = 104857600)",
		"80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 52e, v2580",
		"job KEYFILE_ERROR_RATE is fine", "oversized record received with length 1024",
	} {
		assert.Empty(t, Find(text), text)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40")
	f.Add("mbedtls -0x2700 (size = 369295616) [SSL: X] 0x80090325")
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range Find(text) {
			require.LessOrEqual(t, h.At+len(h.Words), len(text), "%q: %+v", text, h)
			assert.Equal(t, h.Words, text[h.At:h.At+len(h.Words)], "%q: %+v", text, h)
		}
	})
}
