package explain_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/explain"
)

// interleaved is a log of testdata/threads.txt, with what it is about.
type interleaved struct {
	name string
	want []string
	log  strings.Builder
}

func interleavedLogs(t *testing.T) (list []*interleaved) {
	data, err := os.ReadFile("testdata/threads.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		if name, ok := strings.CutPrefix(line, "== "); ok {
			list = append(list, &interleaved{name: name})
		} else if want, ok := strings.CutPrefix(line, "> "); ok {
			last := list[len(list)-1]
			last.want = append(last.want, want)
		} else if line != "" && line[0] != '#' {
			list[len(list)-1].log.WriteString(line + "\n")
		}
	}
	return list
}

// summary returns a report in the notation of testdata/threads.txt.
func summary(r explain.Report) (list []string) {
	for _, f := range r.Findings {
		s := string(f.Class)
		if s == "" {
			s = string(f.Possible[0]) + "?"
		}
		s += " " + string(f.WrittenBy)
		if f.Count > 1 {
			s += fmt.Sprint(" ", f.Count)
		}
		list = append(list, s)
	}
	return list
}

// TestInterleaved checks that the lines of one connection are read together, and those of two are not.
func TestInterleaved(t *testing.T) {
	list := interleavedLogs(t)
	assert.GreaterOrEqual(t, len(list), 16)
	for _, c := range list {
		t.Run(c.name, func(t *testing.T) {
			r := explain.Read(c.log.String())
			assert.Equal(t, c.want, summary(r))
			assert.Empty(t, r.Unknown)
			for _, f := range r.Findings {
				t.Logf("%s %v %s: %s", f.Class, f.Possible, f.Cause, f.Quote)
			}
		})
	}
}

// neutral are lines of logs that say nothing of TLS, as they stand before and after a failure.
var neutral = []string{
	"2026-11-22 10:00:05 INFO  started worker 4",
	"2026-11-22 10:00:06 INFO  job 17 done in 12 ms",
	"2026-11-22 10:00:09 INFO  job 18 done in 11 ms",
	"2026-11-22 10:00:10 INFO  idle",
}

// onlyAlone matches messages that are too short to be known as TLS failures in a log: they are OpenSSL's own words,
// which any program may write about anything.
var onlyAlone = regexp.MustCompile(`^[A-Za-z -]{1,40}$`)

// TestAloneAndInItsLog checks that a line is explained in a log as it is alone, if the log adds nothing.
func TestAloneAndInItsLog(t *testing.T) {
	n := 0
	for _, r := range publicReports(t, "testdata/reports.tsv") {
		if strings.Contains(r.message, "\n") || onlyAlone.MatchString(r.message) {
			continue
		}
		n++
		alone := explain.Read(r.message)
		in := explain.Read(strings.Join(neutral[:2], "\n") + "\n" + r.message + "\n" + strings.Join(neutral[2:], "\n"))
		assert.Equal(t, summary(alone), summary(in), "%s: %s", r.id, r.message)
		assert.Len(t, in.Unknown, len(alone.Unknown), "%s: %s", r.id, r.message)
	}
	t.Logf("%d lines", n)
	assert.Greater(t, n, 200)
}

// TestManyThreads checks that a log of many connections is read in bounded memory, and that each is reported.
func TestManyThreads(t *testing.T) {
	var log strings.Builder
	const many = 20_000
	for n := range many {
		fmt.Fprintf(&log, "time=2026-11-22T10:00:07Z level=ERROR msg=\"TLS handshake failed\" conn=a%d\n", n)
		fmt.Fprintf(&log, "time=2026-11-22T10:00:07Z level=ERROR err=\"x509: certificate has expired or is not yet valid: "+
			"current time 2026-11-22T10:00:07Z is after 2026-11-21T00:00:00Z\" conn=a%d\n", n)
	}
	assert.Equal(t, []string{fmt.Sprint("expired client ", many)}, summary(explain.Read(log.String())))
}
