package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var aiohttpSource = Source{
	Name:   "aiohttp",
	Rules:  aiohttpRules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{
			"aiohttp.", "ClientConnectorCertificateError", "ClientConnectorSSLError", "ClientConnectorError",
			"Cannot connect to host ",
		},
	}},
	Switches: Switches{
		All:  []string{"ssl=False", "verify_ssl=False"},
		Host: pythonSwitches.Host,
		Weak: pythonSwitches.Weak,
	},
	TrustStore: pythonTrustStore,
}

// aiohttpRules are the texts of aiohttp, and of asyncio, on which it is built.
var aiohttpRules = slices.Concat([]Rule{
	{
		Contains: "Response payload is not completed", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`aiohttp|ClientPayloadError`),
	},
	{Contains: "Connect call failed", Class: failure.ConnectionRefused},
	{
		Contains: " [None]", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`Cannot connect to host \S+ ssl:\S+`),
	}, // asyncio raises a ConnectionResetError without a message
	{Contains: "TimeoutError", Class: failure.Timeout, Only: lazyregexp.New(`aiohttp`)},
}, sslModule, openSSLOwn, openSSLTexts)
