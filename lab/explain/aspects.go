package explain

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// perspective is the side from which a message is read.
type perspective int

// The perspectives.
const (
	anywhere  perspective = iota
	atClient              // a client's: the message is about the server
	atServer              // a server's: the message is about a client
	atRefused             // a server's: the client refused what the server sent
	atSetup               // any program's: the message is about its own files and settings
)

// aspect is what a message says beyond its class: from which side it is read, or which of the causes it names.
type aspect struct {
	// name is CLASS/WHAT. If explain/aspects.txt has a section with this name, its fields replace those of the
	// class, and its causes come first. The class "certificate" stands for every class in which a certificate is
	// refused.
	name string
	// words are texts of which the message must contain one. No words means any message.
	words       words
	perspective perspective
	// first numbers, from 1, those of the class's causes that come before the others. instead numbers those that
	// the aspect's own section replaces. With alone, the class's other causes are left out.
	first, instead []int
	alone          bool
	// scenarios are the IDs of scenarios that show it.
	scenarios []string
	// key names the setting that fixes it, in place of the class's.
	key string
	// switches are the popular workarounds, in place of the stack's.
	switches []string
	// unset says that the class's setting does not fix it.
	unset bool
}

// aspects are all aspects. Every one that fits applies, in this order.
var aspects = []aspect{
	// A server's messages about its clients.
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

	// A program's messages about its own files.
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

	// Messages that name one of the causes.
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

// perspective returns the side from which the finding's message is read.
func (f Finding) perspective() perspective {
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

// about reports whether an aspect belongs to a class.
func (a aspect) about(class failure.Class) bool {
	of, _, _ := strings.Cut(a.name, "/")
	return of == string(class) || of == "certificate" && ofCertificate(class)
}

// ofCertificate reports whether a class is a reason to refuse a certificate.
func ofCertificate(class failure.Class) bool {
	info, _ := failure.Lookup(class)
	return info.Group == "certificate"
}

// classes returns the finding's class or, if the message does not tell it, the possible ones.
func (f Finding) classes() []failure.Class {
	if f.Class != "" {
		return []failure.Class{f.Class}
	}
	return f.Possible
}

// aspectsOf returns the names of the aspects that apply to a finding in a text.
func aspectsOf(f Finding, text string) []string {
	classes := f.classes()
	side := f.perspective()
	var list []string
	for _, a := range aspects {
		at := a.perspective == anywhere || a.perspective == side || a.perspective == atServer && side == atRefused
		if at && slices.ContainsFunc(classes, a.about) && (len(a.words) == 0 || a.words.in(text)) {
			list = append(list, a.name)
		}
	}
	return list
}

// of returns those of the finding's aspects that belong to a class.
func (f Finding) of(class failure.Class) []aspect {
	var list []aspect
	for _, a := range aspects {
		if slices.Contains(f.Aspects, a.name) && a.about(class) {
			list = append(list, a)
		}
	}
	return list
}

// told returns the prose of a class, as changed by the finding's aspects.
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
	if f.pointsTo(class) && !f.hasSection(b, class) {
		for key, text := range b.causes[f.Cause].fields {
			s.fields[key] = text
		}
		s.causes = b.causes[f.Cause].causes
	}
	return s
}

// hasSection reports whether an aspect of the finding has a section for a class. It is about this very message, while
// the section of a cause is about all messages that point to it.
func (f Finding) hasSection(b book, class failure.Class) bool {
	if f.Server && class == failure.NotTLS && f.Cause != plainClient {
		return false // the aspect is about clients that send plain text to a TLS port
	}
	return slices.ContainsFunc(f.of(class), func(a aspect) bool { return len(b.aspects[a.name].causes) > 0 })
}

// pointsTo reports whether the finding's cause is one of a class: of its first, if it can be several.
func (f Finding) pointsTo(class failure.Class) bool {
	classes := f.classes()
	return f.Cause != "" && len(classes) > 0 && classes[0] == class
}

// OpenSSL is the [Finding.Library] of messages in OpenSSL's own words.
const OpenSSL = "OpenSSL"

// ofOpenSSL returns the stacks that pass on a message, if it is in OpenSSL's own words. Node passes on nothing else of
// OpenSSL's, so a text that both Node and the openssl command have is OpenSSL's own.
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

// bareOpenSSL returns the rule for a text that is one of OpenSSL's and nothing more. As a line of a log, it could come
// from anything; as the only text that is asked about, it is OpenSSL's.
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

// onOpenSSL returns the stacks that use OpenSSL.
func onOpenSSL() []string {
	list, _ := ofOpenSSL("unable to get local issuer certificate", failure.Untrusted)
	return list
}
