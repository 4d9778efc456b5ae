package mimic

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// tries is how often good looks for what is still wrong. Several things can hide each other.
const tries = 6

// good makes the control: the copy with what is wrong put right, and nothing else changed. If that does not lead to a
// server that clients accept, it is the good chain of the same shape.
func (m *mimic) good() {
	s := m.Scenario
	if !m.Report.Wrong() {
		m.Good = s
		return
	}
	g := &scenarios.Scenario{
		ID: s.ID + "-good", Service: s.Service, Family: scenarios.Baseline, Host: s.Host,
		Title: "the same server with nothing wrong", Expect: scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must},
		Story: scenarios.Story{
			What:  "The copy of the server with its fault fixed, and nothing else changed.",
			Where: "It is the control: a client that refuses it proves nothing by refusing the other.",
			See:   "The client connects.",
		},
		Fix: "Nothing needs to be fixed.",
	}
	g.Recipe, g.Server = clone(s.Recipe), s.Server
	for _, f := range m.Report.Failures() {
		if place, _, _ := strings.Cut(f.Where, "."); place == "server" || place == "client" {
			fix(g, f.Where) // a minted chain does not show it
		}
	}
	g.Server.Fault = ""
	if !m.repair(g) {
		made := s.Good()
		g.Recipe, g.Server = made.Recipe, made.Server
		m.note("chain", "good", "what is wrong cannot be undone one by one, so the control is a good chain of the same shape")
	}
	s.Control, m.Good = g.ID, g
}

// repair puts right what a diagnosis of the scenario finds wrong, and reports whether nothing is wrong in the end.
func (m *mimic) repair(g *scenarios.Scenario) bool {
	for range tries {
		r, err := m.diagnose(g)
		if err != nil {
			return false
		}
		if !r.Wrong() {
			return true
		}
		for _, f := range r.Failures() {
			fix(g, f.Where)
		}
	}
	return false
}

// diagnose mints what a scenario serves, and says what is wrong with it. The server is one with the scenario's manners.
func (m *mimic) diagnose(s *scenarios.Scenario) (*diagnose.Report, error) {
	chain, err := m.mint(s.Recipe)
	if err != nil {
		return nil, err
	}
	seen, roots := outside(s, chain, m.seen.At)
	return diagnose.Tell(seen, roots, diagnose.Options{}), nil
}

// mint mints a recipe for the time at which the original was seen.
func (m *mimic) mint(r pki.Recipe) (*pki.Chain, error) {
	minter, err := pki.New(pki.Config{Seed: "mimic", At: m.midnight(), Soon: m.seen.At})
	if err != nil {
		return nil, err
	}
	return minter.Mint("mimic", r)
}

// outside returns what is seen of a scenario's server if it behaves as the scenario says.
func outside(s *scenarios.Scenario, chain *pki.Chain, at time.Time) (*ask.Seen, diagnose.Roots) {
	proven, sent := chain.HoldsKey(), chain.TLSCertificate()
	low, high := cmpVersion(s.Server.MinVersion), s.Server.MaxVersion
	if high == 0 {
		high = tls.VersionTLS13
	}
	seen := &ask.Seen{
		Target: ask.Target{Host: s.Host, Port: 443}, At: at, Speaks: "tls",
		Addresses: []ask.Address{{Address: "127.0.0.1:443", End: ask.EndOpen}},
		Attempts: []ask.Attempt{{
			Name: "ordinary", Version: high, Certificates: sent.Certificate, Staple: sent.OCSPStaple,
			KeyProven: &proven, Complete: true, Answered: true, End: ask.EndOpen,
		}},
	}
	for v := low; v <= high; v++ {
		seen.Manners.Versions = append(seen.Manners.Versions, v)
	}
	if c, ok := chain.ClientCertificate(); ok {
		seen.Target.Certificate = &c
	}
	roots := diagnose.Roots{Name: "the copy's root"}
	for _, c := range chain.Trusted {
		roots.Certificates = append(roots.Certificates, c.DER)
	}
	return seen, roots
}

// clone returns a deep copy of a recipe.
func clone(r pki.Recipe) pki.Recipe {
	data, err := json.Marshal(r)
	if err == nil {
		r, err = pki.ParseRecipe(data)
	}
	if err != nil {
		panic(fmt.Sprintf("mimic: a recipe is not plain data: %v", err))
	}
	return r
}

// fix puts right what is at a place: "leaf.notAfter", "chain.sent", "server.maxVersion".
func fix(g *scenarios.Scenario, where string) {
	place, what, _ := strings.Cut(where, ".")
	r := &g.Recipe
	switch place {
	case "chain":
		fixChain(r, what)
	case "server":
		if what == "clientAuth" { // the server may demand a certificate: the client must have one
			r.Client = new(pki.Certificate)
			return
		}
		fixServer(&g.Server, what)
	case "leaf":
		fixCertificate(&r.Leaf, what)
		if r.Leaf.SAN == nil && g.Host != "localhost" {
			r.Leaf.SAN = []string{"DNS:" + g.Host}
		}
		if what == "issuer" { // a leaf that is self-signed, or whose issuer is unknown
			r.Intermediates, r.Send, r.Trust = nil, nil, nil
		}
	case "root":
		fixCertificate(&r.Root, what)
		r.Trust = nil
	case "client":
		r.Client, r.CRL, g.Server.CheckRevocation = new(pki.Certificate), nil, false
	default: // intermediate, intermediate-2
		for i := range r.Intermediates {
			if place == "intermediate" || place == fmt.Sprintf("intermediate-%d", i+1) {
				fixCertificate(&r.Intermediates[i], what)
			}
		}
	}
}

func fixChain(r *pki.Recipe, what string) {
	switch what {
	case "sent":
		r.Send, r.Trust = nil, nil
	case "trusted":
		r.Trust = nil
	case "key":
		r.ServeKey = ""
	case "staple":
		r.Staple = &pki.OCSP{}
	case "responder":
		r.Responder = nil
	case "crl":
		r.CRL = nil
	}
}

// fixServer gives a field of the server the value of a good one.
func fixServer(s *scenarios.Server, what string) {
	if strings.HasSuffix(what, "Version") {
		s.MinVersion, s.MaxVersion = 0, 0
		return
	}
	for field, value := range reflect.ValueOf(s).Elem().Fields() {
		if strings.EqualFold(field.Name, what) {
			value.SetZero()
		}
	}
}

// fixCertificate puts a field or extension of a certificate right.
func fixCertificate(c *pki.Certificate, what string) {
	c.Omit = slices.DeleteFunc(c.Omit, func(o string) bool { return o == what })
	c.NonCritical = slices.DeleteFunc(c.NonCritical, func(o string) bool { return o == what })
	c.Critical = slices.DeleteFunc(c.Critical, func(o string) bool { return o == what })
	repair, ok := fixes[what]
	if !ok { // a good certificate in its place
		repair = func(c *pki.Certificate) { *c = pki.Certificate{Name: c.Name, Key: c.Key} }
	}
	repair(c)
}

// fixes puts fields and extensions right.
var fixes = map[string]func(*pki.Certificate){
	"notBefore":        func(c *pki.Certificate) { c.NotBefore, c.NotAfter = "", "" },
	"notAfter":         func(c *pki.Certificate) { c.NotBefore, c.NotAfter = "", "" },
	"subjectAltName":   fixNames,
	"subject":          fixNames,
	"keyUsage":         func(c *pki.Certificate) { c.Usages = nil },
	"extKeyUsage":      func(c *pki.Certificate) { c.Usages = nil },
	"basicConstraints": func(c *pki.Certificate) { c.BasicConstraints, c.Profile = "", "" },
	"nameConstraints":  func(c *pki.Certificate) { c.Permit, c.Exclude = nil, nil },
	"key":              func(c *pki.Certificate) { c.Key = "" },
	"algorithm":        fixSignature,
	"signature":        fixSignature,
	"version":          func(c *pki.Certificate) { c.Version = 0 },
	"serial":           func(c *pki.Certificate) { c.Serial = pki.Serial{} },
	"issuer":           func(c *pki.Certificate) { c.Issuer, c.IssuerName, c.SignedBy = "", nil, "" },
	"tlsFeature":       func(c *pki.Certificate) { c.MustStaple = false },
	"authorityKeyIdentifier": func(c *pki.Certificate) {
		c.AuthorityKey = nil
	},
	"subjectKeyIdentifier": func(c *pki.Certificate) { c.SubjectKeyOctets = 0 },
}

func fixNames(c *pki.Certificate) {
	c.SAN, c.CommonName, c.Subject = nil, "", nil
	c.Omit = slices.DeleteFunc(c.Omit, func(o string) bool {
		return o == "subjectAltName" || o == "subject" || o == "commonName"
	})
}

func fixSignature(c *pki.Certificate) { c.Digest, c.PSS, c.Tamper, c.SignedBy = "", false, false, "" }
