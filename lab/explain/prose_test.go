package explain_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// code matches what is the same in every language: code between backquotes, options, IDs and constants.
var code = regexp.MustCompile("`[^`]+`|\\B--?[a-z][a-z0-9_-]+|\\b[A-Z][A-Z0-9]+_[A-Z0-9_]+\\b|\\b[a-z]+[A-Z]\\w+\\b")

// TestProseIsWhole checks that the prose of every class is complete in each language, with the same causes, commands
// and code, and in the script of the language.
func TestProseIsWhole(t *testing.T) {
	for _, info := range failure.All() {
		for _, stack := range append(messages.Stacks(), "nginx", "mongod", "dotnet", "none") {
			f := explain.Finding{
				Class: info.Class, Stacks: []string{stack}, Host: "api.example.com",
				Server: stack == "nginx" || stack == "mongod",
			}
			var codes, shape []string
			for _, l := range lang.All() {
				p := f.Prose(l)
				where := fmt.Sprintf("%s of %s in %s", info.Class, stack, l)
				require.NotEmpty(t, p.Means, where)
				require.NotEmpty(t, p.Causes, where)
				require.NotEmpty(t, p.Fix, where)
				require.NotEmpty(t, p.NoFix.Why, where)
				all := []string{p.Means, p.Fix, p.NoFix.Why, p.Here}
				var commands []string
				for _, c := range p.Causes {
					require.NotEmpty(t, c.Text, where)
					require.NotEmpty(t, c.Tell, "%s: %s", where, c.Text)
					commands = append(commands, fmt.Sprint(len(c.Commands)))
					commands = append(commands, c.Commands...)
					all = append(all, c.Text, c.Tell)
				}
				text := strings.Join(all, "\n")
				assert.Equal(t, l == lang.Chinese, strings.ContainsFunc(text, func(r rune) bool {
					return unicode.Is(unicode.Han, r)
				}), where)
				assert.NotContains(t, strings.Join(commands, "\n"), "{", where)
				found := code.FindAllString(text, -1)
				slices.Sort(found)
				found = slices.Compact(found)
				if codes == nil {
					codes, shape = found, commands
					continue
				}
				assert.Equal(t, codes, found, where)
				assert.Equal(t, shape, commands, where)
			}
		}
	}
}

// TestScenariosExist checks that every class is reproduced by existing scenarios that are about it.
func TestScenariosExist(t *testing.T) {
	for _, message := range []string{
		"curl: (60) SSL certificate problem: certificate has expired",
		"javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure",
		"pymongo.errors.ServerSelectionTimeoutError: db:27017: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify " +
			"failed: self-signed certificate (_ssl.c:1006)",
	} {
		r := explain.Read(message)
		require.Len(t, r.Findings, 1, message)
		require.NotEmpty(t, r.Findings[0].Scenarios, message)
	}
	for _, f := range fields(t, "testdata/elsewhere.txt") {
		for _, found := range explain.Read(f[2]).Findings {
			if found.Cause != "" {
				continue // whose scenarios are those of the cause, if it has any
			}
			assert.NotEmpty(t, found.Scenarios, f[2])
			for _, id := range found.Scenarios {
				s, ok := scenarios.Lookup(id)
				if assert.True(t, ok, "%s: no scenario %s", f[2], id) && found.Class != "" {
					said := slices.Contains(s.Expect.Failures, found.Class)
					for _, k := range s.Known {
						said = said || slices.Contains(k.Failures, found.Class)
					}
					assert.True(t, said, "%s: %s is not about %s", f[2], id, found.Class)
				}
			}
		}
	}
}

// TestSwitchesAreNamed checks that the popular ways around each stack's checks are named as no fix.
func TestSwitchesAreNamed(t *testing.T) {
	for stack, want := range map[string]string{
		"python": "CERT_NONE", "requests": "verify=False", "pymongo": "tlsInsecure=true",
		"node": "NODE_TLS_REJECT_UNAUTHORIZED=0", "go": "InsecureSkipVerify: true",
		"java": "a trust-all X509TrustManager", "curl": "curl -k", "wget": "--no-check-certificate",
	} {
		f := explain.Finding{Class: failure.Untrusted, Stacks: []string{stack}}
		assert.Contains(t, strings.Join(f.Prose(lang.English).NoFix.Switches, "\n"), want, stack)
	}
	for _, stack := range messages.Stacks() {
		f := explain.Finding{Class: failure.HostnameMismatch, Stacks: []string{stack}}
		assert.NotEmpty(t, f.Prose(lang.English).NoFix.Switches, stack)
		assert.NotEmpty(t, f.Prose(lang.English).Here, stack)
	}
	weak := explain.Finding{Class: failure.ProtocolVersion, Stacks: []string{"python"}}
	assert.Contains(t, strings.Join(weak.Prose(lang.English).NoFix.Switches, "\n"), "@SECLEVEL=0")
}
