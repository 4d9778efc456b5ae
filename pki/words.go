package pki

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/cloudflare/cfssl/config"
)

// Words returns the key types that a recipe can ask for.
func (KeyType) Words() []string { return sorted(keyTypes) }

// Words returns the kinds of certificates.
func (Profile) Words() []string { return sorted(usages) }

// Words returns the statuses.
func (Status) Words() []string {
	return []string{string(StatusGood), string(StatusRevoked), string(StatusUnknown), string(StatusTryLater)}
}

// Words returns the outages.
func (Outage) Words() []string { return sorted(outages) }

// UsageWords returns the words of [Certificate.Usages].
func UsageWords() []string {
	words := append(sorted(config.KeyUsage), sorted(config.ExtKeyUsage)...)
	slices.Sort(words)
	return slices.Compact(words)
}

// ExtensionWords returns the extensions that [Certificate.NonCritical] can list.
func ExtensionWords() []string { return sorted(extensionIDs) }

// OmitWords returns what [Certificate.Omit] can list.
func OmitWords() []string { return append(ExtensionWords(), "commonName", "subject") }

// Names returns the names of the recipe's certificates: those of its path from the root down, the client's, and the
// others'.
func (r Recipe) Names() []string {
	if r.Intermediates == nil {
		r.Intermediates = make([]Certificate, 1)
	}
	names := []string{"root"}
	for i := range slices.Backward(r.Intermediates) {
		names = append(names, intermediateName(i, len(r.Intermediates)))
	}
	names = append(names, "leaf")
	if r.Client != nil {
		names = append(names, "client")
	}
	for _, c := range r.Others {
		names = append(names, c.Name)
	}
	return names
}

// Permitted reports whether the lab's own root may issue for a host, which is a name or an address. Its name
// constraints permit the names that RFC 2606 and RFC 6761 reserve, and all addresses.
func Permitted(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return slices.ContainsFunc(permitted, func(name string) bool {
		domain := strings.TrimPrefix(name, "DNS:")
		return host == domain || strings.HasSuffix(host, "."+domain)
	})
}

func sorted[K ~string, V any](m map[K]V) []string {
	var words []string
	for k := range m {
		words = append(words, string(k))
	}
	slices.Sort(words)
	return words
}
