package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var reqwestRustlsSource = Source{
	Name:    "reqwest-rustls",
	Verbose: "RUST_LOG=rustls=debug",
	Rules:   slices.Concat(rustlsRules, reqwestOwn),
	Alerts:  rustlsAlerts,
	Voices: []Voice{{
		Marks: []string{
			"invalid peer certificate", "rustls", "received fatal alert: C", "received fatal alert: H",
			"received corrupt message of type",
		},
	}, {
		Marks:   []string{"error sending request for url", "reqwest::"},
		Sources: []string{"reqwest-rustls", "reqwest-native-tls"},
	}},
	Switches: rustSwitches,
}

var reqwestNativeTlsSource = Source{
	Name:     "reqwest-native-tls",
	Rules:    nativeTLSRules,
	Alerts:   openSSLAlerts,
	Switches: rustSwitches,
}

// rustSwitches are the switches of clients in Rust.
var rustSwitches = Switches{
	All:  []string{"danger_accept_invalid_certs(true)"},
	Host: []string{"danger_accept_invalid_hostnames(true)"},
	Weak: []string{"min_tls_version(Version::TLS_1_0)"},
}

// reqwestOwn are the texts of reqwest, of hyper, on which it is built, and of the system's sockets, whichever TLS
// library is in use.
var reqwestOwn = []Rule{
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "operation timed out", Class: failure.Timeout, Only: rust},
	// whichever of its two time limits comes first
	{Contains: "deadline has elapsed", Class: failure.Timeout, Only: rust},
	{Contains: "dns error", Class: failure.NameResolution, Only: rust},
	{Contains: "No such file or directory", Class: failure.MissingFile, Only: file},
}

// nativeTLSRules are the texts of native-tls over OpenSSL, which passes on OpenSSL's texts with the result of
// verification in parentheses.
var nativeTLSRules = slices.Concat([]Rule{
	{Contains: "(hostname mismatch)", Class: failure.HostnameMismatch},
	{Contains: "(IP address mismatch)", Class: failure.HostnameMismatch},
	{Contains: "EVP lib", Class: failure.BadSignature}, // all that it shows of the reason with OpenSSL 3, like curl
	{
		Contains: "unexpected EOF", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`error sending request|SSL|TLS|ssl`),
	},
	{
		Contains: "end of file before message length", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`error (sending request|decoding|reading)`),
	},
	{Contains: "at least one certificate must be provided", Class: failure.BadPEM},
	{Contains: "expected PKCS#8 PEM", Class: failure.BadPEM},
}, reqwestOwn, openSSLOwn, openSSLTexts)
