package clients_test

import (
	"slices"
	"strings"
	"testing"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/needs"
)

// requireStack skips or fails the test if the set lacks a stack or a version of it: "python3.8".
func requireStack(t *testing.T, s *clients.Set, name string, ok bool) {
	t.Helper()
	why := "not found"
	for _, m := range s.Missing {
		if strings.TrimRight(name, "0123456789.") == m.Stack { // python3.8
			why = m.Reason.Text
		}
	}
	needs.Stack(t, name, ok, why)
}

func TestStacks(t *testing.T) {
	set := discoverAll(t)
	names := []string{"go", "curl", "openssl", "node", "python", "gnutls-cli", "wget", "pyopenssl", "java", "pymongo",
		"pymongo-ocsp", "mongo-node", "mongo-go", "requests", "urllib3", "httpx", "aiohttp", "fetch", "axios",
		"cryptography", "reqwest-rustls", "reqwest-native-tls", "ruby", "perl", "php", "chromium", "okhttp",
		"mongo-java", "deno", "bun"}
	for _, version := range []string{"2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"} {
		names = append(names, "python"+version)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			requireStack(t, set, name, slices.ContainsFunc(set.Clients, func(c *clients.Client) bool {
				return c.Stack == name || strings.HasPrefix(c.Stack+c.Version+".", name+".")
			}))
		})
	}
}
