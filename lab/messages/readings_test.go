package messages

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/messages/phrases"
	"example.com/tlslab/scenarios/failure"
)

// TestSourcesExist checks that the sources which phrases and codes are taken for exist.
func TestSourcesExist(t *testing.T) {
	exists := func(name string) bool {
		return slices.ContainsFunc(sources, func(s *Source) bool { return s.Name == name })
	}
	for _, p := range phrases.All() {
		assert.True(t, p.Source == "" || exists(p.Source), "%q: no source %q", p.Text, p.Source)
	}
	for space, name := range ofSpace {
		assert.True(t, exists(name), "%s: no source %q", space, name)
	}
}

// TestRecogniseCodes checks messages of programs that no rule knows, which clients under test may print.
func TestRecogniseCodes(t *testing.T) {
	for message, want := range map[string]failure.Class{
		"myclient: verification failed: NSS error -8172 (SEC_ERROR_UNTRUSTED_ISSUER)": failure.Untrusted,
		"myclient: handshake: mbedtls_ssl_handshake returned -0x6980":                 failure.NoSharedCipher,
		"myclient: SSPI: 0x80090328":                                                  failure.Expired,
		"tls: alert read: fatal: protocol version":                                    failure.ProtocolVersion,
		"myclient: exit status 35":                                                    "",
	} {
		_, class := Recognise(message)
		assert.Equal(t, want, class, message)
	}
}

// TestStrongest checks that the reading that tells most counts, wherever it stands.
func TestStrongest(t *testing.T) {
	r, ok := Strongest(Readings("curl: (35) error:0A000410:SSL routines::sslv3 alert handshake failure\n"+
		"error:0A00018A:SSL routines::dh key too small", false, true))
	assert.True(t, ok)
	assert.Equal(t, []failure.Class{failure.WeakDH}, r.Classes)
	_, ok = Strongest(Readings("all is well", false, true))
	assert.False(t, ok)
}
