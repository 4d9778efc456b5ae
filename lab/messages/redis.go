package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var redisCliSource = Source{
	Name:    "redis-cli",
	Service: "redis",
	Program: true,
	Marks:   []string{"Could not connect to Redis at ", "Could not negotiate a TLS connection"},
	Rules:   redisCliRules,
	Alerts:  openSSLAlerts,
	Switches: Switches{
		All: []string{"redis-cli --insecure"},
	},
}

var redisServerSource = Source{
	Name:    "redis-server",
	Verbose: "loglevel debug",
	Service: "redis",
	Voices: []Voice{{
		Marks:  []string{"tlsv1 alert unknown ca while accepting", "Error accepting a client connection"},
		Server: true,
	}},
}

// redisCliRules are redis-cli's own texts, and those of its TLS library, which it passes on.
var redisCliRules = slices.Concat([]Rule{
	{Contains: "Invalid CA Certificate File/Directory", Class: Untold}, // the file is missing, or is not a CA file
	{Contains: "certificate verify failed", Class: Untold},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "Name or service not known", Class: failure.NameResolution},
}, openSSLOwn, openSSLTexts)
