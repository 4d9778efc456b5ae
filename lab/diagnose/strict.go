package diagnose

import (
	"bytes"
	"crypto/x509"
)

// rule is one of the rules of RFC 5280 that OpenSSL checks with X509_V_FLAG_X509_STRICT, which Python 3.13 sets by
// default. The list is that of check_extensions in OpenSSL's x509_vfy.c, with the rules about serial numbers, which
// other libraries check. They hold for trust anchors, too: measured with Python 3.13.0 and OpenSSL 3.0.22, which refuse
// the root that openssl req -x509 makes by default, because it has no keyUsage, and which Python 3.12.1 accepts.
type rule struct {
	code   string
	broken func(c *certificate, role string) bool
}

var strictRules = []rule{
	{"no-authority-key-id", func(c *certificate, role string) bool {
		return c.version == 3 && role != "root" && len(c.authorityKey) == 0
	}},
	{"no-subject-key-id", func(c *certificate, _ string) bool {
		return c.version == 3 && c.ca && len(c.subjectKey) == 0
	}},
	{"basic-constraints-not-critical", func(c *certificate, _ string) bool {
		return c.ca && !c.critical[oidBasicConstraints]
	}},
	{"ca-no-key-usage", func(c *certificate, _ string) bool { return c.ca && !c.has[oidKeyUsage] }},
	{"cert-sign-without-ca", func(c *certificate, _ string) bool {
		return !c.ca && c.has[oidBasicConstraints] && c.usage&x509.KeyUsageCertSign != 0
	}},
	{"path-length-without-ca", func(c *certificate, _ string) bool { return !c.ca && c.pathLen >= 0 }},
	{"critical-key-id", func(c *certificate, _ string) bool {
		return c.critical[oidAuthorityKey] || c.critical[oidSubjectKey]
	}},
	{"empty-issuer", func(c *certificate, _ string) bool { return bytes.Equal(c.issuer, []byte{0x30, 0}) }},
	{"ca-empty-subject", func(c *certificate, _ string) bool { return c.ca && c.emptySubject() }},
	{"san-not-critical", func(c *certificate, _ string) bool {
		return !c.ca && c.emptySubject() && c.has[oidAlternativeName] && !c.critical[oidAlternativeName]
	}},
	{"empty-san", func(c *certificate, _ string) bool {
		return c.has[oidAlternativeName] && len(c.dns)+len(c.ips)+c.otherNames == 0
	}},
	{"algorithms-differ", func(c *certificate, _ string) bool { return c.algorithm != c.inner }},
	{"serial-negative", func(c *certificate, _ string) bool { return c.serial.Sign() < 0 }},
	{"serial-zero", func(c *certificate, _ string) bool { return c.serial.Sign() == 0 }},
	{"serial-too-long", func(c *certificate, _ string) bool { return c.serial.BitLen() > 159 }},
	{"extensions-without-version-3", func(c *certificate, _ string) bool { return c.version < 3 && len(c.has) > 0 }},
	{"version-1-leaf", func(c *certificate, role string) bool { return c.version == 1 && role == "leaf" }},
	{"broken-extension", func(c *certificate, _ string) bool { return len(c.broken) > 0 }},
}

// judgeStrict adds the rules that a certificate breaks.
func judgeStrict(c *certificate, role string, add adder) {
	for _, r := range strictRules {
		if r.broken(c, role) {
			args := []string{}
			if r.code == "broken-extension" {
				args = append(args, c.broken[0])
			}
			add(r.code, 0, args...)
		}
	}
}
