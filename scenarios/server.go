package scenarios

import "crypto/tls"

// Server says how a scenario's server behaves, as far as it differs from a good
// one: TLS 1.2 and 1.3 with crypto/tls's defaults, and no client certificate. The
// zero Server is the good one. Values are those of crypto/tls.
type Server struct {
	MinVersion   uint16             `json:"min_version,omitempty"`   // tls.VersionTLS12 if zero
	MaxVersion   uint16             `json:"max_version,omitempty"`   // tls.VersionTLS13 if zero
	CipherSuites []uint16           `json:"cipher_suites,omitempty"` // of TLS 1.2 and below; crypto/tls's own if nil
	Groups       []tls.CurveID      `json:"groups,omitempty"`        // key exchange groups; crypto/tls's own if nil
	ClientAuth   tls.ClientAuthType `json:"client_auth,omitempty"`   // whether a client certificate is asked for or demanded
}
