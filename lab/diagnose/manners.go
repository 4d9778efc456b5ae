package diagnose

import (
	"bytes"
	"crypto/tls"
	"slices"
	"strings"

	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/wire"
)

// versionSSL3 is SSL 3.0 (RFC 6101).
const versionSSL3 = 0x0300

// judgeManners judges how the server behaves: versions, suites, groups, ALPN, SNI, and what it does not tolerate.
func (t *teller) judgeManners() {
	t.judgeVersions()
	t.judgeSuites()
	t.judgeGroups()
	t.judgeSNI()
	t.judgeIntolerance()
	if m := t.seen.Manners; m.RefusesOthers {
		if a, ok := t.first(); ok && !a.Complete {
			t.note("alpn-refused", "", 0, t.offered(a), t.supported())
		}
	}
}

func (t *teller) judgeVersions() {
	versions := t.seen.Manners.Versions
	if t.telling.Version == versionSSL3 || len(versions) > 0 && slices.Max(versions) == versionSSL3 {
		t.note("ssl3", "", 0)
		return
	}
	if len(versions) == 0 {
		return
	}
	newest, oldest := slices.Max(versions), slices.Min(versions)
	switch {
	case newest < tls.VersionTLS12:
		t.note("old-versions", "", float64(newest), wire.VersionName(newest))
	case oldest < tls.VersionTLS12:
		t.note("old-versions-too", "", float64(oldest), wire.VersionName(oldest))
	case newest == tls.VersionTLS12:
		t.note("tls12-only", "", 0)
	case oldest == tls.VersionTLS13 && t.triedOld():
		t.note("tls13-only", "", 0)
	}
}

// triedOld reports whether an attempt was made without TLS 1.3. Only then is it known that the server speaks nothing
// else.
func (t *teller) triedOld() bool {
	return slices.ContainsFunc(t.seen.Attempts, func(a ask.Attempt) bool {
		return a.Name == "tls1.2" || a.Hello != nil && !slices.Contains(a.Hello.Versions, "TLS 1.3")
	})
}

// kind is a kind of cipher suites, by their names.
type kind struct {
	code string
	is   func(name string) bool
}

// kinds are the kinds of suites with which a server is refused if it has no others, the worst first.
var kinds = []kind{
	{"only-rc4", func(name string) bool { return strings.Contains(name, "_RC4_") }},
	{"only-3des", func(name string) bool { return strings.Contains(name, "_3DES_") }},
	{"no-forward-secrecy", func(name string) bool { return strings.HasPrefix(name, "TLS_RSA_") }},
	{"only-cbc", func(name string) bool { return strings.HasSuffix(name, "_CBC_SHA") }},
}

func (t *teller) judgeSuites() {
	for _, a := range t.seen.Attempts {
		if a.DHBits > 0 && a.DHBits < 2048 {
			t.note("small-dh", "", float64(a.DHBits), number(a.DHBits))
			break
		}
	}
	var names []string
	for _, id := range t.seen.Manners.Suites {
		names = append(names, wire.CipherSuiteName(id))
	}
	modern := slices.Contains(t.seen.Manners.Versions, tls.VersionTLS13)
	if len(names) == 0 || modern {
		return
	}
	for _, k := range kinds {
		if !slices.ContainsFunc(names, func(name string) bool { return !k.is(name) }) {
			t.note(k.code, "", 0, strings.Join(names[:min(len(names), mostShown)], t.say("comma")))
			return
		}
	}
	t.judgeRenegotiation()
}

// judgeRenegotiation judges whether the ServerHello of TLS 1.2 had renegotiation_info (RFC 5746, section 3.6).
func (t *teller) judgeRenegotiation() {
	for _, a := range t.seen.Attempts {
		if a.Version != 0 && a.Version <= tls.VersionTLS12 && a.Version >= tls.VersionTLS10 {
			if !a.SecureRenegotiation {
				t.note("legacy-renegotiation", "", 0, wire.VersionName(a.Version))
			}
			return
		}
	}
}

// postQuantum are the groups with a post-quantum part.
var postQuantum = []tls.CurveID{tls.X25519MLKEM768, 4587, 4589, 512, 513, 514}

func (t *teller) judgeGroups() {
	groups := t.seen.Manners.Groups
	if len(groups) > 0 && !slices.ContainsFunc(groups, func(g tls.CurveID) bool {
		return !slices.Contains(postQuantum, g)
	}) && t.triedWithout(postQuantum) {
		t.note("only-post-quantum", "", 0, wire.GroupName(groups[0]))
		return
	}
	if a, ok := t.first(); ok && a.HelloRetry && a.Group != 0 {
		t.note("hello-retry", "", 0, wire.GroupName(a.Group))
	}
}

// triedWithout reports whether an attempt was made with TLS 1.3 and without some groups, and got no ServerHello.
func (t *teller) triedWithout(groups []tls.CurveID) bool {
	return slices.ContainsFunc(t.seen.Attempts, func(a ask.Attempt) bool {
		offers13 := a.Hello != nil && slices.Contains(a.Hello.Versions, wire.VersionName(tls.VersionTLS13))
		return offers13 && a.Version == 0 && !slices.ContainsFunc(groups, func(g tls.CurveID) bool {
			return slices.Contains(a.Hello.Groups, wire.GroupName(g))
		})
	})
}

func (t *teller) judgeSNI() {
	m, byAddress := t.seen.Manners, askedFor(t.seen.Target.Host).ip.IsValid()
	switch {
	case m.RequiresSNI && byAddress:
		t.note("address-without-sni", "", 0, t.seen.Target.Host)
	case m.RequiresSNI:
		t.note("sni-required", "", 0)
	}
	if len(m.OtherWithoutSNI) > 0 && !byAddress {
		other := parse(m.OtherWithoutSNI[0])
		sent := t.telling.Certificates
		if other.err == nil && (len(sent) == 0 || !bytes.Equal(sent[0], other.der)) {
			t.note("other-without-sni", "", 0, quote(other.readable()))
		}
	}
}

// intolerances are the findings about what a server does not tolerate, by the names of attempts.
var intolerances = map[string]string{
	"tls1.3": "intolerant-version", "big-hello": "intolerant-size", "post-quantum": "intolerant-size",
}

func (t *teller) judgeIntolerance() {
	for _, name := range t.seen.Manners.Intolerant {
		code := intolerances[name]
		if code == "" || t.has(code) {
			continue
		}
		end := t.say("end.closed")
		size := 0
		for _, a := range t.seen.Attempts {
			if a.Name == name || a.Name == "ordinary" && size == 0 {
				if a.End != "" {
					end = t.say("end." + string(a.End))
				}
				if a.Hello != nil {
					size = a.Hello.Size
				}
			}
		}
		t.note(code, "", 0, end, number(size))
	}
}

// offered lists the protocols that an attempt offered in ALPN.
func (t *teller) offered(a ask.Attempt) string {
	if a.Hello == nil {
		return t.say("none")
	}
	return t.listed(a.Hello.Protocols)
}

// supported lists the protocols that the server was seen to choose.
func (t *teller) supported() string { return t.listed(t.seen.Manners.Protocols) }

func (t *teller) listed(list []string) string {
	if len(list) == 0 {
		return t.say("none")
	}
	return clip(strings.Join(list[:min(len(list), mostShown)], t.say("comma")), 2*longestName)
}

// manners describes how the server behaves, in names.
func (t *teller) manners() Manners {
	s := t.seen.Manners
	m := Manners{Tickets: s.Tickets}
	for _, v := range s.Versions {
		m.Versions = append(m.Versions, wire.VersionName(v))
	}
	for _, id := range s.Suites {
		m.Suites = append(m.Suites, wire.CipherSuiteName(id))
	}
	for _, g := range s.Groups {
		m.Groups = append(m.Groups, wire.GroupName(g))
	}
	for _, p := range s.Protocols {
		m.Protocols = append(m.Protocols, clip(p, longestName))
	}
	requests, requires := t.clientAuth()
	switch {
	case requires:
		m.ClientAuth = "required"
	case requests:
		m.ClientAuth = "requested"
	}
	names := t.acceptedCAs()
	for _, der := range names[:min(len(names), mostListed)] {
		full, _ := nameOf(der)
		m.CANames = append(m.CANames, full)
	}
	return m
}
