package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// Switches are the settings that people reach for to make a TLS error go away. None of them fixes it.
type Switches struct {
	// All turn off the verification of the server's certificate.
	All []string
	// Host turn off only the check of its name.
	Host []string
	// Weak allow old versions, cipher suites, keys and digests again.
	Weak []string
}

// openSSLWeak are the Weak switches of programs that read OpenSSL's configuration.
var openSSLWeak = []string{"DEFAULT:@SECLEVEL=0", "Options = UnsafeLegacyServerConnect"}

// Weakened are the classes for which people lower a library's security level.
var Weakened = []failure.Class{
	failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure, failure.WeakDH, failure.WeakKey,
	failure.WeakSignature, failure.LegacyRenegotiation,
}

// ForClass returns the switches that people reach for when they meet a class of failure, the likeliest first.
func (s Switches) ForClass(c failure.Class) []string {
	info, _ := failure.Lookup(c)
	list := slices.Clone(s.All)
	switch {
	case slices.Contains(Weakened, c):
		list = slices.Concat(s.Weak, s.All)
	case c == failure.HostnameMismatch:
		list = slices.Concat(s.Host, s.All)
	case info.Group == "wire" && c != failure.NotTLS:
		list = nil // no switch changes it
	}
	var out []string
	for _, name := range list {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
