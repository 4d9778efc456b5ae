package codes

import (
	"strconv"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
)

// Direction says which way an alert went.
type Direction int

// The directions. Codes other than alerts have none.
const (
	Undirected Direction = iota
	Received             // the writer received it: the other side objected
	Sent                 // the writer sent it
)

// Hit is a code that a text contains.
type Hit struct {
	Code
	Direction Direction
	// At is where the code is in the text, in bytes, and Words what is written there.
	At    int
	Words string
}

// finder finds the codes of one way to write them.
type finder struct {
	// any are texts without one of which there is nothing to find; few lines of a log have one.
	any  []string
	expr *lazyregexp.Regexp
	// only is a text of which the message must have one anywhere, because the expression alone matches too much.
	// Nil means no condition.
	only *lazyregexp.Regexp
	// code returns the code of a match, whose groups are given, and whether the match is a code.
	code func(groups []string) (Code, Direction, bool)
}

// find appends the hits in a text.
func (f finder) find(text string, hits []Hit) []Hit {
	if f.only != nil && !f.only.MatchString(text) {
		return hits
	}
	for _, m := range f.expr.FindAllStringSubmatchIndex(text, maxHits) {
		groups := make([]string, len(m)/2)
		for i := range groups {
			if m[2*i] >= 0 {
				groups[i] = text[m[2*i]:m[2*i+1]]
			}
		}
		if code, direction, ok := f.code(groups); ok {
			hits = append(hits, Hit{code, direction, m[0], groups[0]})
		}
	}
	return hits
}

// maxHits bounds the hits of one finder in one text.
const maxHits = 16

// decimal returns the code of a space whose decimal number is the first group.
func decimal(space Space) func([]string) (Code, Direction, bool) {
	return func(g []string) (Code, Direction, bool) {
		n, err := strconv.ParseInt(g[1], 10, 64)
		if err != nil {
			return Code{}, Undirected, false
		}
		c, ok := Lookup(space, n)
		return c, Undirected, ok
	}
}

// alertNumber returns the alert whose decimal number is the first group.
func alertNumber(d Direction) func([]string) (Code, Direction, bool) {
	return func(g []string) (Code, Direction, bool) {
		c, _, ok := decimal(Alert)(g)
		return c, d, ok
	}
}

// alertName returns the alert whose name, or another spelling of it, is the first group.
func alertName(d Direction) func([]string) (Code, Direction, bool) {
	return func(g []string) (Code, Direction, bool) {
		name := strings.TrimSpace(g[1])
		c, ok := Named(Alert, name)
		if !ok {
			c, ok = Named(Alert, strings.ToLower(strings.ReplaceAll(name, " ", "_")))
		}
		return c, d, ok
	}
}

// numberFinders returns the finders of numbers, and of names whose direction matters. Their order decides only between
// hits at one place. They are made on first use, because most commands of the lab read no messages.
func numberFinders() []finder {
	mbed := lazyregexp.New(`(?i)mbed ?tls|esp-tls|esp_tls|ssl_client|ESP_ERR|TLS_handshake|` +
		`WiFiClientSecure|mosquitto|ssl_tls|TLS handshake error: -\d`)
	return []finder{
		// OpenSSL, LibreSSL and BoringSSL: error:CODE:LIBRARY:FUNCTION:REASON.
		{any: []string{"error:0", "error:1", "error:2", "error:8"},
			expr: lazyregexp.New(`error:([0-9A-Fa-f]{8})(?::([A-Za-z0-9() ]*))?(?::(\w*))?`),
			code: packed},
		// rust-openssl writes the numbers in decimal.
		{any: []string{"library: \""}, expr: lazyregexp.New(`code: (\d{7,10}), library: "`),
			code: func(g []string) (Code, Direction, bool) {
				n, err := strconv.ParseUint(g[1], 10, 32)
				if err != nil {
					return Code{}, Undirected, false
				}
				return packed([]string{"", strconv.FormatUint(n, 16), "", ""})
			}},
		// Envoy writes BoringSSL's numbers in decimal, with spaces or underscores between the words.
		{any: []string{":SSL routines:OPENSSL", ":SSL_routines:OPENSSL"},
			expr: lazyregexp.New(`\b(2684\d{5}):SSL[ _]routines`),
			code: func(g []string) (Code, Direction, bool) {
				n, err := strconv.ParseInt(g[1], 10, 64)
				if err != nil || n>>24 != libBoringSSL {
					return Code{}, Undirected, false
				}
				return reason(BoringSSL, n&0xfff)
			}},
		// Apple's boringssl, and OpenSSL's info callback.
		{any: []string{"read alert"}, expr: lazyregexp.New(`read alert, level: fatal, description: ([a-z ]+)`),
			code: alertName(Received)},
		{any: []string{"write alert"}, expr: lazyregexp.New(`write alert, level: fatal, description: ([a-z ]+)`),
			code: alertName(Sent)},
		{any: []string{"lert read"}, expr: lazyregexp.New(`lert read: ?fatal: ?([A-Za-z ]+)`),
			code: alertName(Received)},
		{any: []string{"lert write"}, expr: lazyregexp.New(`lert write: ?fatal: ?([A-Za-z ]+)`), code: alertName(Sent)},
		// FreeRADIUS 3.2.
		{any: []string{" Alert, fatal "}, expr: lazyregexp.New(`recv TLS 1\.\d Alert, fatal (\w+)`),
			code: alertName(Received)},
		{any: []string{" Alert, fatal "}, expr: lazyregexp.New(`send TLS 1\.\d Alert, fatal (\w+)`),
			code: alertName(Sent)},
		{any: []string{"SSL alert number"},
			expr: lazyregexp.New(`SSL alert number (\d+)`), code: alertNumber(Received)},
		// curl -v: (IN) and (OUT) with the two bytes of the alert as one number.
		{any: []string{"TLS alert"}, expr: lazyregexp.New(`\((IN|OUT)\), TLS alert,[^()]*\((\d+)\)`),
			code: func(g []string) (Code, Direction, bool) {
				c, _, ok := decimal(Alert)([]string{"", lowByte(g[2])})
				return c, map[string]Direction{"IN": Received, "OUT": Sent}[g[1]], ok
			}},
		{any: []string{"alert code is"}, expr: lazyregexp.New(`alert code is (\d+)`),
			only: lazyregexp.New(`received`), code: alertNumber(Received)},
		{any: []string{"alert code is"}, expr: lazyregexp.New(`alert code is (\d+)`),
			only: lazyregexp.New(`generated|sent to`), code: alertNumber(Sent)},
		{any: []string{"(msg "}, expr: lazyregexp.New(`alert message \(msg (\d+)\)`), code: alertNumber(Received)},
		{any: []string{"fatal("}, expr: lazyregexp.New(`received (?:fatal|warning)\(\d\) \w+\((\d+)\)`),
			code: alertNumber(Received)},
		{any: []string{"fatal("}, expr: lazyregexp.New(`raised (?:fatal|warning)\(\d\) \w+\((\d+)\)`),
			code: alertNumber(Sent)},
		{any: []string{"TlsFatalAlert"}, expr: lazyregexp.New(`TlsFatalAlertReceived: \w+\((\d+)\)`),
			code: alertNumber(Received)},
		{any: []string{"TlsFatalAlert"}, expr: lazyregexp.New(`TlsFatalAlert: \w+\((\d+)\)`), code: alertNumber(Sent)},
		// Event 36887 in any language ends its first sentence with the number.
		{any: []string{"36887"}, expr: lazyregexp.New(`[:：] ?(\d{1,3})[.。]?(?:\s|$)`),
			only: lazyregexp.New(`(?i)schannel`), code: alertNumber(Received)},
		{any: []string{"36888"}, expr: lazyregexp.New(`[:：] ?(\d{1,3})[.。]?(?:\s|$)`),
			only: lazyregexp.New(`(?i)schannel`), code: alertNumber(Sent)},
		{any: []string{"eceived alert ["},
			expr: lazyregexp.New(`eceived alert \[(\d+)\]`), code: alertNumber(Received)},
		{any: []string{"eceived fatal alert"},
			expr: lazyregexp.New(`[Rr]eceived fatal alert: (\w+)`), code: alertName(Received)},
		{any: []string{"remote error: "}, expr: lazyregexp.New(`remote error: (?:tls: )?([A-Za-z ]+)`),
			code: alertName(Received)},
		{any: []string{"ALERT: "},
			expr: lazyregexp.New(`received (?:CLIENT|SERVER) ALERT: (?:Fatal|Warning) - ([A-Za-z ]+)`),
			code: alertName(Received)},
		{any: []string{"ALERT: "},
			expr: lazyregexp.New(`generated (?:CLIENT|SERVER) ALERT: (?:Fatal|Warning) - ([A-Za-z ]+)`),
			code: alertName(Sent)},
		{any: []string{"sslv3 ", "tlsv1 ", "tlsv13 "},
			expr: lazyregexp.New(`\b(?:sslv3|tlsv1|tlsv13) (?:alert )?([a-z ]+)`),
			code: alertName(Received)},

		{any: []string{"num=", "erify return code", "erify error", "verify result", "X509_V_ERR", "verification error"},
			expr: lazyregexp.New(`(?:verify error:num=|[Vv]erify return code: |[Vv]erify result: |` +
				`certificate verify error: \(|verify error: \(|Verification: Error \()(\d+)`),
			code: decimal(OpenSSLVerify)},

		// Windows: hexadecimal, or the same number as a signed decimal.
		// Mono sign-extends them to 64 bits.
		{any: []string{"0x8009", "0x800b", "0x800B", "0x0009", "0xffffffff800"},
			expr: lazyregexp.New(`0x(?:f{8})?(8009[0-9A-Fa-f]{4}|800[Bb][0-9A-Fa-f]{4}|0009[0-9A-Fa-f]{4})\b`),
			code: func(g []string) (Code, Direction, bool) { return hresult(g[1], 16) }},
		{any: []string{"8009", "800b", "800B"},
			expr: lazyregexp.New(`(?i)(?:error|code|result|status|hr)[ =:(]{1,3}(8009[0-9a-f]{4}|800b01[0-9a-f]{2})\b`),
			code: func(g []string) (Code, Direction, bool) { return hresult(g[1], 16) }},
		{any: []string{"-2146", "-2147"}, expr: lazyregexp.New(`-(214[67]\d{6})\b`),
			code: func(g []string) (Code, Direction, bool) {
				n, err := strconv.ParseInt(g[1], 10, 64)
				if err != nil {
					return Code{}, Undirected, false
				}
				c, ok := Lookup(Windows, 1<<32-n)
				return c, Undirected, ok
			}},
		{any: []string{"2148", "2147"}, expr: lazyregexp.New(`(?:^|[^-\d])(214[78]\d{6})\b`),
			only: lazyregexp.New(`(?i)tls|ssl|schannel|security|cert`),
			code: func(g []string) (Code, Direction, bool) { return hresult(g[1], 10) }},
		{any: []string{"0x80072"}, expr: lazyregexp.New(`0x8007(2[EFef][0-9A-Fa-f]{2})\b`),
			code: func(g []string) (Code, Direction, bool) {
				n, err := strconv.ParseInt(g[1], 16, 64)
				c, ok := Lookup(WinHTTP, n)
				return c, Undirected, ok && err == nil
			}},
		{any: []string{"inHttp", "inHTTP", "inINet", "WINHTTP", "ERROR_INTERNET_", "Windows Update", "BITS"},
			expr: lazyregexp.New(`\b(12[01]\d\d)\b`),
			only: lazyregexp.New(`(?i)winhttp|wininet|ERROR_INTERNET_|\bBITS\b|Windows Update`),
			code: decimal(WinHTTP)},
		{any: []string{"WIN32[0x00002"}, expr: lazyregexp.New(`WIN32\[0x0000(2[EFef][0-9A-Fa-f]{2})\]`),
			code: func(g []string) (Code, Direction, bool) {
				n, err := strconv.ParseInt(g[1], 16, 64)
				c, ok := Lookup(WinHTTP, n)
				return c, Undirected, ok && err == nil
			}},
		{any: []string{"ORA-2", "TNS-2", "SSL-2", "OCI-2"},
			expr: lazyregexp.New(`\b(?:ORA|TNS|SSL|OCI)-(2[89]\d{3})\b`), code: decimal(Oracle)},
		{any: []string{"channel", "CHANNEL"}, expr: lazyregexp.New(`\b(368[78]\d)\b`),
			only: lazyregexp.New(`(?i)schannel`),
			code: decimal(Schannel)},

		{any: []string{"net_error"}, expr: lazyregexp.New(`net_error:? (-\d{3})\b`), code: decimal(Chromium)},
		{any: []string{"NSS", "nss error", "NSPR", "PR_", "SEC_ERROR", "SSL_ERROR"},
			expr: lazyregexp.New(`(-(?:12[12]\d\d|8[01]\d\d|163[678]\d))\b`),
			only: lazyregexp.New(`\bNSS\b|\bnss\b|NSPR|PR_|SEC_ERROR|SSL_ERROR`), code: decimal(NSS)},
		{any: []string{"NSURL", "kCFStream", "OSStatus", "HTTP load failed", "TLS Trust", "CFNetwork", "SSLHandshake",
			"ecureTransport", "ecure Transport", "errSSL", "errSec", "security import", "SecKeychain", "Task <", "Domain="},
			expr: lazyregexp.New(`(?:[Cc]ode[ =:]{1,2}|OSStatus(?: error)?[ =:]{1,2}|[(:=\s]|Key=)` +
				`(-(?:98\d\d|67[68]\d\d|12\d\d|10\d\d|252\d\d|253\d\d|26275))\b`),
			only: lazyregexp.New(`NSURL|kCFStream|OSStatus|HTTP load failed|TLS Trust|Task <|NSOSStatus|CFNetwork|` +
				`SSLHandshake|SecureTransport|Security\.framework|errSSL|errSec|security import|SecKeychain|Domain=|` +
				`Secure Transport`),
			code: decimal(Apple)},
		{any: []string{"GnuTLS", "gnutls", "GNUTLS"},
			expr: lazyregexp.New(`(?:error|code|returned|failed)[^\n-]{0,40}(-\d{1,4})\b`),
			only: lazyregexp.New(`(?i)gnutls`), code: decimal(GnuTLS)},
		{any: mbedTexts, expr: lazyregexp.New(`-0x([0-9A-Fa-f]{2,4})\b`), only: mbed,
			code: func(g []string) (Code, Direction, bool) { return mbedtls(g[1], 16) }},
		{any: mbedTexts, expr: lazyregexp.New(`(?:returned|ret|error|code|failed)[^\n-]{0,20}-(\d{2,5})\b`),
			only: mbed, code: func(g []string) (Code, Direction, bool) { return mbedtls(g[1], 10) }},
		{any: []string{"olfssl", "olfSSL", "olfcrypt", "olfCrypt"},
			expr: lazyregexp.New(`(-[1-5]\d\d)\b`), only: lazyregexp.New(`(?i)wolfssl|wolfcrypt`),
			code: decimal(WolfSSL)},
		{any: []string{"curl", "cURL", "CURL", "libcurl"},
			expr: lazyregexp.New(`(?:curl: \(|[cC][uU][rR][lL] (?:[eE]rror|returned error|failed with(?: exit)? code|` +
				`exit(?:ed)?(?: with)?(?: code| status)?):? ?\(?)(\d{1,2})\b`),
			code: decimal(Curl)},

		{any: []string{"AH0", "AH10"}, expr: lazyregexp.New(`\bAH(\d{5}):`), code: decimal(Apache)},

		{any: []string{"errno", "os error", "WinError", "WSA", "ocket error", "OS Error", "Errno"},
			expr: lazyregexp.New(`(?:errno(?: ?=|:)? ?|os error |WinError |WSA(?:GetLastError)?\D{0,12}|` +
				`[Ss]ocket error:? ?#?|\[Errno )(\d{1,5})\b`),
			only: lazyregexp.New(`(?i)ssl|tls|x509|cert|handshake|https|curl|openssl|connect`), code: errno},
	}
}

// errno reads a system's error number. Programs print those of files (ENOENT, EACCES) for many files, so these count
// only where OpenSSL passes them on.
func errno(g []string) (Code, Direction, bool) {
	c, d, ok := decimal(System)(g)
	return c, d, ok && c.Number > eacces
}

const eacces = 13

// mbedTexts are in all messages of Mbed TLS and what stands on it.
var mbedTexts = []string{
	"mbed", "Mbed", "MBED", "esp-tls", "esp_tls", "ssl_client", "ESP_ERR", "TLS_handshake", "WiFiClientSecure",
	"mosquitto", "ssl_tls", "TLS handshake error: -",
}

// lowByte returns the lower byte of a decimal number, as a decimal number.
func lowByte(s string) string {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return ""
	}
	return strconv.FormatUint(n&0xff, 10)
}

func hresult(digits string, base int) (Code, Direction, bool) {
	n, err := strconv.ParseInt(digits, base, 64)
	if err != nil {
		return Code{}, Undirected, false
	}
	c, ok := Lookup(Windows, n)
	return c, Undirected, ok
}

// mbedtls reads an error of Mbed TLS, which can be the sum of a high-level and a low-level number
// (include/mbedtls/error.h).
func mbedtls(digits string, base int) (Code, Direction, bool) {
	n, err := strconv.ParseInt(digits, base, 64)
	if err != nil {
		return Code{}, Undirected, false
	}
	for _, number := range []int64{n, n & 0xff80} {
		if c, ok := Lookup(MbedTLS, -number); ok {
			return c, Undirected, true
		}
	}
	return Code{}, Undirected, false
}

// The numbers of the libraries SYS and SSL in OpenSSL and BoringSSL (include/openssl/err.h in both), what is
// added to an alert's number to make it a reason, and the flag of system errors of OpenSSL 3.
const (
	libSystem      = 2
	libSSL         = 20
	libBoringSSL   = 16
	reasonOfAlerts = 1000
	systemError    = 0x80000000
)

// packed reads an error of OpenSSL or its forks. How library and reason are packed into the number depends on the
// version:
//
//	OpenSSL 1.0 and 1.1, LibreSSL  library<<24 | function<<12 | reason
//	OpenSSL 3                      library<<23 | reason, or 0x80000000 | errno
//	BoringSSL                      library<<24 | reason, with OPENSSL_internal for the function
func packed(g []string) (Code, Direction, bool) {
	parsed, err := strconv.ParseUint(g[1], 16, 32)
	if err != nil {
		return Code{}, Undirected, false
	}
	n := int64(parsed)
	if n>>24 == libSystem {
		c, ok := Lookup(System, n&0xfff)
		return c, Undirected, ok
	}
	if g[3] == "OPENSSL_internal" {
		if n>>24 == libBoringSSL {
			return reason(BoringSSL, n&0xfff)
		}
		return library(n>>24, n&0xfff)
	}
	if n&systemError != 0 {
		c, ok := Lookup(System, n&^systemError)
		return c, Undirected, ok && c.Number < 256
	}
	if old, new := n>>24, n>>23; old == libSSL {
		return reason(OpenSSL, n&0xfff)
	} else if new == libSSL {
		return reason(OpenSSL, n&0x7fffff)
	} else if c, d, ok := library(old, n&0xfff); ok && old < 60 && n&0xfff000 != 0 {
		return c, d, ok // only the old packing has the number of a function
	}
	return library(n>>23, n&0x7fffff)
}

// reason returns a reason of the library SSL, which can be a received alert.
func reason(space Space, n int64) (Code, Direction, bool) {
	if n >= reasonOfAlerts {
		c, ok := Lookup(Alert, n-reasonOfAlerts)
		return c, Received, ok
	}
	c, ok := Lookup(space, n)
	return c, Undirected, ok
}

// library returns a reason of another library of OpenSSL.
func library(lib, n int64) (Code, Direction, bool) {
	c, ok := Lookup(OpenSSLOther, lib<<16|n)
	return c, Undirected, ok
}
