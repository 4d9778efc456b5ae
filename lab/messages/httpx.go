package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var httpxSource = Source{
	Name:   "httpx",
	Rules:  httpxRules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{"httpx.", "httpcore."},
	}},
	Switches: Switches{
		All:  []string{"verify=False"},
		Host: pythonSwitches.Host,
		Weak: pythonSwitches.Weak,
	},
	TrustStore: certifiTrustStore,
}

// certifiTrustStore is the command for sources that trust the roots of certifi.
const certifiTrustStore = `python -c 'import certifi; print(certifi.where())'`

// httpxRules are the texts of httpx, and of h11 and httpcore, on which it is built.
var httpxRules = slices.Concat([]Rule{
	{Contains: "peer closed connection without sending complete message body", Class: failure.UnexpectedEOF},
}, sslModule, openSSLOwn, openSSLTexts)
