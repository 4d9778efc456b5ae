package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var wgetSource = Source{
	Name:    "wget",
	Verbose: "wget -d",
	Marks:   []string{"GnuTLS"},
	Rules:   wgetRules,
	Voices: []Voice{{
		Marks: []string{
			"ERROR: The certificate of", "ERROR: cannot verify", "wget: ",
			"Unable to establish SSL connection", "The certificate's owner does not match hostname",
			"Unable to locally verify the issuer's authority",
		},
	}},
	Switches: Switches{
		All:  []string{"--no-check-certificate"},
		Weak: []string{"--secure-protocol=TLSv1"},
	},
	Identities: []string{"ERROR: The certificate of ", "ERROR: cannot verify "},
}

// wgetRules are Wget's own texts. It has them for a few causes, and says of all others that the certificate is not
// trusted.
var wgetRules = slices.Concat([]Rule{
	{Contains: "(-64)", Class: failure.MissingFile}, // GNUTLS_E_FILE_ERROR
	{
		Contains: "has expired", Class: failure.Expired,
		Only: lazyregexp.New(`The certificate of '|cannot verify .* certificate`),
	},
	{Contains: "is not yet activated", Class: failure.NotYetValid, Only: lazyregexp.New(`The certificate of '`)},
	{Contains: "owner does not match hostname", Class: failure.HostnameMismatch},
	{Contains: "doesn't have a known issuer", Class: failure.Untrusted},
	{Contains: "was not a CA", Class: failure.InvalidCA, Only: lazyregexp.New(`certificate signer of '`)},
	{Contains: "was signed using an insecure algorithm", Class: failure.WeakSignature},
	{
		Contains: "has been revoked", Class: failure.Revoked,
		Only: lazyregexp.New(`The certificate of '|cannot verify`),
	},
}, gnuTLSTexts, []Rule{
	{
		Contains: "is not trusted", Class: failure.Untrusted, tells: failed,
		Only: lazyregexp.New(`The certificate of '|cannot verify`),
	}, // for reasons without a text of their own
	// What it says about any alert after the handshake. Which of the two it is depends on whether the alert comes
	// before Wget stops waiting for session tickets, after 61 ms, and sends its request.
	{Contains: "session has been invalidated", Class: Untold},
	{Contains: "A TLS fatal alert has been received", Class: Untold},
	{Contains: "Connection timed out", Class: failure.Timeout, Only: connectingTimedOut},
	{Contains: "unable to resolve host address", Class: failure.NameResolution},
	// Only if nothing else is there: except for its own time limit, GnuTLS's reason comes before it.
	{Contains: "Unable to establish SSL connection", Class: failure.Timeout},
})
