package explain_test

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios/failure"
)

// distinct returns the messages of the record, once for each stack and class.
func distinct(t *testing.T) []result.Message {
	messages, err := result.Messages(result.Recorded())
	require.NoError(t, err)
	done := map[string]bool{}
	return slices.DeleteFunc(messages, func(m result.Message) bool {
		key := m.Stack + "\x00" + string(m.Class) + "\x00" + m.Message
		seen := done[key]
		done[key] = true
		return seen
	})
}

// finer are messages about which explain says more than the class by which the matrix judges them: the text that they
// contain, and their possible classes.
var finer = map[string]string{
	// curl has the same words for a file of roots that is missing, that is empty, and that is not PEM.
	"curl: (77) error setting certificate file": "missing-file,bad-pem",
}

// asJudged reports whether a report has the class by which the matrix judges a message, or the classes in finer.
func asJudged(r explain.Report, message, class string) bool {
	for words, want := range finer {
		if strings.Contains(message, words) {
			return classes(r) == want
		}
	}
	return classes(r) == class
}

// TestRecord checks that every message that the lab has recorded is explained as it was judged, without being told who
// wrote it. If the class was told by the alert that the server saw, the message alone does not tell it: then that is
// said, and the class is among the possible ones.
func TestRecord(t *testing.T) {
	told, untold := 0, 0
	for _, m := range distinct(t) {
		r := explain.Read(m.Message)
		if !assert.Len(t, r.Findings, 1, "%s: %s", m.Stack, m.Message) {
			continue
		}
		f := r.Findings[0]
		if m.FromAlert {
			untold++
			assert.Empty(t, f.Class, "%s: %s", m.Stack, m.Message)
			assert.Contains(t, f.Possible, m.Class, "%s: %s", m.Stack, m.Message)
		} else {
			told++
			assert.True(
				t, asJudged(r, m.Message, string(m.Class)), "%s: %s: %s in place of %s", m.Stack, m.Message, classes(r),
				m.Class,
			)
		}
		assert.NotEmpty(t, f.Scenarios, m.Message)
	}
	t.Logf("%d messages explained as their class, %d said not to tell it", told, untold)
	require.NotZero(t, told)
}

// TestRulesInALog checks that the rules recognise every recorded message in a line of a log: after a time and a logger,
// with another host, between unrelated lines. Messages that cannot be recognised, because nothing in them is about TLS
// or a client's connection, are listed in testdata/alone.txt, which lists no others.
func TestRulesInALog(t *testing.T) {
	elsewhere := strings.NewReplacer(
		"'localhost'", "'api.example.com'", ":LINE", ":1006", "0xADDRESS", "0x7f3b2c1d2e50", "TIME",
		"2026-11-22T10:00:00Z", ":PORT", ":8443", "=PORT", "=8443", " PORT", " 8443", "localhost", "api.example.com",
	)
	alone := map[string]bool{}
	for _, f := range fields(t, "testdata/alone.txt") {
		alone[strings.Join(f, "\t")] = true
	}
	known := 0
	for _, m := range distinct(t) {
		r := explain.Read("2026-11-22 10:00:00,123 INFO app.main starting\n" +
			"2026-11-22 10:00:01,456 ERROR app.fetch request failed: " + elsewhere.Replace(m.Message) + "\n" +
			"2026-11-22 10:00:02,000 INFO app.main retrying in 5 s\n")
		line := m.Stack + "\t" + string(m.Class) + "\t" + strings.ReplaceAll(m.Message, "\n", `\n`)
		ok := len(r.Findings) == 1 && (asJudged(r, m.Message, string(m.Class)) ||
			m.FromAlert && r.Findings[0].Class == "" && slices.Contains(r.Findings[0].Possible, m.Class))
		if alone[line] {
			assert.False(t, ok, "recognised by now, yet listed in testdata/alone.txt: %s", line)
		} else if assert.True(t, ok, "not recognised in a log, nor listed in testdata/alone.txt: %s", line) {
			known++
		} else {
			for _, f := range r.Findings {
				t.Logf("it is taken for %s %v by %q", f.Class, f.Possible, f.Words)
			}
		}
		delete(alone, line)
	}
	assert.Empty(t, alone, "testdata/alone.txt lists messages that are not in the record")
	t.Logf("%d messages recognised in a log", known)
}

// TestRuleMessages checks that the messages by which the rules of lab/messages are tested have the same class here.
// They come from more clients than the record.
func TestRuleMessages(t *testing.T) {
	n := 0
	for _, stack := range messages.Stacks() {
		f, err := os.Open(filepath.Join("..", "messages", "testdata", stack+".txt"))
		require.NoError(t, err)
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			class, message, ok := strings.Cut(lines.Text(), "\t")
			if !ok || failure.Class(class) == messages.Untold {
				continue
			}
			n++
			r, err := explain.ReadFrom(t.Context(), strings.NewReader(
				strings.ReplaceAll(message, `\n`, "\n"),
			), explain.Options{
				Client: stack,
			})
			require.NoError(t, err)
			assert.True(t, asJudged(r, message, class), "%s: %s: %s in place of %s", stack, message, classes(r), class)
		}
	}
	t.Logf("%d messages", n)
}
