package verdict

import (
	"slices"
	"strings"

	"example.com/tlslab/scenarios/failure"
)

// program is a program that the lab does not run and that people test with it: its own words, and those of the library
// that it passes on. Every rule is there because the program said so to a server of the lab's: see testdata/programs.txt.
type program struct {
	name string
	// marks are what only this program says.
	marks []string
	// alerts are what those that it sends can stand for.
	alerts map[uint8][]failure.Class
	rules  []Rule
}

// programs are tried in their order, before the stacks whose libraries they stand on.
var programs = []program{
	{"git", []string{"unable to access 'https"}, nil, slices.Concat([]Rule{
		{"does not match target host name", failure.HostnameMismatch},
		{"No supported application protocol could be negotiated", failure.NoApplicationProtocol},
		{"failed: Internal error", failure.InternalError},
		{"failed: Handshake failed", failure.HandshakeFailure},
		{"server certificate verification failed", Untold}, // of libcurl on GnuTLS, as in Debian
		// The file is missing, or is not a CA file.
		{"Problem with the SSL CA cert", Untold},
		{"error setting certificate file", Untold},
		{"error adding trust anchors from file", Untold},
	}, gnuTLSTexts, []Rule{
		{"A TLS fatal alert has been received", Untold},
	}, curlRules)},
	{"aria2", []string{"SSL/TLS handshake failure: ", "[AbstractCommand.cc:", "[SocketCore.cc:", "Failed to load trusted CA certificates from "}, nil, slices.Concat([]Rule{
		{"`expired'", failure.Expired},
		{"`not activated yet'", failure.NotYetValid},
		{"handshake failure: hostname does not match", failure.HostnameMismatch},
		{"`insecure algorithm'", failure.WeakSignature},
		{"Error while reading file", failure.MissingFile}, // it goes on without, and refuses what it does not know
		{"`issuer is not known'", failure.Untrusted},
		{"`not signed by known authorities or invalid'", Untold},
		{"errorCode=2 Timeout", failure.Timeout},
	}, gnuTLSTexts, []Rule{
		{"A TLS fatal alert has been received", Untold},
	})},
	{"socat", []string{" socat["}, openSSLAlerts, slices.Concat([]Rule{
		{"commonName does not match hostname", failure.HostnameMismatch},
		{"asn1 encoding routines::EVP lib", failure.BadSignature},
		{"certificate verify failed", Untold},
		{"Connection reset by peer", failure.ConnectionReset},
		{"Connection refused", failure.ConnectionRefused},
		{"Name or service not known", failure.NameResolution},
	}, openSSLOwn, openSSLTexts)},
	{"stunnel", []string{" LOG3[", " LOG4["}, openSSLAlerts, slices.Concat([]Rule{
		{"CERT: Subject checks failed", failure.HostnameMismatch},
		{"certificate verify failed", Untold},
		{"Connection reset by peer", failure.ConnectionReset},
		{"Connection refused", failure.ConnectionRefused},
	}, openSSLOwn, openSSLTexts)},
	{"nginx-upstream", []string{"upstream SSL certificate", "handshaking to upstream", " from upstream, client: ", "while connecting to upstream"}, openSSLAlerts, slices.Concat([]Rule{
		{"upstream SSL certificate does not match", failure.HostnameMismatch},
		{"Connection reset by peer", failure.ConnectionReset}, // behind the next
		{"peer closed connection in SSL handshake", failure.UnexpectedEOF},
		{"upstream timed out", failure.Timeout},
		{"Connection refused", failure.ConnectionRefused},
	}, openSSLOwn, openSSLTexts)},
	{"haproxy-check", []string{"Layer6 ", "Layer4 ", "Server presented an SSL certificate different"}, openSSLAlerts, []Rule{
		{"Server presented an SSL certificate different from the configured one", failure.HostnameMismatch},
		{"Connection reset by peer", failure.ConnectionReset},
		{"Connection refused", failure.ConnectionRefused},
		{"Layer6 timeout", failure.Timeout},
		{"SSL handshake failure", Untold}, // whatever the reason was
	}},
	{"redis-cli", []string{"Could not connect to Redis at ", "Could not negotiate a TLS connection"}, openSSLAlerts, slices.Concat([]Rule{
		{"Invalid CA Certificate File/Directory", Untold}, // the file is missing, or is not a CA file
		{"certificate verify failed", Untold},
		{"Connection reset by peer", failure.ConnectionReset},
		{"Connection refused", failure.ConnectionRefused},
		{"Name or service not known", failure.NameResolution},
	}, openSSLOwn, openSSLTexts)},
	{"maven", []string{"Could not transfer metadata ", "Could not transfer artifact "}, javaAlerts, slices.Concat([]Rule{
		{"validity check failed: NotAfter", failure.Expired},
		{"validity check failed: NotBefore", failure.NotYetValid},
		{"doesn't match any of the subject alternative names", failure.HostnameMismatch},
	}, javaRules)},
}

// Programs returns the names of the programs that the lab knows the words of and does not run.
func Programs() []string {
	var names []string
	for _, p := range programs {
		names = append(names, p.name)
	}
	return names
}

// programOf returns a program by its name.
func programOf(name string) (program, bool) {
	i := slices.IndexFunc(programs, func(p program) bool { return p.name == name })
	if i < 0 {
		return program{}, false
	}
	return programs[i], true
}

// marked reports whether a message bears a mark of the program's.
func (p program) marked(message string) bool {
	return slices.ContainsFunc(p.marks, func(m string) bool { return strings.Contains(message, m) })
}

// rulesOf returns the rules of a stack or a program, in the order in which they are tried.
func rulesOf(name string) []Rule {
	if rules, ok := tables[name]; ok {
		return rules
	}
	p, _ := programOf(name)
	return p.rules
}

// alertsOf returns what an alert of a stack's or a program's can stand for, and whether that is known.
func alertsOf(name string, code uint8) ([]failure.Class, bool) {
	list, ok := alerts[name][code]
	if p, is := programOf(name); is {
		list, ok = p.alerts[code]
	}
	return list, ok
}
