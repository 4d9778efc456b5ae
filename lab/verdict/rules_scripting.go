package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// rubyRules are the texts of Ruby's net/http over its binding to OpenSSL, which has OpenSSL's
// reasons and, in parentheses, what verification said.
var rubyRules = slices.Concat([]Rule{
	{"(hostname mismatch)", failure.HostnameMismatch},
	{"(IP address mismatch)", failure.HostnameMismatch},
	{"pkcs12 cipherfinal error", failure.BadPassphrase},
	{"Could not parse PKey: unsupported", failure.BadPEM},
	{"SSL_CTX_load_verify_file: system lib", failure.MissingFile},
	{"Connection reset by peer", failure.ConnectionReset},
	{"Connection refused", failure.ConnectionRefused},
	{"Net::OpenTimeout", failure.Timeout},
	{"Name or service not known", failure.NameResolution},
}, openSSLOwn, openSSLTexts)

// perlRules are the texts of HTTP::Tiny and IO::Socket::SSL, which says that verification failed and
// not why: the alert that OpenSSL sends tells. OpenSSL's other reasons it passes on, all that are in
// the queue.
var perlRules = slices.Concat([]Rule{
	{"hostname verification failed", failure.HostnameMismatch},
	{"certificate status is revoked", failure.Revoked}, // of a staple
	{"EVP lib", failure.BadSignature},                  // as in curl
	{"certificate verify failed", Untold},
	{"while looking for line", Untold}, // of an alert after the handshake
	{"Unexpected end of stream", failure.UnexpectedEOF},
	{"not found or not readable", failure.MissingFile},
	{"Connection reset by peer", failure.ConnectionReset},
	{"Connection refused", failure.ConnectionRefused},
	{"SSL wants a read first", failure.Timeout},
	{"Connection timed out", failure.Timeout},
	{"Name or service not known", failure.NameResolution},
}, openSSLOwn, openSSLTexts)

// phpRules are the warnings of PHP's streams, which say that verification failed and not why, as
// Perl does, and keep OpenSSL's reason to themselves where a file of the client's is wrong.
var phpRules = slices.Concat([]Rule{
	{"did not match expected", failure.HostnameMismatch},
	{"EVP lib", failure.BadSignature}, // as in curl
	{"certificate verify failed", Untold},
	{"failed loading cafile stream", failure.MissingFile},
	{"no valid certs found cafile stream", failure.BadPEM},
	{"Unable to set private key file", failure.ClientMisconfigured},
	{"Unable to set local cert chain file", failure.ClientMisconfigured},
	{"Connection reset by peer", failure.ConnectionReset},
	{"Connection refused", failure.ConnectionRefused},
	{"timed out", failure.Timeout},
	{"Name or service not known", failure.NameResolution},
}, openSSLOwn, openSSLTexts, []Rule{
	{"HTTP request failed!", Untold},                   // of an alert after the handshake that it has not seen
	{"Failed to enable crypto", failure.UnexpectedEOF}, // with nothing before it
})
