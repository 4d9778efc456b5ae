package messages

import (
	"example.com/tlslab/scenarios/failure"
)

var haproxyCheckSource = Source{
	Name:    "haproxy-check",
	Program: true,
	Marks:   []string{"Layer6 ", "Layer4 ", "Server presented an SSL certificate different"},
	Rules:   haproxyCheckRules,
	Alerts:  openSSLAlerts,
}

var haproxySource = Source{
	Name: "haproxy",
	Voices: []Voice{{
		Marks: []string{
			": SSL handshake failure", "Connection closed during SSL handshake",
			"Connection error during SSL handshake", "SSL client certificate not trusted",
			"SSL client CA chain cannot be verified",
		},
		Server: true,
	}},
}

// haproxyCheckRules are HAProxy's own texts, and those of its TLS library, which it passes on.
var haproxyCheckRules = []Rule{
	{
		Contains: "Server presented an SSL certificate different from the configured one",
		Class:    failure.HostnameMismatch,
	},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "Layer6 timeout", Class: failure.Timeout},
	{Contains: "SSL handshake failure", Class: Untold, tells: nothing}, // with or without the reason after it
}
