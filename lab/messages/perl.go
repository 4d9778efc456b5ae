package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var perlSource = Source{
	Name:   "perl",
	Rules:  perlRules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{
			"IO::Socket::SSL", "SSL connect attempt failed", "HTTP::Tiny", "LWP::",
			"SSL connection failed for",
		},
	}},
	Switches: Switches{
		All:  []string{"SSL_verify_mode => SSL_VERIFY_NONE", "verify_SSL => 0", "PERL_LWP_SSL_VERIFY_HOSTNAME=0"},
		Host: []string{`SSL_verifycn_scheme => "none"`},
		Weak: openSSLWeak,
	},
	Commands: lazyregexp.New(`^perl$|\.pl$`),
	Causes:   perlCauses,
}

// perlCauses are the causes of findings in clients written in Perl.
var perlCauses = map[string][]string{
	"verification-off": {"verify_SSL => 0", "SSL_VERIFY_NONE"},
}

// perlRules are the texts of HTTP::Tiny and IO::Socket::SSL. The latter says that verification failed but not why; the
// alert that OpenSSL sends tells. It passes on OpenSSL's other reasons, all that are in the error queue.
var perlRules = slices.Concat([]Rule{
	{Contains: "hostname verification failed", Class: failure.HostnameMismatch},
	{Contains: "certificate status is revoked", Class: failure.Revoked}, // about a staple
	{Contains: "EVP lib", Class: failure.BadSignature},                  // as in curl
	{Contains: "certificate verify failed", Class: Untold},
	{
		Contains: "while looking for line", Class: Untold,
		Only: lazyregexp.New(`SSL|TLS|https`),
	}, // an alert after the handshake
	{Contains: "Unexpected end of stream", Class: failure.UnexpectedEOF, Only: lazyregexp.New(`SSL|TLS|https`)},
	{Contains: "not found or not readable", Class: failure.MissingFile, Only: file},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "SSL wants a read first", Class: failure.Timeout, Only: lazyregexp.New(`SSL wants a read first`)},
	{Contains: "Connection timed out", Class: failure.Timeout, Only: connectingTimedOut},
	{Contains: "Name or service not known", Class: failure.NameResolution},
}, openSSLOwn, openSSLTexts)
