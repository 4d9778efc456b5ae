package explain

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// perspective is whose side a message is read from.
type perspective int

// The perspectives.
const (
	anywhere  perspective = iota
	atClient              // it is about the server that was connected to
	atServer              // it is about a client
	atRefused             // it is about a client that has refused what this server sent
	atSetup               // it is about the program's own files and settings
)

// aspect is what a message tells beyond its class: who reads it, or which of the causes it names.
type aspect struct {
	// name is CLASS/WHAT, and the name of a section of prose/LANGUAGE/aspects.txt if there is one. What that
	// section has takes the place of the class's, and its causes come first. The class "certificate" stands
	// for any in which a certificate is refused.
	name string
	// words are what a message contains, one of them; none means any message.
	words       words
	perspective perspective
	// first are those of the class's causes, counted from 1, that come before the others, and instead those that
	// its own section says in other words; with alone the class's others are left out.
	first, instead []int
	alone          bool
	// scenarios show it.
	scenarios []string
	// key is what there is to set, in the place of what setting has for the class.
	key string
	// switches are what people reach for and what does not fix it, in the place of those of the stack.
	switches []string
	// unset says that the setting which the class names does not fix it.
	unset bool
}

// aspects are tried in their order, and all count that fit.
var aspects = []aspect{
	// What a server reads about its clients.
	{name: "not-tls/server", perspective: atServer, alone: true},
	{name: "unexpected-eof/server", perspective: atServer, alone: true},
	{name: "connection-reset/server", perspective: atServer, alone: true},
	{name: "timeout/server", perspective: atServer, alone: true},
	{name: "client-certificate-required/server", perspective: atServer},
	{name: "client-certificate-rejected/server", perspective: atServer},
	{name: "certificate/refused", perspective: atRefused},
	{name: "client-certificate-rejected/expired", words: words{
		"certificate has expired", "alert certificate expired", "tls: expired certificate",
		"fatal alert: certificate_expired", "SSLV3_ALERT_CERTIFICATE_EXPIRED",
	}, first: []int{2}, scenarios: []string{"client-certificate-expired"}},
	{name: "client-certificate-rejected/usage", words: words{
		"unsuitable certificate purpose", "unsupported certificate purpose", "incompatible key usage",
		"alert unsupported certificate", "tls: unsupported certificate",
	}, first: []int{3}, scenarios: []string{"client-certificate-wrong-usage"}},
	{name: "client-certificate-rejected/revoked", words: words{
		"certificate revoked", "CRL has expired", "revoked certificate", "certificate_revoked",
	}, first: []int{4}, scenarios: []string{"client-certificate-revoked"}},

	// What a program says of its own files.
	{name: "key-mismatch/own", perspective: atSetup, alone: true},
	{name: "weak-key/own", perspective: atSetup, alone: true, scenarios: []string{"client-certificate-too-weak"}},
	{name: "weak-signature/own", perspective: atSetup, alone: true, scenarios: []string{"client-certificate-sha1"}},
	{name: "bad-pem/own", perspective: atSetup},

	{name: "missing-file/root-crt", words: words{"root certificate file \""}},
	{name: "missing-file/curl", words: words{
		"error setting certificate", "error adding trust anchors", "Problem with the SSL CA cert",
	}, scenarios: []string{"ca-file-missing"}},
	{name: "bad-pem/curl", words: words{
		"error setting certificate", "error adding trust anchors", "Problem with the SSL CA cert",
	}, scenarios: []string{"ca-file-empty", "ca-file-not-pem"}},
	{name: "bad-pem/pem-lib", words: words{"[SSL] PEM lib"}, key: clientKey},
	{name: "bad-passphrase/keystore", words: words{"Keystore was tampered with"}, alone: true},
	{name: "bad-pem/keystore", words: words{"Keystore was tampered with"}, alone: true, unset: true},
	{name: "client-misconfigured/key-mode", words: words{"has group or world access"}, alone: true},
	{name: "client-misconfigured/no-ssl-module", words: words{
		"ssl module in Python is not available", "SSL module is not available", "ssl module is not available",
		"No module named '_ssl'",
	}, alone: true, unset: true},
	{name: "client-misconfigured/pg-hba", words: words{"no pg_hba.conf entry"}, alone: true},

	// Which of the causes the message names.
	{
		name: "self-signed/in-chain", words: words{"in certificate chain", "SELF_SIGNED_CERT_IN_CHAIN"},
		first: []int{3, 2}, alone: true, scenarios: []string{"rotated-root"},
	},
	{
		name: "untrusted/intercepted", words: words{"MITM_DETECTED"}, first: []int{5},
		scenarios: []string{"untrusted-root"},
	},
	{
		name: "untrusted/no-anchors", words: words{"trustAnchors parameter must be non-empty"}, alone: true,
		scenarios: []string{"ca-file-empty"},
	},
	{
		name: "hostname-mismatch/no-names", words: words{"relies on legacy Common Name field"}, instead: []int{3},
		scenarios: []string{"common-name-only"},
	},
	{name: "hostname-mismatch/address", words: words{
		"IP address mismatch", "any IP SANs", "matching IP address", "names matching IP address",
		"is not in the cert's list",
	}, instead: []int{2}, scenarios: []string{"ip-as-dns-name", "wrong-ip"}},
	{name: "revocation-unknown/unreachable", words: words{
		"CRYPT_E_NO_REVOCATION_CHECK", "CRYPT_E_REVOCATION_OFFLINE",
		"Unable to determine revocation status due to network error", "Certificate does not specify OCSP responder",
	}, instead: []int{2, 4}, scenarios: []string{"crl-unreachable", "ocsp-unreachable"}},
	{name: "strict-rfc5280/transparency", words: words{"CERT_TRANSPARENCY_REQUIRED"}, alone: true},
	{name: "not-tls/plain-client", words: words{
		"lient sent an HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port",
		"speaking plain HTTP to an SSL-enabled server port",
	}, perspective: atClient, alone: true},
	{
		name: "not-tls/postgres", words: words{"server does not support SSL, but SSL was required"}, alone: true,
		unset: true, switches: []string{"sslmode=prefer", "sslmode=disable"},
	},
	{
		name: "not-tls/pg-hba", words: words{"no pg_hba.conf entry"}, alone: true, unset: true,
		switches: []string{"sslmode=prefer", "sslmode=disable"},
	},
}

// sits returns where a finding's reader sits.
func (f Finding) sits() perspective {
	switch {
	case f.Setup:
		return atSetup
	case f.Server && f.Objector != Writer:
		return atRefused
	case f.Server:
		return atServer
	}
	return atClient
}

// about reports whether an aspect is one of a class.
func (a aspect) about(class failure.Class) bool {
	of, _, _ := strings.Cut(a.name, "/")
	return of == string(class) || of == "certificate" && ofCertificate(class)
}

// ofCertificate reports whether a class is a reason to refuse a certificate.
func ofCertificate(class failure.Class) bool {
	info, _ := failure.Lookup(class)
	return info.Group == "certificate"
}

// classes returns the finding's class, or those that it can be.
func (f Finding) classes() []failure.Class {
	if f.Class != "" {
		return []failure.Class{f.Class}
	}
	return f.Possible
}

// aspectsOf returns the names of the aspects that a finding in a text has.
func aspectsOf(f Finding, text string) []string {
	classes := f.classes()
	sits := f.sits()
	var list []string
	for _, a := range aspects {
		at := a.perspective == anywhere || a.perspective == sits || a.perspective == atServer && sits == atRefused
		if at && slices.ContainsFunc(classes, a.about) && (len(a.words) == 0 || a.words.in(text)) {
			list = append(list, a.name)
		}
	}
	return list
}

// of returns the finding's aspects that are of a class.
func (f Finding) of(class failure.Class) []aspect {
	var list []aspect
	for _, a := range aspects {
		if slices.Contains(f.Aspects, a.name) && a.about(class) {
			list = append(list, a)
		}
	}
	return list
}

// showing returns the scenarios that show what the message names.
func (f Finding) showing() []string {
	var list []string
	for _, class := range f.classes() {
		for _, a := range f.of(class) {
			list = leading(list, a.scenarios)
		}
	}
	return list
}

// told returns the prose of a class with that of the finding's aspects in the place of it.
func (f Finding) told(b book, class failure.Class) section {
	base := b.classes[string(class)]
	s := section{fields: map[string]string{}}
	for key, text := range base.fields {
		s.fields[key] = text
	}
	var first, done []int
	alone := false
	for _, a := range f.of(class) {
		for key, text := range b.aspects[a.name].fields {
			s.fields[key] = text
		}
		s.causes = append(s.causes, b.aspects[a.name].causes...)
		first = append(first, a.first...)
		done = slices.Concat(done, a.first, a.instead)
		alone = alone || a.alone
	}
	for _, n := range first {
		s.causes = append(s.causes, base.causes[n-1])
	}
	for i, c := range base.causes {
		if !alone && !slices.Contains(done, i+1) {
			s.causes = append(s.causes, c)
		}
	}
	return s
}

// OpenSSL is the [Finding.Library] of OpenSSL's own words.
const OpenSSL = "OpenSSL"

// ofOpenSSL returns the stacks that pass on a text of OpenSSL's own, if the words of a message are one: Node
// passes on these alone, so that what both it and the openssl command have is OpenSSL's.
func ofOpenSSL(message string, class failure.Class) ([]string, bool) {
	for _, r := range messages.Rules("openssl") {
		if r.Class != class || class == failure.MissingFile || !strings.Contains(message, r.Contains) ||
			!slices.Contains(messages.Rules("node"), r) {
			continue
		}
		list := inOrder()
		return slices.DeleteFunc(list, func(stack string) bool {
			return !slices.Contains(messages.Rules(stack), r)
		}), true
	}
	return nil, false
}

// bareOpenSSL returns the rule of a text of OpenSSL's with nothing around it. As a line of a log that may be anything;
// as all that somebody asks about it is OpenSSL's.
func bareOpenSSL(text string) (messages.Rule, bool) {
	for _, r := range messages.Rules("openssl") {
		own := r.Class == failure.HostnameMismatch ||
			r.Class != failure.MissingFile && slices.Contains(messages.Rules("node"), r)
		if own && strings.EqualFold(strings.Trim(text, ` ."'`), r.Contains) {
			return r, true
		}
	}
	return messages.Rule{}, false
}

// onOpenSSL returns the stacks that stand on OpenSSL.
func onOpenSSL() []string {
	list, _ := ofOpenSSL("unable to get local issuer certificate", failure.Untrusted)
	return list
}
