package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// pymongoOwn are PyMongo's own texts, and those of Python's sockets that it passes on.
var pymongoOwn = []Rule{
	{"connection closed (", failure.UnexpectedEOF},
	{"EOF occurred in violation of protocol", failure.UnexpectedEOF},
	{"Connection reset by peer", failure.ConnectionReset},
	{"Connection refused", failure.ConnectionRefused},
	{"timed out", failure.Timeout},
	{"Name or service not known", failure.NameResolution},
}

// pymongoRules are the texts of PyMongo over Python's ssl module.
var pymongoRules = slices.Concat([]Rule{
	{"Hostname mismatch", failure.HostnameMismatch},
	{"IP address mismatch", failure.HostnameMismatch},
	{"connection has been closed (EOF)", failure.UnexpectedEOF}, // 3.9
}, pymongoOwn, openSSLOwn, openSSLTexts)

// pymongoOCSPRules are those of PyMongo over PyOpenSSL, which says that verification failed and
// not why: the alert that it sends tells.
var pymongoOCSPRules = slices.Concat(serviceIdentity, []Rule{
	{"data length too long", failure.CorruptRecord}, // OpenSSL 4
	{"bad certificate status response", failure.RevocationUnknown},
	{"error parsing asn1 value", failure.RevocationUnknown}, // the responder's answer
	{"Unexpected EOF", failure.UnexpectedEOF},
	{"ECONNRESET", failure.ConnectionReset},
	{"'certificate verify failed'", Untold},
	{"'invalid status response'", Untold},
	{"tlsCRLFile cannot be used with PyOpenSSL", failure.ClientMisconfigured},
}, pymongoOwn, openSSLOwn, openSSLTexts)

// mongoNodeRules are the texts of the driver for Node.js, which passes on Node's, and has its own
// of time that is up.
var mongoNodeRules = slices.Concat([]Rule{
	{"timed out after", failure.Timeout},
	{" closed", failure.UnexpectedEOF},
}, nodeRules)

// mongoGoOwn are the texts of the driver for Go. It begins with the time that is up for finding a
// server, whatever the reason, which comes last; so what else may be said has to be asked for first.
var mongoGoOwn = []Rule{
	{"certificate is revoked", failure.Revoked},
	{"did not provide a stapled OCSP response", failure.StapleMissing},
	{"error parsing stapled response", failure.RevocationUnknown},
	{"error validating stapled response", failure.RevocationUnknown},
	{"dial tcp: lookup ", failure.NameResolution},
	{"EOF", failure.UnexpectedEOF},
	{"incorrect password", failure.BadPassphrase},
	{"failed to find CERTIFICATE", failure.BadPEM},
	{"failed to find PRIVATE KEY", failure.BadPEM},
	{"does not contain any valid certificates", failure.BadPEM},
}
