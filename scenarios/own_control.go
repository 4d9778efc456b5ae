package scenarios

import (
	"crypto/tls"
	"fmt"
	"net/netip"

	"example.com/tlslab/pki"
)

// hostName is the host of scenarios that name none.
const hostName = "localhost"

// Good returns the control of a scenario that names none: the good chain of the same shape, served by a good server,
// with the ID of the scenario and -good. The number of CAs and the types of keys are the scenario's, and so is what it
// supplies about revocation and for a client certificate, in a good state. The leaf is for the scenario's host.
func (s *Scenario) Good() *Scenario {
	good := &Scenario{
		ID: s.ID + "-good", Family: Baseline, Service: s.Service, Host: s.Host,
		Title: fmt.Sprintf("like %s, with nothing wrong", s.ID),
		Story: Story{
			What:  fmt.Sprintf("Nothing is wrong: a good chain of the same shape as that of %s, for the same host.", s.ID),
			Where: "It is the control: a client that refuses it proves nothing by refusing the other.",
			See:   "The client connects.",
		},
		Fix: goodFix, Recipe: s.goodRecipe(), Expect: accept,
	}
	if s.Recipe.Client != nil {
		good.Server.ClientAuth = s.Server.ClientAuth
		good.Mongod.RequireCertificates = s.Mongod.RequireCertificates
	}
	if good.Server.ClientAuth == tls.RequireAnyClientCert {
		good.Server.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if known := s.Service.facts().known; known != nil {
		good.Known = known(good)
	}
	return good
}

// goodRecipe returns the good recipe of the same shape.
func (s *Scenario) goodRecipe() pki.Recipe {
	r := pki.Recipe{Key: s.Recipe.Key, Root: pki.Certificate{Key: s.Recipe.Root.Key}}
	if !pki.Permitted(s.Host) {
		// The lab's own root may not issue for this host. One that may issue for any host lives two days.
		r.Root.Permit, r.Root.NotBefore, r.Root.NotAfter = []string{"any"}, "-1h", "47h"
	}
	if s.Recipe.Intermediates != nil {
		r.Intermediates = []pki.Certificate{}
		for _, c := range s.Recipe.Intermediates {
			r.Intermediates = append(r.Intermediates, pki.Certificate{Key: c.Key, OCSP: c.OCSP, CRL: c.CRL})
		}
	}
	leaf := s.Recipe.Leaf
	r.Leaf = pki.Certificate{Key: leaf.Key, SAN: sanFor(s.Host), OCSP: leaf.OCSP, CRL: leaf.CRL}
	if s.Recipe.Staple != nil || s.Service == Mongod && leaf.OCSP {
		r.Leaf.MustStaple = leaf.MustStaple
	}
	if s.Service == Mongod {
		r.Leaf = mongodLeaf(r.Leaf)
	}
	if s.Recipe.Client != nil {
		r.Client = &pki.Certificate{Key: s.Recipe.Client.Key}
	}
	if s.Recipe.Staple != nil {
		r.Staple = &pki.OCSP{}
	}
	if crl := s.Recipe.CRL; crl != nil {
		r.CRL = &pki.CRL{Fetch: crl.Fetch}
	}
	return r
}

// sanFor returns the subject alternative names of a leaf for a host, or nil if the good leaf has that name.
func sanFor(host string) []string {
	switch host {
	case hostName, "127.0.0.1", "::1":
		return nil
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{"IP:" + host}
	}
	return []string{"DNS:" + host}
}
