package pki

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	cflog "github.com/cloudflare/cfssl/log"
)

// Config decides every byte that a [Minter] mints.
type Config struct {
	// Seed is what all keys and serial numbers are derived from. It must not be empty.
	Seed string
	// At is the time around which certificates are valid, to the second.
	At time.Time
	// Soon is when certificates expire that are to expire while they are served.
	// Zero means 30 s after At.
	Soon time.Time
	// Responder is the URL, without a slash at its end, below which certificates say
	// that OCSP responses and CRLs are to be had. Empty means http://127.0.0.1:10000.
	Responder string
	// Refused is the URL, without a slash at its end, that takes Responder's place in
	// certificates whose responder or distribution point is to refuse connections: nothing
	// listens there. Empty means http://127.0.0.1:10500.
	Refused string
}

// DefaultResponder and DefaultRefused are where certificates say that revocation status is to
// be had, unless told otherwise: the places that the lab keeps with the default base port.
const (
	DefaultResponder = "http://127.0.0.1:10000"
	DefaultRefused   = "http://127.0.0.1:10500"
)

// Minter mints chains from one seed and time. It is safe for concurrent use.
type Minter struct {
	config Config

	mu   sync.Mutex
	keys map[string]*once[crypto.Signer] // by purpose
	root map[KeyType]*once[*node]        // the lab's roots, which chains share
}

// once is a value that is made when it is first asked for.
type once[T any] struct {
	sync.Once
	value T
	err   error
}

func (o *once[T]) get(make func() (T, error)) (T, error) {
	o.Do(func() { o.value, o.err = make() })
	return o.value, o.err
}

// cfssl says on stderr what it signs, at a level that is global to it.
var quietCFSSL = sync.OnceFunc(func() { cflog.Level = cflog.LevelFatal })

// New returns a Minter. It is an error if the seed is empty, or if a good chain would
// lie outside the years that X.509 can say.
func New(c Config) (*Minter, error) {
	if c.Seed == "" {
		return nil, errors.New("the seed is empty: give any text, and keep it to mint the same again")
	}
	c.At = c.At.UTC()
	if !c.At.Equal(c.At.Truncate(time.Second)) {
		return nil, fmt.Errorf("time %s has a fraction of a second, which X.509 cannot say", c.At.Format(time.RFC3339Nano))
	}
	if c.Soon.IsZero() {
		c.Soon = c.At.Add(30 * time.Second)
	}
	c.Responder = cmp.Or(c.Responder, DefaultResponder)
	c.Refused = cmp.Or(c.Refused, DefaultRefused)
	for _, t := range []time.Time{c.At, c.Soon, c.At.AddDate(-1, 0, 0), c.At.AddDate(11, 0, 0)} {
		if err := checkTime(t); err != nil {
			return nil, fmt.Errorf("minting around %s: %w", c.At.Format(time.RFC3339), err)
		}
	}
	quietCFSSL()
	return &Minter{config: c, keys: map[string]*once[crypto.Signer]{}, root: map[KeyType]*once[*node]{}}, nil
}

// Config returns what the Minter was made with, its defaults filled in.
func (m *Minter) Config() Config { return m.config }

// Mint mints what the recipe says. The name, a scenario's ID, goes into keys and serial
// numbers: the same name, recipe and [Config] give the same bytes.
func (m *Minter) Mint(name string, r Recipe) (*Chain, error) {
	chain, err := newMint(m, name, r).chain()
	if err != nil {
		return nil, fmt.Errorf("minting %s: %w", name, err)
	}
	return chain, nil
}

// node is a certificate of a chain, with its key.
type node struct {
	name string
	cert *x509.Certificate
	// DER differs from cert.Raw where crypto/x509 cannot parse what was made: then cert
	// is the certificate before the last step.
	der []byte
	key crypto.Signer
}

// mint is one chain in the making: its certificates by name.
type mint struct {
	*Minter
	name    string
	recipe  Recipe
	specs   map[string]Certificate
	path    []string // from leaf to root
	nodes   map[string]*node
	pending map[string]bool
	clash   []string // names of Others that are empty or taken
}

func newMint(m *Minter, name string, r Recipe) *mint {
	if r.Intermediates == nil {
		r.Intermediates = []Certificate{{}}
	}
	b := &mint{Minter: m, name: name, recipe: r, specs: map[string]Certificate{}, nodes: map[string]*node{}, pending: map[string]bool{}}
	r.Root.Profile = cmp.Or(r.Root.Profile, ProfileRoot)
	b.specs["root"] = r.Root
	issuer := "root"
	for i, c := range slices.Backward(r.Intermediates) {
		name := intermediateName(i, len(r.Intermediates))
		c.Profile = cmp.Or(c.Profile, ProfileIntermediate)
		c.Issuer = cmp.Or(c.Issuer, issuer)
		if len(r.Intermediates) > 1 { // of one name they would count as self-issued (RFC 5280, section 6.1)
			c.CommonName = cmp.Or(c.CommonName, fmt.Sprintf("%s %d", commonNames[c.Profile], i+1))
		}
		b.specs[name], issuer = c, name
	}
	ends := map[string]Certificate{"leaf": r.Leaf}
	if r.Client != nil {
		ends["client"] = *r.Client
	}
	for name, c := range ends {
		c.Profile = cmp.Or(c.Profile, map[string]Profile{"leaf": ProfileServer, "client": ProfileClient}[name])
		c.Issuer = cmp.Or(c.Issuer, issuer)
		b.specs[name] = c
	}
	for _, c := range r.Others {
		if _, taken := b.specs[c.Name]; taken || c.Name == "" {
			b.clash = append(b.clash, c.Name)
		}
		c.Profile = cmp.Or(c.Profile, ProfileServer)
		b.specs[c.Name] = c
	}
	return b
}

func intermediateName(i, n int) string {
	if n == 1 {
		return "intermediate"
	}
	return fmt.Sprintf("intermediate-%d", i+1)
}

// check refuses what no mint can make sense of, before anything is signed.
func (b *mint) check() error {
	if len(b.clash) > 0 {
		return fmt.Errorf("recipe: entries of others need names of their own: %q will not do", b.clash)
	}
	if b.recipe.Send != nil && len(b.recipe.Send) == 0 {
		return errors.New("recipe: it sends nothing: leave send out for the leaf and its intermediates")
	}
	for _, list := range [][]string{b.recipe.Send, b.recipe.Trust} {
		for _, name := range list {
			if _, ok := b.specs[name]; !ok {
				return fmt.Errorf("recipe: there is no certificate %q to send or to trust", name)
			}
		}
	}
	for name, c := range b.specs {
		for _, other := range []string{c.Issuer, c.Of} {
			if _, ok := b.specs[other]; other != "" && !ok {
				return fmt.Errorf("recipe: certificate %q refers to %q, which there is not", name, other)
			}
		}
		if c.Of != "" && b.specs[c.Of].Of != "" {
			return fmt.Errorf("recipe: certificate %q is of %q, which has no subject and key of its own", name, c.Of)
		}
	}
	return b.checkRevocation()
}

// get mints a certificate, those that issue it first.
func (b *mint) get(name string) (*node, error) {
	if n := b.nodes[name]; n != nil {
		return n, nil
	}
	if b.pending[name] {
		return nil, fmt.Errorf("recipe: certificate %q issues itself by way of others", name)
	}
	b.pending[name] = true
	n, err := b.make(name)
	if err != nil {
		return nil, fmt.Errorf("certificate %q: %w", name, err)
	}
	b.nodes[name] = n
	return n, nil
}

func (b *mint) make(name string) (*node, error) {
	if name == "root" && b.recipe.Root.isZero() {
		return b.labRoot(b.keyType("root"))
	}
	return b.sign(name, b.name)
}

// labRoot returns the root that chains share: one for each type of key.
func (b *mint) labRoot(k KeyType) (*node, error) {
	b.mu.Lock()
	o := b.root[k]
	if o == nil {
		o = new(once[*node])
		b.root[k] = o
	}
	b.mu.Unlock()
	return o.get(func() (*node, error) {
		lab := newMint(b.Minter, "lab", Recipe{Key: k})
		return lab.sign("root", "lab")
	})
}

// isZero reports whether a recipe says nothing of a certificate but what its place is.
func (c Certificate) isZero() bool {
	return c.Key == "" && c.isDefault()
}

func (b *mint) keyType(name string) KeyType {
	c := b.specs[name]
	if c.Of != "" {
		return b.keyType(c.Of)
	}
	return cmp.Or(c.Key, cmp.Or(b.recipe.Key, ECDSAP256))
}

// key returns the key of that name: a certificate's, or one that no certificate has. RSA
// keys are slow to make, so that those of one size and place are the same in all chains;
// others belong to one chain.
func (b *mint) key(name string) (crypto.Signer, error) {
	c, known := b.specs[name]
	if known && c.Of != "" {
		return b.key(c.Of)
	}
	kind := cmp.Or(b.recipe.Key, ECDSAP256)
	if known {
		kind = b.keyType(name)
	}
	owner := b.name
	if kind.isRSA() || name == "root" && b.recipe.Root.isZero() {
		owner = "lab"
	}
	purpose := strings.Join([]string{"key", owner, name, string(kind)}, " ")
	b.mu.Lock()
	o := b.keys[purpose]
	if o == nil {
		o = new(once[crypto.Signer])
		b.keys[purpose] = o
	}
	b.mu.Unlock()
	return o.get(func() (crypto.Signer, error) {
		secret, err := b.config.derive(purpose, 48)
		if err != nil {
			return nil, err
		}
		return newKey(kind, secret)
	})
}

// serial returns a certificate's serial number: positive and of 16 octets (RFC 5280,
// section 4.1.2.2, allows 20). Kind of key and dates go into it, as one issuer name must not have
// one number twice: the lab's roots share a name, and a seed is used on many days.
func (b *mint) serial(owner, name string, notBefore, notAfter time.Time) (*big.Int, error) {
	raw, err := b.config.derive(fmt.Sprintf("serial %s %s %s %d %d", owner, name, b.keyType(name), notBefore.Unix(), notAfter.Unix()), 16)
	if err != nil {
		return nil, err
	}
	raw[0] = raw[0]&0x7f | 0x40
	return new(big.Int).SetBytes(raw), nil
}
