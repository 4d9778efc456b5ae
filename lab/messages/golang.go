package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var goSource = Source{
	Name:  "go",
	Marks: []string{"x509: ", "tls: ", "dial tcp"},
	Rules: slices.Concat(goOwn, goRules),
	Voices: []Voice{{
		Marks: []string{
			"could not establish connection: tls", "x509: ", "tls: ", "dial tcp",
			"net/http: TLS handshake timeout", "http: server gave HTTP response",
		},
	}},
	Switches:   goSwitches,
	Commands:   lazyregexp.New(`^go$|\.go$`),
	Causes:     goCauses,
	TrustStore: goTrustStore,
}

// goTrustStore is also the command for sources that are built on Go.
const goTrustStore = `ls -l /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; env | grep SSL_CERT`

// goCauses are the causes of findings in clients written in Go.
var goCauses = map[string][]string{
	"verification-off":     {"InsecureSkipVerify: true"},
	"names-unchecked":      {"InsecureSkipVerify with a custom VerifyPeerCertificate"},
	"names-half-checked":   {"a custom VerifyPeerCertificate"},
	"chain-unchecked":      {"PeerCertificates added to RootCAs"},
	"dates-unchecked":      {"VerifyOptions.CurrentTime"},
	"old-tls-allowed":      {"MinVersion: tls.VersionTLS10"},
	"limits-versions":      {"MaxVersion"},
	"truncation-unnoticed": {"io.ErrUnexpectedEOF ignored"},
}

var goServerSource = Source{
	Name: "go-server",
	Voices: []Voice{{
		Marks:  []string{"http: TLS handshake error from", "client sent an HTTP request to an HTTPS server"},
		Server: true,
	}},
	Switches: Switches{
		All:  []string{"tls.RequireAnyClientCert"},
		Weak: []string{"MinVersion: tls.VersionTLS10"},
	},
	TrustStore: goTrustStore,
}

// goSwitches are also the switches of sources that are built on Go.
var goSwitches = Switches{
	All:  []string{"InsecureSkipVerify: true"},
	Host: []string{"InsecureSkipVerify: true"},
	Weak: []string{"MinVersion: tls.VersionTLS10", "GODEBUG=tlsrsakex=1"},
}

// goRules are the texts of crypto/x509, crypto/tls and net/http. The reason why a signature failed follows "certificate
// signed by unknown authority", so the rules for it come first.
var goRules = []Rule{
	{
		Contains: " is before ", Class: failure.NotYetValid,
		Only: lazyregexp.New(`x509: `),
	}, // both after "certificate has expired or is not yet valid"
	{Contains: " is after ", Class: failure.Expired, Only: lazyregexp.New(`x509: `)},
	{Contains: "certificate relies on legacy Common Name field", Class: failure.HostnameMismatch},
	{Contains: "x509: certificate is valid for", Class: failure.HostnameMismatch},
	{Contains: "doesn't contain any IP SANs", Class: failure.HostnameMismatch},
	{
		Contains: "x509: invalid signature: parent certificate cannot sign this kind of certificate",
		Class:    failure.InvalidCA,
	},
	{Contains: "x509: certificate is not authorized to sign other certificates", Class: failure.InvalidCA},
	{
		Contains: "insecure algorithm", Class: failure.WeakSignature,
		Only: lazyregexp.New(`x509|signed using|uses insecure`),
	},
	{Contains: "verification failure\" while trying to verify candidate authority", Class: failure.BadSignature},
	{Contains: "certificate signed by unknown authority", Class: failure.Untrusted},
	{Contains: "certificate is not authorized to sign for this name", Class: failure.NameConstraint},
	{Contains: "specifies an incompatible key usage", Class: failure.WrongUsage},
	{Contains: "too many intermediates for path length constraint", Class: failure.PathLength},
	{Contains: "unhandled critical extension", Class: failure.CriticalExtension},
	{Contains: "invalid signature by the server certificate", Class: failure.KeyMismatch},
	{Contains: "remote error: tls: handshake failure", Class: failure.HandshakeFailure},
	{Contains: "remote error: tls: protocol version not supported", Class: failure.ProtocolVersion},
	{Contains: "server selected unsupported protocol version", Class: failure.ProtocolVersion},
	{Contains: "remote error: tls: unrecognized name", Class: failure.UnrecognizedName},
	{Contains: "remote error: tls: internal error", Class: failure.InternalError},
	{Contains: "server gave HTTP response to HTTPS client", Class: failure.NotTLS},
	{Contains: "first record does not look like a TLS handshake", Class: failure.NotTLS},
	{Contains: "oversized record received", Class: failure.CorruptRecord},
	{Contains: "dial tcp: lookup ", Class: failure.NameResolution}, // whatever went wrong with the resolver
	{
		Contains: "connection reset by peer", Class: failure.ConnectionReset,
		Only: lazyregexp.New(`https://|tls|handshake|Last error`),
	},
	{Contains: "connection refused", Class: failure.ConnectionRefused, Only: lazyregexp.New(`dial tcp|https://`)},
	{
		Contains: "context deadline exceeded", Class: failure.Timeout,
		Only: lazyregexp.New(`(Get|Post|Put|Head|Patch|Delete) "https://|tls: |TLS handshake|Last error`),
	},
	{
		Contains: "i/o timeout", Class: failure.Timeout,
		Only: lazyregexp.New(`dial tcp|TLS handshake|handshake|read tcp .*tls|https://`),
	}, // the client's own dialer
	{Contains: "EOF", Class: failure.UnexpectedEOF, Only: goRequest},
}

// goOwn are Go's texts about the client's own certificate and files. The last is from the lab's own client: crypto/x509
// says nothing.
var goOwn = []Rule{
	{Contains: "remote error: tls: certificate required", Class: failure.ClientCertificateRequired},
	{Contains: "remote error: tls: expired certificate", Class: failure.ClientCertificateRejected},
	{Contains: "remote error: tls: bad certificate", Class: failure.ClientCertificateRejected},
	{Contains: "remote error: tls: unknown certificate authority", Class: failure.ClientCertificateRejected},
	{Contains: "private key does not match public key", Class: failure.ClientMisconfigured},
	{Contains: "failed to find any PEM data", Class: failure.BadPEM},
	{Contains: "failed to find PEM block", Class: failure.BadPEM},
	{Contains: "no PEM certificate that", Class: failure.BadPEM},
	{Contains: "no such file or directory", Class: failure.MissingFile, Only: file},
}
