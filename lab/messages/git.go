package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var gitSource = Source{
	Name:    "git",
	Verbose: "GIT_CURL_VERBOSE=1",
	Program: true,
	Marks:   []string{"unable to access 'https"},
	Rules:   gitRules,
	Voices: []Voice{{
		Marks: []string{"unable to access 'https", "gnutls_handshake() failed"},
	}},
	Passes: []string{"curl"},
	Switches: Switches{
		All: []string{"git config http.sslVerify false", "GIT_SSL_NO_VERIFY=1"},
	},
	TrustStore: curlTrustStore,
}

// gitRules are git's own texts, and those of its TLS library, which it passes on.
var gitRules = slices.Concat([]Rule{
	{Contains: "does not match target host name", Class: failure.HostnameMismatch},
	{Contains: "No supported application protocol could be negotiated", Class: failure.NoApplicationProtocol},
	{Contains: "failed: Internal error", Class: failure.InternalError},
	{Contains: "failed: Handshake failed", Class: failure.HandshakeFailure},
	{Contains: "server certificate verification failed", Class: Untold}, // from libcurl with GnuTLS, as in Debian
	// The file is missing, or is not a CA file.
	{Contains: "Problem with the SSL CA cert", Class: Untold},
	{Contains: "error setting certificate file", Class: Untold},
	{Contains: "error adding trust anchors from file", Class: Untold},
}, gnuTLSTexts, []Rule{
	{Contains: "A TLS fatal alert has been received", Class: Untold},
}, curlRules)
