package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var phpSource = Source{
	Name:   "php",
	Rules:  phpRules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{
			"PHP Warning", "fopen(", "file_get_contents(", "stream_socket_", "SSL operation failed with code",
			"Failed to enable crypto",
		},
	}, {
		Marks:   []string{"cURL error "},
		Sources: []string{"php", "curl"},
	}},
	Switches: Switches{
		All:  []string{`"verify_peer" => false`, "CURLOPT_SSL_VERIFYPEER => false"},
		Host: []string{`"verify_peer_name" => false`, "CURLOPT_SSL_VERIFYHOST => 0"},
		Weak: []string{`"security_level" => 0`},
	},
	Commands:   lazyregexp.New(`^php$|\.php$`),
	Causes:     phpCauses,
	TrustStore: `php -r 'print_r(openssl_get_cert_locations());'`,
}

// phpCauses are the causes of findings in clients written in PHP.
var phpCauses = map[string][]string{
	"verification-off": {"verify_peer => false"},
	"names-unchecked":  {"verify_peer_name => false"},
}

// phpRules are the warnings of PHP's streams. Like Perl, they say that verification failed but not why. They do not
// show OpenSSL's reason if a file of the client is wrong.
var phpRules = slices.Concat([]Rule{
	{
		Contains: "did not match expected", Class: failure.HostnameMismatch,
		Only: lazyregexp.New(`Peer certificate CN=`),
	},
	{Contains: "EVP lib", Class: failure.BadSignature}, // as in curl
	{Contains: "certificate verify failed", Class: Untold},
	{Contains: "failed loading cafile stream", Class: failure.MissingFile},
	{Contains: "no valid certs found cafile stream", Class: failure.BadPEM},
	{Contains: "Unable to set private key file", Class: failure.ClientMisconfigured},
	{Contains: "Unable to set local cert chain file", Class: failure.ClientMisconfigured},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "timed out", Class: failure.Timeout, Only: connectTimedOut},
	{Contains: "Name or service not known", Class: failure.NameResolution},
}, openSSLOwn, openSSLTexts, []Rule{
	{
		Contains: "HTTP request failed!", Class: Untold, tells: broke,
		Only: lazyregexp.New(`https://\S*: (F|f)ailed to open stream: HTTP request failed!\s*( in .*)?$`),
	}, // an alert after the handshake that it has not seen
	{
		Contains: "Failed to enable crypto", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`Failed to enable crypto`),
	}, // if nothing comes before it
})
