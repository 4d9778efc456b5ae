package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var nodeSource = Source{
	Name:    "node",
	Verbose: "NODE_DEBUG=tls",
	Marks: []string{
		"node:", "altnames", "INVALID_PURPOSE", "CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID",
		"CERT_SIGNATURE_FAILURE", "UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
		"DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "ERR_TLS_CERT_ALTNAME_INVALID",
		"before secure TLS connection was established",
	},
	Rules: nodeRules,
	Voices: []Voice{{
		Marks: []string{
			"altnames", "ERR_TLS_CERT", "_tls_wrap", "TLSSocket", "node:internal", "EPROTO", "ECONNREFUSED",
			"ECONNRESET", "getaddrinfo ENOTFOUND", "getaddrinfo EAI_AGAIN", "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
			"DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
		},
		Sources: []string{"node", "axios", "fetch"},
	}},
	Switches:   nodeSwitches,
	Commands:   lazyregexp.New(`^(node|nodejs)$|\.[cm]?[jt]s$`),
	Causes:     nodeCauses,
	TrustStore: nodeTrustStore,
	Over:       nodeTLS,
}

// nodeTrustStore is also the command for sources that are built on Node.
const nodeTrustStore = `node -p 'process.env.NODE_EXTRA_CA_CERTS'`

// nodeCauses are the causes of findings in clients that run on Node.js.
var nodeCauses = map[string][]string{
	"verification-off":     {"rejectUnauthorized: false", "NODE_TLS_REJECT_UNAUTHORIZED=0"},
	"names-unchecked":      {"checkServerIdentity: () => undefined"},
	"names-half-checked":   {"a custom checkServerIdentity"},
	"chain-unchecked":      {"ca taken from getPeerCertificate()"},
	"old-tls-allowed":      {"minVersion: 'TLSv1'"},
	"limits-versions":      {"maxVersion"},
	"truncation-unnoticed": {"an aborted response treated as complete"},
}

var npmSource = Source{
	Name:    "npm",
	Verbose: "npm --loglevel silly",
	Voices: []Voice{{
		Marks: []string{"npm ERR!", "npm error"},
	}},
	Passes: []string{"node"},
	Switches: Switches{
		All:  []string{"npm config set strict-ssl false", "NODE_TLS_REJECT_UNAUTHORIZED=0"},
		Weak: nodeSwitches.Weak,
	},
	TrustStore: nodeTrustStore,
}

// nodeTLS is Node's module for TLS, which checks names itself. HTTP libraries and drivers are built on it.
const nodeTLS = "node:tls"

// nodeSwitches are also the switches of sources that are built on Node.
var nodeSwitches = Switches{
	All:  []string{"NODE_TLS_REJECT_UNAUTHORIZED=0", "rejectUnauthorized: false", "npm config set strict-ssl false"},
	Host: []string{"checkServerIdentity: () => undefined"},
	Weak: []string{`ciphers: "DEFAULT:@SECLEVEL=0"`, `minVersion: "TLSv1"`, "--tls-min-v1.0"},
}

var nodeRules = slices.Concat([]Rule{
	{Contains: "does not match certificate's altnames", Class: failure.HostnameMismatch},
	{Contains: "aborted due to timeout", Class: failure.Timeout},
	{Contains: "Client network socket disconnected", Class: failure.UnexpectedEOF},
	{
		Contains: "aborted", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`AxiosError: stream has been aborted`),
	}, // in the middle of the response
	{Contains: "ECONNRESET", Class: failure.ConnectionReset, Only: nodeReset},
	{Contains: "ECONNREFUSED", Class: failure.ConnectionRefused},
	{Contains: "ENOTFOUND", Class: failure.NameResolution},
}, openSSLOwn, openSSLTexts)
