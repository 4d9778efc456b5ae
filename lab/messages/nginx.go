package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var nginxUpstreamSource = Source{
	Name:    "nginx-upstream",
	Verbose: "error_log /var/log/nginx/error.log debug;",
	Program: true,
	Marks: []string{
		"upstream SSL certificate", "handshaking to upstream", " from upstream, client: ",
		"while connecting to upstream",
	},
	Rules:  nginxUpstreamRules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{
			"SSL handshaking to upstream", "handshake) to upstream", "upstream SSL certificate ",
			"while connecting to upstream", "handshaking to upstream",
			"while reading response header from upstream",
		},
	}},
	Passes: []string{"openssl"},
	Switches: Switches{
		All:  []string{"proxy_ssl_verify off"},
		Weak: []string{"proxy_ssl_protocols TLSv1"},
	},
}

var nginxSource = Source{
	Name:    "nginx",
	Verbose: "error_log /var/log/nginx/error.log debug;",
	Voices: []Voice{{
		Marks: []string{"nginx: [emerg]", "[emerg] "},
		Own:   true,
	}, {
		Marks: []string{
			"while SSL handshaking", "SSL_do_handshake() failed", "client SSL certificate verify error",
			"client sent no required SSL certificate", "client sent plain HTTP request to HTTPS port",
		},
		Server: true,
	}},
	Switches: Switches{
		All:  []string{"ssl_verify_client optional_no_ca"},
		Weak: []string{"ssl_protocols TLSv1", "ssl_ciphers ALL:@SECLEVEL=0"},
	},
}

// nginxUpstreamRules are nginx's own texts, and those of its TLS library, which it passes on.
var nginxUpstreamRules = slices.Concat([]Rule{
	{Contains: "upstream SSL certificate does not match", Class: failure.HostnameMismatch},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset}, // after the next one
	{Contains: "peer closed connection in SSL handshake", Class: failure.UnexpectedEOF},
	{Contains: "upstream timed out", Class: failure.Timeout},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
}, openSSLOwn, openSSLTexts)
