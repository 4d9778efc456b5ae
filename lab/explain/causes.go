package explain

import (
	"cmp"
	"slices"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// showsCause are the scenarios that show a cause, the clearest first. Causes outside TLS, such as a missing module,
// have none.
var showsCause = map[string][]string{
	"address":                {"ip-as-dns-name", "wrong-ip", "ip-in-common-name"},
	"clock":                  {"not-yet-valid", "expired"},
	"crl-check":              {"crl-unavailable"},
	"der-not-pem":            {"ca-file-not-pem", "client-certificate-not-pem"},
	"empty-store":            {"ca-file-empty"},
	"established":            {"truncated-response"},
	"expired-crl":            {"crl-expired"},
	"expired-root":           {"expired-root"},
	"filtered":               {"reset-after-hello", "close-after-hello", "syn-dropped"},
	"h2-alpn":                {"no-common-alpn"},
	"intercepted":            {"untrusted-root"},
	"ip-access-list":         {"internal-error"},
	"joined-pem":             {"ca-file-not-pem", "client-certificate-not-pem"},
	"key-mismatch":           {"client-key-mismatch", "key-mismatch"},
	"keystore-password":      {"client-key-wrong-passphrase"},
	"missing-intermediate":   {"missing-intermediate"},
	"no-names":               {"common-name-only"},
	"no-serving-certificate": {"internal-error"},
	"no-sni":                 {"sni-required", "sni-required-by-address"},
	"old-server":             {"tls10-only", "tls11-only"},
	"old-trust-store":        {"rotated-root"},
	"other-service":          {"banner", "banner-mysql", "plain-http"},
	"plain-port":             {"plain-http", "banner"},
	"plain-proxy":            {"plain-http"},
	"private-ca":             {"untrusted-root"},
	"same-name-ca":           {"impostor-root", "rotated-root", "impostor-intermediate"},
	"server-without-tls":     {"plain-http", "banner-mysql"},
	"starttls":               {"banner"},
	"trust-variable":         {"ca-file-missing", "ca-file-empty"},
	"unsupported-curve":      {"p224"},
	"usage":                  {"wrong-usage", "client-certificate-wrong-usage"},
	"v1-certificate":         {"version-1-ca"},
	"validity-too-long":      {"too-long-validity"},
	"wrong-site":             {"sni-wrong-default", "wrong-host"},
}

// showing returns the scenarios that show what the message names: those of the finding's cause, of which those about
// its class come first, and those of its aspects.
func (f Finding) showing() []string {
	list := slices.Clone(showsCause[f.Cause])
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(f.distance(a), f.distance(b)) })
	for _, class := range f.classes() {
		for _, a := range f.of(class) {
			list = leading(list, a.scenarios)
		}
	}
	return list
}

// distance is 0 for a scenario in which clients fail for a class of the finding, and 1 for others.
func (f Finding) distance(id string) int {
	s, ok := scenarios.Lookup(id)
	about := func(c failure.Class) bool { return slices.Contains(s.Expect.Failures, c) }
	if ok && slices.ContainsFunc(f.classes(), about) {
		return 0
	}
	return 1
}
