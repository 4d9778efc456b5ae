package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// psqlSource is libpq: psql and the drivers that are built on it.
var psqlSource = Source{
	Name:    "psql",
	Service: "postgres",
	Program: true,
	Marks:   []string{"psql: error: ", "connection to server at \""},
	Rules:   psqlRules,
	Alerts:  openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{
			"psycopg2.", "psycopg.", "psql: ", "libpq", "pg_hba.conf",
			"server does not support SSL, but SSL was required", "SSL error: certificate verify failed",
			"SSL SYSCALL error: ", `root certificate file "`, "has group or world access",
		},
	}},
	Passes: []string{"openssl"},
	Switches: Switches{
		All:  []string{"sslmode=require", "sslmode=prefer"},
		Host: []string{"sslmode=verify-ca"},
	},
}

// psqlRules are libpq's own texts, and those of its TLS library, which it passes on without the reason why a
// certificate was refused.
var psqlRules = slices.Concat([]Rule{
	{Contains: "SSL error: certificate verify failed", Class: Untold},
	{Contains: "does not match host name", Class: failure.HostnameMismatch},
	{Contains: "SSL certificate's name contains embedded null", Class: failure.Malformed},
	{Contains: "SSL error: EVP lib", Class: failure.BadSignature},
	{Contains: "SSL error: bad signature", Class: failure.KeyMismatch},
	{Contains: "server does not support SSL, but SSL was required", Class: failure.NotTLS},
	{Contains: "received invalid response to SSL negotiation", Class: failure.NotTLS},
	{Contains: "SSL SYSCALL error: Connection reset by peer", Class: failure.ConnectionReset},
	{Contains: "SSL SYSCALL error: EOF detected", Class: failure.UnexpectedEOF},
	// whether it was reset or not
	{Contains: "server closed the connection unexpectedly", Class: failure.UnexpectedEOF},
	{Contains: "failed: Connection refused", Class: failure.ConnectionRefused},
	{Contains: "or change sslmode to disable server certificate verification", Class: failure.MissingFile},
}, openSSLOwn, openSSLTexts)
