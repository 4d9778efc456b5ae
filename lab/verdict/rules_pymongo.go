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
