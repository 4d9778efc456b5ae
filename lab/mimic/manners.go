package mimic

import (
	"crypto/tls"
	"crypto/x509"
	"reflect"
	"slices"
	"strings"

	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// manners copies how the server behaves, where that differs from a good server.
func (m *mimic) manners() {
	s, seen := &m.Scenario.Server, m.seen.Manners
	versions := slices.DeleteFunc(slices.Clone(seen.Versions), func(v uint16) bool {
		return v < tls.VersionTLS10 // of SSL there is a fault
	})
	if n := len(versions); n > 0 {
		if low := versions[0]; low != tls.VersionTLS12 {
			s.MinVersion = low
		}
		if high := versions[n-1]; high != tls.VersionTLS13 {
			s.MaxVersion = high
			s.MinVersion = min(cmpVersion(s.MinVersion), high)
		}
	}
	if seen.RefusesOthers {
		s.Protocols = slices.Clone(seen.Protocols)
	}
	s.RequireSNI = seen.RequiresSNI
	m.clientAuth()
	m.withoutSNI()
	m.suites()
	m.groups()
	s.Tickets = seen.Tickets
	if p := m.seen.STARTTLS; p != "" && m.Scenario.Service.StartTLS() != p {
		m.note("server", "starttls", "it speaks %s before TLS; the copy speaks TLS at once, and HTTP in it", p)
	}
}

// service gives the copy the service of the original, if the lab has it: the one whose clients ask for TLS as the
// original was asked, or the one that its port or URL stands for.
func (m *mimic) service() {
	name := m.seen.Target.ServiceName()
	for _, s := range scenarios.Services() {
		asked := s.StartTLS()
		if s.Protocol() != s || asked != m.seen.STARTTLS { // mongod is MongoDB, in a container
			continue
		}
		if asked != "" || string(s) == name {
			m.Scenario.Service = s
			return
		}
	}
}

// cmpVersion returns the lowest version of a server whose scenario names one, or that of a good server.
func cmpVersion(v uint16) uint16 {
	if v == 0 {
		return tls.VersionTLS12
	}
	return v
}

func (m *mimic) clientAuth() {
	switch m.seen.Manners.ClientAuth {
	case tls.NoClientCert:
		return
	case tls.RequestClientCert:
		m.Scenario.Server.ClientAuth = tls.RequestClientCert
	default:
		m.Scenario.Server.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if m.seen.Target.Certificate != nil {
		m.Scenario.Recipe.Client = new(pki.Certificate)
		m.note("client", "certificate", "the client has a good certificate of the copy's CA in place of its own")
	}
	m.caNames()
}

// caNames copies the names of CAs in the request for a client certificate. The CAs that the chain comes from become the
// copy's root, which must be named so that clients find their certificate.
func (m *mimic) caNames() {
	var request *ask.Request
	for _, a := range m.seen.Attempts {
		if a.Request != nil && (request == nil || len(a.Request.CANames) > len(request.CANames)) {
			request = a.Request
		}
	}
	switch {
	case request == nil:
		return
	case len(request.CANames) == 0:
		m.Scenario.Server.CANames = []scenarios.CAName{}
		return
	}
	names := []scenarios.CAName{{Of: "root"}}
	own := m.issuers()
	others := slices.DeleteFunc(slices.Clone(request.CANames), func(n []byte) bool { return own[string(n)] })
	if len(others) == len(request.CANames) {
		others = others[1:]
		m.note("server", "caNames", "the copy names its own CA in place of the first of the %d CAs that it asks for",
			len(request.CANames)+request.MoreCANames)
	}
	for _, n := range pki.NamesOf(others, m.options.Keep) {
		names = append(names, scenarios.CAName{Subject: n})
	}
	if request.MoreCANames > 0 {
		m.note("server", "caNames", "the copy leaves out %d more CAs", request.MoreCANames)
	}
	if len(names) > 1 { // a good server names its root
		m.Scenario.Server.CANames = names
	}
}

// issuers returns the names of the CAs that the server's and the client's certificate come from.
func (m *mimic) issuers() map[string]bool {
	names := map[string]bool{}
	lists := [][][]byte{m.telling().Certificates, m.roots}
	if c := m.seen.Target.Certificate; c != nil {
		lists = append(lists, c.Certificate)
	}
	for _, der := range slices.Concat(lists...) {
		if c, err := x509.ParseCertificate(der); err == nil {
			names[string(c.RawIssuer)] = true
		}
	}
	return names
}

// withoutSNI copies the certificate that clients without SNI get, if it is another one.
func (m *mimic) withoutSNI() {
	other := m.seen.Manners.OtherWithoutSNI
	if len(other) == 0 {
		return
	}
	c, err := pki.RecipeOf(pki.Seen{Sent: other[:1], At: m.midnight(), Host: m.seen.Target.Host},
		m.options.Keep)
	if err != nil {
		m.note("server", "defaultCertificate", "what clients without SNI get cannot be copied (%v); they get the leaf", err)
		return
	}
	leaf := c.Recipe.Leaf
	leaf.Name, leaf.Profile = "default", pki.ProfileServer
	leaf.Issuer = "root"
	if m.Scenario.Recipe.Intermediates == nil {
		leaf.Issuer = "intermediate"
	}
	if leaf.SAN == nil { // the good leaf's names: this certificate is for another host
		leaf.CommonName, leaf.SAN = "default.test", []string{"DNS:default.test"}
	}
	m.Scenario.Recipe.Others = append(m.Scenario.Recipe.Others, leaf)
	m.Scenario.Server.DefaultCertificate = leaf.Name
	m.note("server", "defaultCertificate", "clients without SNI get another certificate, which is issued by the copy's CA")
}

// suites copies the cipher suites of TLS 1.2 and below, if the server was seen to have no others.
func (m *mimic) suites() {
	seen := m.seen.Manners.Suites
	if len(seen) == 0 || !m.exhausted("suites") || isDefault(seen) {
		return
	}
	var have, lack []uint16
	for _, s := range seen {
		if known(s) {
			have = append(have, s)
		} else {
			lack = append(lack, s)
		}
	}
	for _, s := range lack {
		m.note("server", "cipherSuites", "the lab's server does not have %s", tls.CipherSuiteName(s))
	}
	if len(have) > 0 {
		m.Scenario.Server.CipherSuites = have
	}
}

// isDefault reports whether suites are those that a good server has for its kind of key: crypto/tls's, which exchange keys
// with ECDHE.
func isDefault(suites []uint16) bool {
	kind := "_RSA_"
	if strings.Contains(tls.CipherSuiteName(suites[0]), "_ECDSA_") {
		kind = "_ECDSA_"
	}
	var good []uint16
	for _, s := range tls.CipherSuites() {
		if strings.Contains(s.Name, "_ECDHE"+kind) {
			good = append(good, s.ID)
		}
	}
	seen := slices.Sorted(slices.Values(suites))
	slices.Sort(good)
	return slices.Equal(seen, good)
}

func known(suite uint16) bool {
	is := func(s *tls.CipherSuite) bool { return s.ID == suite }
	return slices.ContainsFunc(tls.CipherSuites(), is) || slices.ContainsFunc(tls.InsecureCipherSuites(), is)
}

// groups copies the key exchange groups, if the server was seen to have no others.
func (m *mimic) groups() {
	have := []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521, tls.X25519MLKEM768,
		tls.SecP256r1MLKEM768, tls.SecP384r1MLKEM1024}
	seen := m.seen.Manners.Groups
	if len(seen) == 0 || !m.exhausted("groups") {
		return
	}
	for _, g := range seen {
		if slices.Contains(have, g) {
			m.Scenario.Server.Groups = append(m.Scenario.Server.Groups, g)
		} else {
			m.note("server", "groups", "the lab's server does not have %v", g)
		}
	}
}

// exhausted reports whether an enumeration ended because the server had nothing more to choose.
func (m *mimic) exhausted(name string) bool {
	var last *ask.Attempt
	for i, a := range m.seen.Attempts {
		if a.Name == name || strings.HasPrefix(a.Name, name+"-") {
			last = &m.seen.Attempts[i]
		}
	}
	return last != nil && last.Version == 0 && (last.End == ask.EndAlert || last.End == ask.EndClosed)
}

// faults copies what the lab's server does on purpose: the fault of the row that a diagnosis names, because the
// diagnosis has weighed the evidence. It also notes the rows that are the same.
func (m *mimic) faults() {
	for _, f := range m.Report.Failures() {
		if len(f.Rows) == 0 {
			m.note("server", f.Code, "the catalogue has no scenario for it")
			continue
		}
		row, ok := scenarios.Lookup(f.Rows[0])
		if !ok {
			continue
		}
		if !slices.Contains(m.rows, row) {
			m.rows = append(m.rows, row)
		}
		if fault := row.Server.Fault; fault != "" && m.Scenario.Server.Fault == "" {
			m.Scenario.Server.Fault = fault
			m.fit(row)
		}
		if place, what, _ := strings.Cut(f.Where, "."); place == "server" {
			m.take(row, what)
		}
		m.client(row)
	}
}

// client takes a row's client certificate, with what it and its revocation need.
func (m *mimic) client(row *scenarios.Scenario) {
	accepted := slices.ContainsFunc(m.seen.Attempts, func(a ask.Attempt) bool {
		return a.Request != nil && a.Answered
	})
	if row.Recipe.Client == nil || accepted && row.Recipe.Client.Issuer != "" {
		return // the server took a certificate of this CA, whatever CAs it names
	}
	r := &m.Scenario.Recipe
	r.Client, r.CRL = row.Recipe.Client, row.Recipe.CRL
	for _, c := range row.Recipe.Others {
		if !slices.ContainsFunc(r.Others, func(o pki.Certificate) bool { return o.Name == c.Name }) {
			r.Others = append(r.Others, c)
		}
	}
	m.Scenario.Server.CheckRevocation = row.Server.CheckRevocation
}

// take takes a field of a row's server, if the copy has none.
func (m *mimic) take(row *scenarios.Scenario, what string) {
	target, source := reflect.ValueOf(&m.Scenario.Server).Elem(), reflect.ValueOf(row.Server)
	for i := range source.NumField() {
		if strings.EqualFold(source.Type().Field(i).Name, what) && target.Field(i).IsZero() {
			target.Field(i).Set(source.Field(i))
		}
	}
}

// fit gives the copy what a fault needs: the versions of the row, and its kind of key.
func (m *mimic) fit(row *scenarios.Scenario) {
	s := &m.Scenario.Server
	if row.Server.MaxVersion != 0 {
		s.MinVersion, s.MaxVersion = row.Server.MinVersion, row.Server.MaxVersion
	}
	if row.Server.Fault == scenarios.FaultUnresolved {
		m.Scenario.Host = row.Host // a name that does not resolve either
	}
	if row.Server.Fault == scenarios.FaultSmallDH && row.Recipe.Leaf.Key != "" {
		m.Scenario.Recipe.Leaf.Key = row.Recipe.Leaf.Key
	}
}

// firstName returns the first DNS name of a leaf, or its first address. It is empty if the leaf has neither.
func firstName(sent [][]byte) string {
	if len(sent) == 0 {
		return ""
	}
	c, err := x509.ParseCertificate(sent[0])
	if err != nil {
		return ""
	}
	for _, name := range c.DNSNames {
		return strings.Replace(name, "*.", "www.", 1)
	}
	for _, ip := range c.IPAddresses {
		return ip.String()
	}
	return ""
}
