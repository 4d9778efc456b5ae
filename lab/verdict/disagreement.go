package verdict

import (
	"fmt"
	"maps"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios/failure"
)

// alerts lists for each stack what the alerts that it sends can stand for, canonical first.
// An alert that is not listed can stand for anything. Stacks that complete the handshake before
// they judge the certificate, as Node does, send none; GnuTLS sends the same one for everything.
var alerts = map[string]map[uint8][]failure.Class{
	"python":    openSSLAlerts,
	"curl":      openSSLAlerts,
	"openssl":   openSSLAlerts,
	"pyopenssl": openSSLAlerts,
	"java":      javaAlerts,
	"pymongo":   openSSLAlerts,
	"requests":  openSSLAlerts,
	"urllib3":   openSSLAlerts,
	"httpx":     openSSLAlerts,
	"aiohttp":   openSSLAlerts,
	"ruby":      openSSLAlerts,
	"perl":      openSSLAlerts,
	"php":       openSSLAlerts,
	"okhttp":    javaAlerts,

	"mongo-java": javaAlerts,

	"reqwest-rustls":     rustlsAlerts,
	"reqwest-native-tls": openSSLAlerts,

	"pymongo-ocsp": pymongoOCSPAlerts,
}

// pymongoOCSPAlerts is what PyOpenSSL sends, with the alert that a refusal by PyMongo's OCSP
// callback becomes: bad_certificate_status_response.
var pymongoOCSPAlerts = func() map[uint8][]failure.Class {
	all := maps.Clone(openSSLAlerts)
	all[113] = []failure.Class{failure.Revoked, failure.RevocationUnknown, failure.StapleMissing}
	return all
}()

// openSSLAlerts is what OpenSSL 3 sends when verification fails (ssl_x509err2alert), as far as
// the classes tell errors apart.
var openSSLAlerts = map[uint8][]failure.Class{
	42: {failure.NotYetValid, failure.HostnameMismatch, failure.WeakKey, failure.WeakSignature, failure.Malformed, failure.RevocationUnknown},
	43: {failure.WrongUsage},
	44: {failure.Revoked},
	45: {failure.Expired, failure.RevocationUnknown},
	46: {failure.CriticalExtension, failure.NameConstraint, failure.StrictRFC5280, failure.InvalidCA, failure.RevocationUnknown},
	48: {failure.Untrusted, failure.SelfSigned, failure.InvalidCA, failure.PathLength, failure.RevocationUnknown},
	51: {failure.BadSignature, failure.KeyMismatch, failure.RevocationUnknown},
}

// rustlsAlerts is what rustls sends, as measured with 0.23.46: bad_certificate for whatever it has no
// alert of its own for.
var rustlsAlerts = map[uint8][]failure.Class{
	43: {failure.WrongUsage, failure.InvalidCA},
	44: {failure.Revoked},
	45: {failure.Expired, failure.NotYetValid},
	48: {failure.Untrusted, failure.RevocationUnknown},
	51: {failure.BadSignature, failure.KeyMismatch, failure.WeakSignature, failure.WeakKey},
}

// javaAlerts is what JSSE of JDK 25 sends, as far as it means anything: JDK 17 always, and 25 of
// most faults still, says certificate_unknown (46).
var javaAlerts = map[uint8][]failure.Class{
	42:  {failure.BadSignature, failure.NotYetValid},
	43:  {failure.WeakSignature},
	44:  {failure.Revoked},
	45:  {failure.Expired},
	113: {failure.Revoked, failure.RevocationUnknown},
}

// refusals are what the alerts stand for that a server sends about a client.
var refusals = map[uint8]failure.Class{
	40:  failure.HandshakeFailure,
	42:  failure.ClientCertificateRejected,
	45:  failure.ClientCertificateRejected,
	48:  failure.ClientCertificateRejected,
	51:  failure.ClientCertificateRejected, // its signature is another key's
	116: failure.ClientCertificateRequired,
}

// disagreement compares the client's account with the server's.
func (c Cell) disagreement(class failure.Class) string {
	if c.Client.ByRecord { // it has no account of its own
		return ""
	}
	last, ok := c.last()
	switch c.Result.Outcome {
	case clients.Accepted:
		switch {
		case !ok:
			return differNoConnection
		case !slices.ContainsFunc(c.Observed, answered): // a driver makes more connections, and breaks some off
			return fmt.Sprintf(differEnd, last.End)
		}
	case clients.Rejected:
		switch {
		case !ok:
			return ""
		case last.End == serve.EndServed:
			return differAnswered
		case last.AlertReceived != nil && class != "":
			stack, _ := c.words(c.Result.Message)
			classes, listed := alertsOf(stack, last.AlertReceived.Code)
			if listed && !slices.Contains(classes, class) {
				return fmt.Sprintf(differAlert, class, last.AlertReceived)
			}
		}
	}
	return ""
}

// answered reports whether the client got an answer over a connection.
func answered(o serve.Observation) bool { return o.End == serve.EndServed || o.End == serve.EndRelayed }

// last returns the connection that tells.
func (c Cell) last() (serve.Observation, bool) { return serve.Telling(c.Observed) }
