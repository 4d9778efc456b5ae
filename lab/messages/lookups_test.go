package messages_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// TestLookups checks that the words of failed lookups mean the same in every program, whether or not the program is
// known, and that each rule for them fits a message.
func TestLookups(t *testing.T) {
	data, err := os.ReadFile("testdata/lookups.txt")
	require.NoError(t, err)
	met := map[messages.Rule]bool{}
	n := 0
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		stack, message, ok := strings.Cut(strings.ReplaceAll(strings.TrimRight(line, "\n"), `\n`, "\n"), "\t")
		require.True(t, ok, line)
		n++
		by, class := messages.Recognise(message)
		assert.Equal(t, failure.NameResolution, class, "%s: %s", by, message)
		if stack != "-" {
			assert.Contains(t, messages.Stacks(), stack)
			assert.Equal(t, failure.NameResolution, messages.Classify(stack, message), message)
		}
		for _, r := range messages.Lookups {
			met[r] = met[r] || strings.Contains(message, r.Contains)
		}
	}
	for _, r := range messages.Lookups {
		assert.True(t, met[r], "no message has %q", r.Contains)
	}
	t.Logf("%d messages", n)
	assert.Greater(t, n, 40)
}

// TestLookupIsNoConnection checks that words about connections are not taken for those of lookups, and the other way
// round.
func TestLookupIsNoConnection(t *testing.T) {
	for _, c := range []struct {
		message string
		want    failure.Class
	}{
		{"dial tcp 192.0.2.1:443: connect: connection refused", failure.ConnectionRefused},
		{"dial tcp 192.0.2.1:443: i/o timeout", failure.Timeout},
		{
			"dial tcp: lookup a.example on 192.0.2.1:53: read udp 10.0.0.1:3->192.0.2.1:53: i/o timeout",
			failure.NameResolution,
		},
	} {
		assert.Equal(t, c.want, messages.Classify("go", c.message), c.message)
	}
}
