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

// Chain is what a recipe mints: certificates, keys, and what hangs on them.
type Chain struct {
	// Name is the name that it was minted under, and Recipe what it was minted from.
	Name   string
	Recipe Recipe
	// Path is the way from the leaf to its root, as it was meant.
	Path []Minted
	// Sent is what the server sends, in order; the leaf comes first.
	Sent []Minted
	// Trusted is what the client is to trust.
	Trusted []Minted
	// Staple is the OCSP response that the server staples, or nil.
	Staple []byte
	// CRLs are what the client is given to check, or nil.
	CRLs [][]byte
	// Client is the client's certificate, followed by the intermediates that lead to the
	// root; nil if the recipe has none.
	Client []Minted

	all       []Minted                   // every certificate that was minted for it, by name
	others    map[string]tls.Certificate // the recipe's, by name, with their keys
	key       crypto.Signer              // what the server signs with
	clientKey crypto.Signer
	config    Config
	staple    *answer            // nil if there is none
	answers   map[string]*answer // the responder's, by the name of the certificate
	published map[string][]byte  // CRLs, by the name of the certificate that they may list
}

// Minted is one certificate of a chain.
type Minted struct {
	// Name is what the recipe calls it.
	Name string
	// DER is the certificate as it is sent.
	DER []byte
	// Cert is the certificate as crypto/x509 reads it. Where crypto/x509 cannot read what
	// was broken on purpose, it is the certificate before it was.
	Cert *x509.Certificate
}

func (n *node) minted() Minted { return Minted{Name: n.name, DER: n.der, Cert: n.cert} }

// chain mints all that the recipe asks for.
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
	return c, b.revocation(c)
}

// makeRSAKeys begins to make the path's RSA keys at once, each of which can take a second, and
// returns a function that waits until none is in the making.
func (b *mint) makeRSAKeys() (wait func()) {
	var group sync.WaitGroup
	for _, name := range b.path {
		if b.keyType(name).isRSA() {
			group.Go(func() { b.key(name) }) // an error comes again when the key is used
		}
	}
	return group.Wait
}

// walk returns the names from a certificate to the one that signed itself.
func (b *mint) walk(name string) ([]string, error) {
	var path []string
	for {
		if slices.Contains(path, name) {
			return nil, fmt.Errorf("recipe: certificate %q issues itself by way of others", name)
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

// presentOthers gives the chain what a server needs in order to present the recipe's Others.
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

// CertificateOf returns one of the recipe's Others as a server presents it: with the
// intermediates that lead to its root, and its key.
func (c *Chain) CertificateOf(name string) (tls.Certificate, error) {
	t, ok := c.others[name]
	if !ok {
		return tls.Certificate{}, fmt.Errorf("the recipe of %s has no certificate %q among its others", c.Name, name)
	}
	return t, nil
}

// Leaf returns the certificate that the server presents.
func (c *Chain) Leaf() Minted { return c.Sent[0] }

// TLSCertificate returns what a server presents, for [tls.Config.Certificates]. The key
// need not be the certificate's.
func (c *Chain) TLSCertificate() tls.Certificate {
	t := tls.Certificate{PrivateKey: c.key, OCSPStaple: c.Staple}
	for _, m := range c.Sent {
		t.Certificate = append(t.Certificate, m.DER)
	}
	return t
}

// ClientCertificate returns what the client presents, and false if it has none.
func (c *Chain) ClientCertificate() (tls.Certificate, bool) {
	t := tls.Certificate{PrivateKey: c.clientKey}
	for _, m := range c.Client {
		t.Certificate = append(t.Certificate, m.DER)
	}
	return t, len(c.Client) > 0
}

// Anchors returns what a client is to trust; a server that asks for client certificates
// trusts the same.
func (c *Chain) Anchors() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, m := range c.Trusted {
		pool.AddCert(m.Cert)
	}
	return pool
}

// Verify checks the chain as crypto/x509 does: what the server sends, against what the
// client is to trust, for a host name or address, at a time. It sees neither staples and
// CRLs nor whether the server holds the right key.
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

// Due returns the time from which the chain is what its recipe wants it to be: later than
// [Config.At] if a certificate is to expire while it is served, else zero.
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

// spec returns what the recipe says of a certificate.
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

// HoldsKey reports whether the key that the server signs with is the leaf's.
func (c *Chain) HoldsKey() bool {
	public, ok := c.key.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(c.Leaf().Cert.PublicKey)
}

// issuedBy reports whether a certificate's names say that the other issued it.
func (m Minted) issuedBy(other Minted) bool {
	return bytes.Equal(m.Cert.RawIssuer, other.Cert.RawSubject)
}
