package codes

import (
	"regexp"
	"strings"
	"sync"
)

// guards are what a message must have, anywhere, for the names of a space to count. Spaces that are not listed have
// names that nothing else has. Nil means that names alone count for nothing.
var guards = sync.OnceValue(func() map[Space]*regexp.Regexp {
	return map[Space]*regexp.Regexp{
		Alert:         nil, // by the finders, which know the direction
		System:        regexp.MustCompile(`(?i)ssl|tls|x509|cert|handshake|https`),
		Schannel:      nil,
		Curl:          regexp.MustCompile(`CURLE_`),
		OpenSSL:       regexp.MustCompile(`ssl|SSL|tls_|handshake`),
		BoringSSL:     regexp.MustCompile(`OPENSSL_internal|\.cc[:(]`),
		OpenSSLVerify: regexp.MustCompile(`X509_V_ERR_|ssl|SSL|tls|TLS|certificate`),
		OpenSSLOther:  regexp.MustCompile(`ssl|SSL|PEM|X509`),
		WolfSSL:       regexp.MustCompile(`(?i)wolfssl`),
		Java:          regexp.MustCompile(`java|javax|sun\.security|CertPath|Exception`),
		DotNet:        regexp.MustCompile(`(?i)certificate|ssl|chain`),
		Rustls:        regexp.MustCompile(`(?i)certificate|rustls|webpki|tls|cert|hyper::Error|reqwest`),
		Oracle:        nil, // by the finder of numbers
		Erlang:        regexp.MustCompile(`bad_cert|tls_alert|ALERT|ssl`),
	}
})

// preferred is the order in which spaces are asked for a name that several have.
var preferred = []Space{Windows, WinHTTP, NSS, Chromium, Apple, GnuTLS, MbedTLS, OpenSSL, BoringSSL, OpenSSLVerify,
	OpenSSLOther,
	Rustls, DotNet, Erlang, UnityTLS, Java, Curl, WolfSSL, System}

// named are the codes by their names.
var named = sync.OnceValue(func() map[string][]Code {
	set := map[string][]Code{}
	for _, space := range preferred {
		for _, c := range All(space) {
			set[c.Name] = append(set[c.Name], c)
		}
	}
	return set
})

// forms are prefixes of names that programs add, and the space of the rest.
var forms = []struct {
	prefix string
	space  Space
}{
	{"X509_V_ERR_", OpenSSLVerify},
	{"ERR_SSL_", OpenSSL}, // Node.js
	{"ERR_OSSL_", OpenSSLOther},
	{"SSL_R_", OpenSSL},
}

// nameForms are in all names that have one of the forms.
var nameForms = []string{
	"sec_error_", "ssl_error_", "mozilla_pkix_error_", "X509_V_ERR_", "ERR_SSL_", "ERR_OSSL_",
	"SSL_R_", "SSLV3_", "TLSV1_", "TLSV13_", "[SSL", "[X509", "[PEM", "[ASN1",
	"[PKCS12", "[EVP", "[PROV", "[EC",
}

// The lengths of names, in bytes.
const (
	shortestName = 6
	longestName  = 80
)

// alertOf matches the names by which OpenSSL and its forks call received alerts.
var alertOf = regexp.MustCompile(`^(?:ERR_SSL_|SSL_R_)?(?:SSLV3|TLSV1|TLSV13)_(?:ALERT_)?([A-Z_]+)$`)

// nssLower matches the names of NSS in lower case.
var nssLower = regexp.MustCompile(`^(?:sec|ssl|mozilla_pkix)_error_[a-z_]+$`)

// bracketed matches the names that Python writes: [SSL: NAME].
var bracketed = regexp.MustCompile(`\[(SSL|X509|PEM|ASN1|PKCS12|EVP|PROV|EC)(?:: ([A-Z0-9_]+))?\]`)

// findNames appends the hits by name.
func findNames(text string, hits []Hit) []Hit {
	if strings.IndexByte(text, '[') >= 0 {
		for _, m := range bracketed.FindAllStringSubmatchIndex(text, maxHits) {
			lib, name := text[m[2]:m[3]], ""
			if m[4] >= 0 {
				name = text[m[4]:m[5]]
			}
			if c, ok := Named(OpenSSLOther, lib+"_"+name); ok && lib != "SSL" {
				hits = append(hits, Hit{c, Undirected, m[0], text[m[0]:m[1]]})
			}
		}
	}
	passed := map[Space]bool{}
	for at := 0; at < len(text) && len(hits) < 8*maxHits; {
		if !inName(text[at]) {
			at++
			continue
		}
		from := at
		for at < len(text) && inName(text[at]) {
			at++
		}
		if n := at - from; n < shortestName || n > longestName {
			continue
		}
		hits = oneName(text, text[from:at], from, passed, hits)
	}
	return hits
}

// oneName appends the hit of a word, if it is a name.
func oneName(text, word string, at int, passed map[Space]bool, hits []Hit) []Hit {
	if m := alertOf.FindStringSubmatch(word); m != nil {
		if c, ok := Named(Alert, strings.ToLower(m[1])); ok {
			return append(hits, Hit{c, Received, at, word})
		}
		if c, ok := Named(Alert, strings.ToLower(strings.Replace(m[1], "CANCELLED", "CANCELED", 1))); ok {
			return append(hits, Hit{c, Received, at, word})
		}
	}
	if nssLower.MatchString(word) { // as older Firefoxes write them
		if c, ok := Named(NSS, strings.ToUpper(word)); ok {
			return append(hits, Hit{c, Undirected, at, word})
		}
	}
	for _, f := range forms {
		rest, ok := strings.CutPrefix(word, f.prefix)
		if !ok {
			continue
		}
		if c, ok := Named(f.space, rest); ok {
			return append(hits, Hit{c, Undirected, at, word})
		}
	}
	for _, c := range named()[word] {
		guard, guarded := guards()[c.Space]
		if guarded {
			if guard == nil {
				continue
			}
			if _, asked := passed[c.Space]; !asked {
				passed[c.Space] = guard.MatchString(text)
			}
			if !passed[c.Space] {
				continue
			}
		}
		return append(hits, Hit{c, Undirected, at, word})
	}
	return hits
}

func inName(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_'
}
