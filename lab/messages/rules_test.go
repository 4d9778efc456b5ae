package messages_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// recorded returns the messages that clients of a stack were seen to write, with their classes. They are in
// testdata/STACK.txt, one per line: class, tab, message. go test ./lab -run TestCatalogue -record writes them, with
// words in place of what changes from run to run (ports, times, memory addresses).
func recorded(t *testing.T, stack string) [][2]string {
	f, err := os.Open(filepath.Join("testdata", stack+".txt"))
	require.NoError(t, err)
	defer f.Close()
	var list [][2]string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		class, message, ok := strings.Cut(lines.Text(), "\t")
		require.True(t, ok, "line %q has no tab", lines.Text())
		list = append(list, [2]string{class, strings.ReplaceAll(message, `\n`, "\n")})
	}
	require.NoError(t, lines.Err())
	return list
}

// TestRulesOnRecordedMessages checks that every recorded message has its class, and that every rule decides a message.
// A rule without a message is a guess.
func TestRulesOnRecordedMessages(t *testing.T) {
	decided := map[messages.Rule]bool{}
	for _, stack := range messages.Stacks() {
		for _, line := range recorded(t, stack) {
			class, message := failure.Class(line[0]), line[1]
			assert.Equal(t, class, messages.Classify(stack, message), "%s: %q", stack, message)
			for _, r := range messages.Rules(stack) {
				if strings.Contains(message, r.Contains) {
					decided[r] = true
					break
				}
			}
		}
	}
	for _, stack := range messages.Stacks() {
		for _, r := range messages.Rules(stack) {
			assert.True(t, decided[r], "%s: no recorded message is decided by the rule %+v", stack, r)
		}
	}
}

// TestRulesNameClasses checks that rules name existing classes.
func TestRulesNameClasses(t *testing.T) {
	for _, stack := range messages.Stacks() {
		for _, r := range messages.Rules(stack) {
			_, ok := failure.Lookup(r.Class)
			assert.True(t, ok || r.Class == messages.Untold, "%s: rule %+v names an unknown class", stack, r)
		}
	}
}

func TestClassifyUnknown(t *testing.T) {
	for _, stack := range append(messages.Stacks(), "no such stack") {
		require.Empty(t, messages.Classify(stack, "the moon is in the wrong house"))
	}
}

func FuzzClassify(f *testing.F) {
	for _, stack := range messages.Stacks() {
		f.Add(stack, "certificate has expired")
	}
	f.Fuzz(func(t *testing.T, stack, message string) {
		if c := messages.Classify(stack, message); c != "" && c != messages.Untold {
			_, ok := failure.Lookup(c)
			assert.True(t, ok, "classified as %q, which is not a class", c)
		}
	})
}
