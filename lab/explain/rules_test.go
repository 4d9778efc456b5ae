package explain

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// messagesOf returns the messages of a file in testdata, which are its third column.
func messagesOf(t *testing.T, name string) []string {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	var list []string
	for line := range strings.Lines(string(data)) {
		if parts := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(parts) == 3 && line[0] != '#' {
			list = append(list, parts[2])
		}
	}
	return list
}

// TestEveryRuleDecides checks that each rule of this package decides a message in testdata, and that the classes that
// it names exist. A rule without a message is a guess.
func TestEveryRuleDecides(t *testing.T) {
	decided := map[string]bool{}
	for _, name := range []string{"testdata/elsewhere.txt", "testdata/documents.txt"} {
		for _, message := range messagesOf(t, name) {
			for _, f := range Read(message).Findings {
				decided[f.Words] = true
			}
		}
	}
	for name, list := range map[string][]rule{
		"fromClients": fromClients, "ofServers": ofServers, "ofClients": ofClients, "insteadOfRecord": insteadOfRecord,
		"inTheClear": inTheClear, "untold": untold,
	} {
		for _, r := range list {
			decides := slices.ContainsFunc(r.words, func(w string) bool { return decided[w] })
			assert.True(t, decides, "%s: no message is decided by the rule of %q", name, r.words)
			for _, class := range append(slices.Clone(r.possible), r.class) {
				_, ok := failure.Lookup(class)
				assert.True(t, ok || class == "", "%s: %q is not a class", name, class)
			}
		}
	}
}

// TestProtocols checks that commands can be given for each protocol that a source speaks, and that a driver's failures
// are reproduced with the scenarios behind its own protocol.
func TestProtocols(t *testing.T) {
	for _, s := range messages.Sources() {
		if s.Service == "" {
			continue
		}
		assert.NotZero(t, protocols[s.Service].port, "%s speaks %s", s.Name, s.Service)
		f := Finding{Stacks: []string{s.Name}}
		assert.Equal(t, s.Service, f.service(), s.Name)
		want := scenarios.HTTPS
		if served := scenarios.Service(s.Service); slices.Contains(scenarios.Services(), served) && !isServer(s.Name) {
			want = served
		}
		assert.Equal(t, want, f.catalogue()[0].Service, s.Name)
	}
	assert.Empty(t, Finding{Stacks: []string{"pymongo", "python"}}.service(), "they speak two")
	assert.Equal(t, scenarios.HTTPS, Finding{}.catalogue()[0].Service)
}
