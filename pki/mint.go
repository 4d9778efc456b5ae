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

// Config determines every byte that a [Minter] mints.
type Config struct {
	// Seed is the secret from which all keys and serial numbers are derived. It must not be empty.
	Seed string
	// At is the time around which certificates are valid. Its precision is one second.
	At time.Time
	// Soon is the expiry time of certificates that expire while they are served. Zero means 30 s after At.
	Soon time.Time
	// Responder is the base URL, without a trailing slash, of the OCSP responses and CRLs that certificates
	// point to. Empty means [DefaultResponder].
	Responder string
	// Refused is a base URL, without a trailing slash, where nothing listens. It replaces Responder in
	// certificates whose responder or distribution point must refuse connections. Empty means
	// [DefaultRefused].
	Refused string
}

// DefaultResponder and DefaultRefused are the defaults of [Config.Responder] and [Config.Refused]. They match
// the lab's default base port.
const (
	DefaultResponder = "http://127.0.0.1:10000"
	DefaultRefused   = "http://127.0.0.1:10500"
)

// Minter mints chains from one seed and time. It is safe for concurrent use.
type Minter struct {
	config Config

	mu   sync.Mutex
	keys map[string]*once[crypto.Signer] // by purpose
	root map[KeyType]*once[*node]        // the lab's roots, shared by chains
}

// once holds a value that is made on first use.
type once[T any] struct {
	sync.Once
	value T
	err   error
}

func (o *once[T]) get(make func() (T, error)) (T, error) {
	o.Do(func() { o.value, o.err = make() })
	return o.value, o.err
}

// cfssl logs everything it signs to stderr, at a global log level.
var quietCFSSL = sync.OnceFunc(func() { cflog.Level = cflog.LevelFatal })

// New returns a Minter. It is an error if the seed is empty, or if a good chain would lie outside the years
// that X.509 can express.
func New(c Config) (*Minter, error) {
	if c.Seed == "" {
		return nil, errors.New("the seed is empty: use any text, and the same text to mint the same again")
	}
	c.At = c.At.UTC()
	if !c.At.Equal(c.At.Truncate(time.Second)) {
		return nil, fmt.Errorf("time %s has a fraction of a second, which X.509 cannot express",
			c.At.Format(time.RFC3339Nano))
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

// Config returns the Minter's configuration, with defaults filled in.
func (m *Minter) Config() Config { return m.config }

// Mint mints the recipe's chain. The name, a scenario's ID, goes into keys and serial numbers. The same name,
// recipe and [Config] give the same bytes.
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
	// der differs from cert.Raw if crypto/x509 cannot parse it. Then cert is the certificate before finish
	// changed it.
	der []byte
	key crypto.Signer
	odd bool // crypto/x509 cannot parse der
}

// mint is the state of minting one chain.
type mint struct {
	*Minter
	name    string
	recipe  Recipe
	specs   map[string]Certificate
	path    []string // from leaf to root
	nodes   map[string]*node
	pending map[string]bool
	clash   []string // names of Others that are empty or already taken
}

func newMint(m *Minter, name string, r Recipe) *mint {
	if r.Intermediates == nil {
		r.Intermediates = []Certificate{{}}
	}
	b := &mint{
		Minter: m, name: name, recipe: r,
		specs: map[string]Certificate{}, nodes: map[string]*node{}, pending: map[string]bool{},
	}
	r.Root.Profile = cmp.Or(r.Root.Profile, ProfileRoot)
	b.specs["root"] = r.Root
	issuer := "root"
	for i, c := range slices.Backward(r.Intermediates) {
		name := intermediateName(i, len(r.Intermediates))
		c.Profile = cmp.Or(c.Profile, ProfileIntermediate)
		c.Issuer = cmp.Or(c.Issuer, issuer)
		if len(r.Intermediates) > 1 { // with equal names they would count as self-issued (RFC 5280, section 6.1)
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

// check rejects recipes that make no sense, before anything is signed.
func (b *mint) check() error {
	if len(b.clash) > 0 {
		return fmt.Errorf("recipe: others need unique, non-empty names: not %q", b.clash)
	}
	if b.recipe.Send != nil && len(b.recipe.Send) == 0 {
		return errors.New("recipe: send is empty: omit it to send the leaf and its intermediates")
	}
	for _, list := range [][]string{b.recipe.Send, b.recipe.Trust} {
		for _, name := range list {
			if _, ok := b.specs[name]; !ok {
				return fmt.Errorf("recipe: no certificate %q to send or trust", name)
			}
		}
	}
	for name, c := range b.specs {
		for _, other := range []string{c.Issuer, c.Of} {
			if _, ok := b.specs[other]; other != "" && !ok {
				return fmt.Errorf("recipe: certificate %q refers to %q, which does not exist", name, other)
			}
		}
		if c.Of != "" && b.specs[c.Of].Of != "" {
			return fmt.Errorf("recipe: certificate %q shares the key of %q, which itself shares another's", name, c.Of)
		}
	}
	return b.checkRevocation()
}

// get returns a certificate. It mints it and its issuers if necessary.
func (b *mint) get(name string) (*node, error) {
	if n := b.nodes[name]; n != nil {
		return n, nil
	}
	if b.pending[name] {
		return nil, fmt.Errorf("recipe: certificate %q is its own issuer, through other certificates", name)
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

// labRoot returns the root that chains share, one for each key type.
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

// isZero reports whether the recipe leaves the certificate at its defaults.
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

// key returns the key with that name, which may belong to no certificate. RSA keys are slow to generate, so
// all chains share RSA keys of the same size and place. Other keys belong to one chain.
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

// serial returns a certificate's serial number, positive and of 16 octets (RFC 5280, section 4.1.2.2, allows
// 20). The key type and the dates go into it because an issuer must not use a number twice: the lab's roots
// share a name, and a seed is used on many days.
func (b *mint) serial(owner, name string, notBefore, notAfter time.Time) (*big.Int, error) {
	purpose := fmt.Sprintf("serial %s %s %s %d %d", owner, name, b.keyType(name), notBefore.Unix(), notAfter.Unix())
	raw, err := b.config.derive(purpose, 16)
	if err != nil {
		return nil, err
	}
	raw[0] = raw[0]&0x7f | 0x40
	return new(big.Int).SetBytes(raw), nil
}
