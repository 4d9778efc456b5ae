package pki

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Chain is what a recipe mints: certificates, keys and revocation data.
type Chain struct {
	// Name is the name given to [Minter.Mint]; Recipe is the recipe that was minted.
	Name   string
	Recipe Recipe
	// Path leads from the leaf to its root, as intended by the recipe.
	Path []Minted
	// Sent is what the server sends, in order, the leaf first.
	Sent []Minted
	// Trusted is what the client should trust.
	Trusted []Minted
	// Staple is the OCSP response that the server staples, or nil.
	Staple []byte
	// CRLs are given to the client to check certificates against, or nil.
	CRLs [][]byte
	// Client is the client's certificate, followed by the intermediates that lead to the root. It is nil if
	// the recipe has no client certificate.
	Client []Minted

	all       []Minted                   // every certificate minted for the chain, sorted by name
	issuers   map[string][]byte          // the certificate, in DER, of each certificate's issuer
	others    map[string]tls.Certificate // the recipe's Others, by name, with their keys
	key       crypto.Signer              // the server signs with it
	clientKey crypto.Signer
	config    Config
	staple    *answer            // nil if there is none
	answers   map[string]*answer // the responder's answers, by the certificate's name
	published map[string][]byte  // CRLs, by the name of the certificate that they may list
}

// Minted is one certificate of a chain.
type Minted struct {
	// Name is the recipe's name for the certificate.
	Name string
	// DER is the certificate as it is sent.
	DER []byte
	// Cert is the certificate as parsed by crypto/x509. If crypto/x509 cannot parse what was broken on
	// purpose, Cert is the certificate before it was broken.
	Cert *x509.Certificate
}

func (n *node) minted() Minted { return Minted{Name: n.name, DER: n.der, Cert: n.cert} }

// chain mints everything that the recipe asks for.
func (b *mint) chain() (*Chain, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	c := &Chain{Name: b.name, Recipe: b.recipe, config: b.config}
	var err error
	if b.path, err = b.walk("leaf"); err != nil {
		return nil, err
	}
	defer b.makeRSAKeys()()
	if c.Path, err = b.list(b.path); err != nil {
		return nil, err
	}
	send := b.recipe.Send
	if send == nil {
		send = b.path[:max(1, len(b.path)-1)]
	}
	if c.Sent, err = b.list(send); err != nil {
		return nil, err
	}
	trust := b.recipe.Trust
	if trust == nil {
		trust = []string{"root"}
	}
	if c.Trusted, err = b.list(trust); err != nil {
		return nil, err
	}
	serve := b.recipe.ServeKey
	if serve == "" {
		serve = "leaf"
	}
	if c.key, err = b.key(serve); err != nil {
		return nil, err
	}
	if err = b.presentOthers(c); err != nil {
		return nil, err
	}
	if b.recipe.Client != nil {
		path, err := b.walk("client")
		if err != nil {
			return nil, err
		}
		if c.Client, err = b.list(path[:max(1, len(path)-1)]); err != nil {
			return nil, err
		}
		c.clientKey = b.nodes["client"].key
	}
	for _, name := range slices.Sorted(maps.Keys(b.nodes)) {
		c.all = append(c.all, b.nodes[name].minted())
	}
	c.issuers = b.issuers()
	return c, b.revocation(c)
}

// issuers returns the certificate, in DER, of each certificate's issuer.
func (b *mint) issuers() map[string][]byte {
	of := map[string][]byte{}
	for name := range b.nodes {
		if issuer, ok := b.nodes[b.specs[name].Issuer]; ok && issuer != b.nodes[name] {
			of[name] = issuer.der
		}
	}
	return of
}

// makeRSAKeys starts to generate all RSA keys of the path, each of which can take a second. The returned
// function waits until all of them are done.
func (b *mint) makeRSAKeys() (wait func()) {
	var group sync.WaitGroup
	for _, name := range b.path {
		if b.keyType(name).isRSA() {
			group.Go(func() { b.key(name) }) // an error is returned again when the key is used
		}
	}
	return group.Wait
}

// walk returns the names from a certificate up to the self-signed one.
func (b *mint) walk(name string) ([]string, error) {
	var path []string
	for {
		if slices.Contains(path, name) {
			return nil, fmt.Errorf("recipe: certificate %q is its own issuer, through other certificates", name)
		}
		path = append(path, name)
		issuer := b.specs[name].Issuer
		if issuer == "" || issuer == name {
			return path, nil
		}
		name = issuer
	}
}

func (b *mint) list(names []string) ([]Minted, error) {
	var list []Minted
	for _, name := range names {
		n, err := b.get(name)
		if err != nil {
			return nil, err
		}
		list = append(list, n.minted())
	}
	return list, nil
}

// presentOthers gives the chain what a server needs to present the recipe's Others.
func (b *mint) presentOthers(c *Chain) error {
	c.others = map[string]tls.Certificate{}
	for _, spec := range b.recipe.Others {
		path, err := b.walk(spec.Name)
		if err != nil {
			return err
		}
		list, err := b.list(path[:max(1, len(path)-1)])
		if err != nil {
			return err
		}
		t := tls.Certificate{PrivateKey: b.nodes[spec.Name].key}
		for _, m := range list {
			t.Certificate = append(t.Certificate, m.DER)
		}
		c.others[spec.Name] = t
	}
	return nil
}

// CertificateOf returns one of the recipe's Others as a server presents it: with the intermediates that lead
// to its root, and its key.
func (c *Chain) CertificateOf(name string) (tls.Certificate, error) {
	t, ok := c.others[name]
	if !ok {
		return tls.Certificate{}, fmt.Errorf("the recipe of %s has no certificate %q among its others", c.Name, name)
	}
	return t, nil
}

// PublishedIssuer returns, as DER, the certificate of the issuer of one of the recipe's certificates, and false if
// there is no such certificate, or no issuer but itself. It is served at the address that the certificate names with access
// method ca-issuers (RFC 5280, section 4.2.2.1).
func (c *Chain) PublishedIssuer(name string) ([]byte, bool) {
	der, ok := c.issuers[name]
	return der, ok
}

// SubjectOf returns the subject of one of the recipe's certificates, in DER.
func (c *Chain) SubjectOf(name string) ([]byte, error) {
	for _, m := range c.all {
		if m.Name == name {
			return m.Cert.RawSubject, nil
		}
	}
	return nil, fmt.Errorf("the recipe of %s has no certificate %q", c.Name, name)
}

// Leaf returns the certificate that the server presents.
func (c *Chain) Leaf() Minted { return c.Sent[0] }

// TLSCertificate returns what a server presents, for [tls.Config.Certificates]. The private key may differ
// from the certificate's.
func (c *Chain) TLSCertificate() tls.Certificate {
	t := tls.Certificate{PrivateKey: c.key, OCSPStaple: c.Staple}
	for _, m := range c.Sent {
		t.Certificate = append(t.Certificate, m.DER)
	}
	return t
}

// ClientCertificate returns what the client presents, and false if it has no certificate.
func (c *Chain) ClientCertificate() (tls.Certificate, bool) {
	t := tls.Certificate{PrivateKey: c.clientKey}
	for _, m := range c.Client {
		t.Certificate = append(t.Certificate, m.DER)
	}
	return t, len(c.Client) > 0
}

// Anchors returns what a client should trust. A server that asks for client certificates trusts the same.
func (c *Chain) Anchors() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, m := range c.Trusted {
		pool.AddCert(m.Cert)
	}
	return pool
}

// Verify checks the chain as crypto/x509 does: what the server sends against what the client should trust,
// for a host name or address, at a given time. It ignores staples and CRLs, and does not check that the
// server holds the right key.
func (c *Chain) Verify(host string, at time.Time) error {
	var leaf *x509.Certificate
	intermediates := x509.NewCertPool()
	for i, m := range c.Sent {
		cert, err := x509.ParseCertificate(m.DER)
		if err != nil {
			return err
		}
		if i == 0 {
			leaf = cert
		} else {
			intermediates.AddCert(cert)
		}
	}
	if leaf == nil {
		return errors.New("the chain is empty")
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		DNSName:       host,
		Roots:         c.Anchors(),
		Intermediates: intermediates,
		CurrentTime:   at,
	})
	return err
}

// Due returns the time from which the chain is what its recipe describes. If a certificate expires while it
// is served, that is later than [Config.At]; otherwise it is the zero time.
func (c *Chain) Due() time.Time {
	var due time.Time
	for _, m := range slices.Concat(c.Path, c.Sent, c.Client) {
		spec := c.Recipe.spec(m.Name)
		if spec.NotAfter.live() && m.Cert.NotAfter.After(due) {
			due = m.Cert.NotAfter.Add(time.Second) // notAfter itself is still valid
		}
	}
	return due
}

// spec returns what the recipe says about a certificate.
func (r Recipe) spec(name string) Certificate {
	switch name {
	case "root":
		return r.Root
	case "leaf":
		return r.Leaf
	case "client":
		if r.Client != nil {
			return *r.Client
		}
	}
	for i, c := range r.Intermediates {
		if name == intermediateName(i, len(r.Intermediates)) {
			return c
		}
	}
	for _, c := range r.Others {
		if c.Name == name {
			return c
		}
	}
	return Certificate{}
}

// HoldsKey reports whether the server signs with the leaf's key.
func (c *Chain) HoldsKey() bool {
	public, ok := c.key.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(c.Leaf().Cert.PublicKey)
}

// issuedBy reports whether m names other's subject as its issuer.
func (m Minted) issuedBy(other Minted) bool {
	return bytes.Equal(m.Cert.RawIssuer, other.Cert.RawSubject)
}
