package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// sslModule are the texts of Python's ssl and socket modules, which libraries that stand on them
// pass on.
var sslModule = []Rule{
	{"Hostname mismatch", failure.HostnameMismatch},
	{"IP address mismatch", failure.HostnameMismatch},
	{"EOF occurred in violation of protocol", failure.UnexpectedEOF},
	{"connection has been closed (EOF)", failure.UnexpectedEOF}, // 3.8 and 3.9
	{"Connection reset by peer", failure.ConnectionReset},
	{"Connection refused", failure.ConnectionRefused},
	{"timed out", failure.Timeout},
	{"Name or service not known", failure.NameResolution},
}

// urllib3Rules are the texts of urllib3, and of requests, which passes them on.
var urllib3Rules = slices.Concat([]Rule{
	{"IncompleteRead", failure.UnexpectedEOF},
	{"Could not find a suitable TLS CA certificate bundle", failure.MissingFile},
}, sslModule, openSSLOwn, openSSLTexts)

// httpxRules are the texts of httpx, and of h11 and httpcore below it.
var httpxRules = slices.Concat([]Rule{
	{"peer closed connection without sending complete message body", failure.UnexpectedEOF},
}, sslModule, openSSLOwn, openSSLTexts)

// aiohttpRules are the texts of aiohttp, and of asyncio below it.
var aiohttpRules = slices.Concat([]Rule{
	{"Response payload is not completed", failure.UnexpectedEOF},
	{"Connect call failed", failure.ConnectionRefused},
	{" [None]", failure.UnexpectedEOF}, // asyncio raises a ConnectionResetError without a word
	{"TimeoutError", failure.Timeout},
}, sslModule, openSSLOwn, openSSLTexts)

// verifierRules are the texts of cryptography's verifier, x509.verification.
var verifierRules = []Rule{
	{"cert is not valid at validation time", failure.Expired}, // or not yet valid: it does not say
	{"no matching subjectAltName", failure.HostnameMismatch},
	{"has no subjectAltName", failure.HostnameMismatch},
	{"no permitted name constraints matched", failure.NameConstraint},
	{"all candidates exhausted with no interior errors", failure.Untrusted},
	{"chain construction exceeds max depth", failure.Untrusted}, // it goes round a root that it does not trust
	{"signature does not match", failure.BadSignature},
	{"basicConstraints.cA must be asserted", failure.InvalidCA},
	{"CA certificate has no basicConstraints", failure.InvalidCA},
	{"keyUsage.keyCertSign must be asserted", failure.InvalidCA},
	{"certificate must be an X509v3 certificate", failure.InvalidCA},
	{"path length constraint violated", failure.PathLength},
	{"required EKU not found", failure.WrongUsage},
	{"Neither EKU nor anyEKU could be found", failure.WrongUsage},
	{"unaccounted-for critical extensions", failure.CriticalExtension},
	{"Certificate is missing required extension", failure.StrictRFC5280},
	{"extension has incorrect criticality", failure.StrictRFC5280},
	{"RSA key is too weak", failure.WeakKey},
	{"Forbidden signature algorithm", failure.WeakSignature},
	{"Unable to load PEM file", failure.BadPEM},
}

// cryptographyRules are those, and the texts of the ssl module, which brings it the chain.
var cryptographyRules = slices.Concat(verifierRules, []Rule{
	{"IncompleteRead", failure.UnexpectedEOF},
}, sslModule, openSSLOwn, openSSLTexts)
