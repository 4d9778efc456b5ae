package assess

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestOwnWords checks that messages about a failure are compared without their places.
func TestOwnWords(t *testing.T) {
	for message, want := range map[string]string{
		"the certificate is for another host than localhost": "the certificate is for another host than",
		"cannot connect to 127.0.0.1:40123":                  "cannot connect to",
		"https://foo.tlslab.test:40123/: refused.":           "refused",
		"2026-11-22T13:00:00Z [client] refused":              "[client] refused",
		"无法连接https://localhost:40123/，证书不对":                  "无法连接 ，证书不对",
		"127.0.0.1:40123":               "",
		"exit status 1, with no output": "",
	} {
		assert.Equal(t, want, ownWords(message), message)
	}
}
