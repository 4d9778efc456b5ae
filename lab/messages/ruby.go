package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var rubySource = Source{
	Name:   "ruby",
	Rules:  rubyRules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{
			"OpenSSL::SSL::", "OpenSSL::PKey::", "OpenSSL::X509::", "Net::OpenTimeout", "Net::ReadTimeout",
			"SSL_connect returned=", "Errno::ECONN", "SocketError: ",
		},
	}},
	Switches: Switches{
		All:  []string{"verify_mode = OpenSSL::SSL::VERIFY_NONE"},
		Host: []string{"verify_hostname = false"},
		Weak: openSSLWeak,
	},
	Commands:   lazyregexp.New(`^ruby$|\.rb$`),
	Causes:     rubyCauses,
	TrustStore: `ruby -ropenssl -e 'puts OpenSSL::X509::DEFAULT_CERT_FILE'`,
}

// rubyCauses are the causes of findings in clients written in Ruby.
var rubyCauses = map[string][]string{
	"verification-off": {"OpenSSL::SSL::VERIFY_NONE"},
}

// rubyRules are the texts of Ruby's net/http over its OpenSSL binding, which has OpenSSL's reasons and, in parentheses,
// the result of verification.
var rubyRules = slices.Concat([]Rule{
	{Contains: "(hostname mismatch)", Class: failure.HostnameMismatch},
	{Contains: "(IP address mismatch)", Class: failure.HostnameMismatch},
	{Contains: "pkcs12 cipherfinal error", Class: failure.BadPassphrase},
	{Contains: "Could not parse PKey: unsupported", Class: failure.BadPEM},
	{Contains: "SSL_CTX_load_verify_file: system lib", Class: failure.MissingFile},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "Net::OpenTimeout", Class: failure.Timeout, Only: lazyregexp.New(`Net::OpenTimeout`)},
	{Contains: "Name or service not known", Class: failure.NameResolution},
}, openSSLOwn, openSSLTexts)
