package messages

import (
	"maps"
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

var pymongoSource = Source{
	Name:    "pymongo",
	Service: "mongodb",
	Marks:   []string{"pymongo."},
	Rules:   pymongoRules,
	Alerts:  openSSLAlerts,
	Voices: []Voice{{
		Marks:   []string{"pymongo."},
		Sources: []string{"pymongo", "pymongo-ocsp"},
	}},
	Switches:   mongoSwitches,
	Causes:     pymongoCauses,
	TrustStore: pythonTrustStore,
}

// pymongoCauses are the causes of findings in clients that use PyMongo.
var pymongoCauses = map[string][]string{
	"verification-off":     {"tlsInsecure", "tlsAllowInvalidCertificates"},
	"names-unchecked":      {"tlsAllowInvalidHostnames"},
	"revocation-unchecked": {"no tlsCRLFile"},
}

var pymongoOCSPSource = Source{
	Name:    "pymongo-ocsp",
	Service: "mongodb",
	Marks:   []string{"pymongo."},
	Rules:   pymongoOCSPRules,
	Alerts:  pymongoOCSPAlerts,
	Voices: []Voice{{
		Marks:   []string{"[('SSL routines', 'tls_process_initial_server_flight'"},
		Sources: []string{"pymongo-ocsp", "pyopenssl"},
	}, {
		Marks:   []string{"ServerSelectionTimeoutError: "},
		Sources: []string{"pymongo", "pymongo-ocsp"},
	}},
	Switches:   mongoSwitches,
	TrustStore: certifiTrustStore,
}

// pymongoOwn are PyMongo's own texts, and those of Python's sockets that it passes on.
var pymongoOwn = []Rule{
	{
		Contains: "connection closed (", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`pymongo|ServerSelection|AutoReconnect`),
	},
	{Contains: "EOF occurred in violation of protocol", Class: failure.UnexpectedEOF},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "timed out", Class: failure.Timeout, Only: connectTimedOut},
	{Contains: "Name or service not known", Class: failure.NameResolution},
}

// pymongoRules are the texts of PyMongo over Python's ssl module.
var pymongoRules = slices.Concat([]Rule{
	{Contains: "Hostname mismatch", Class: failure.HostnameMismatch},
	{Contains: "IP address mismatch", Class: failure.HostnameMismatch},
	{Contains: "connection has been closed (EOF)", Class: failure.UnexpectedEOF}, // 3.9
}, pymongoOwn, openSSLOwn, openSSLTexts)

// pymongoOCSPRules are the texts of PyMongo over PyOpenSSL. PyOpenSSL says that verification failed but not why; the
// alert that it sends tells.
var pymongoOCSPRules = slices.Concat(serviceIdentity, []Rule{
	{Contains: "data length too long", Class: failure.CorruptRecord}, // OpenSSL 4
	{Contains: "bad certificate status response", Class: failure.RevocationUnknown},
	{Contains: "error parsing asn1 value", Class: failure.RevocationUnknown}, // the responder's answer
	{Contains: "Unexpected EOF", Class: failure.UnexpectedEOF, Only: pyOpenSSL},
	{Contains: "ECONNRESET", Class: failure.ConnectionReset, Only: nodeReset},
	{Contains: "'certificate verify failed'", Class: Untold},
	{Contains: "'invalid status response'", Class: Untold},
	{Contains: "tlsCRLFile cannot be used with PyOpenSSL", Class: failure.ClientMisconfigured},
}, pymongoOwn, openSSLOwn, openSSLTexts)

// pymongoOCSPAlerts is what PyOpenSSL sends, and bad_certificate_status_response for refusals by PyMongo's OCSP
// callback.
var pymongoOCSPAlerts = func() map[wire.AlertCode][]failure.Class {
	all := maps.Clone(openSSLAlerts)
	all[wire.AlertBadCertificateStatusResponse] = []failure.Class{
		failure.Revoked, failure.RevocationUnknown, failure.StapleMissing,
	}
	return all
}()
