package explain_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/explain"
)

// filled returns a text that begins as given, and is filled up to a length with what more returns.
func filled(length int, begin string, more func() string) string {
	var b strings.Builder
	b.Grow(length + 1024)
	b.WriteString(begin)
	for b.Len() < length {
		b.WriteString(more())
	}
	return b.String()
}

// again returns a function that always returns the same text.
func again(s string) func() string { return func() string { return s } }

// noise returns a function that returns words about TLS followed by random characters.
func noise(random *rand.Rand) func() string {
	return func() string {
		b := []byte("ERROR SSL failed, x509: ")
		for range 100 {
			b = append(b, "abcdefghijklmnopqrstuvwxyz .:,/'\"0123456789-_(){}"[random.IntN(49)])
		}
		return string(b)
	}
}

// longLines are texts of a single line, by what fills them. Each could take long to read, because it has much of what
// some part of the program looks for.
func longLines() map[string]func(length int) string {
	random := rand.New(rand.NewPCG(1, 2))
	texts := map[string]func(int) string{}
	for name, more := range map[string]func() string{
		"one letter": again("x"), "colons": again("a: "), "dots": again("a."), "slashes": again("/"),
		"spaces": again(" "), "digits": again("0"),
		"braces": again(`{":`), "objects": again(`{"a":"SSL error"},`), "lists": again(`["SSL error"],`),
		"escapes": again(`\n\t`), "colors": again("\x1b]"),
		"servers": again(",a:27017: SSL: certificate has expired EOF"), "names": again("valid for a, not b"),
		"quotes": again("for '"), "addresses": again("https://a.b:1 "),
		"messages": again("curl: (60) SSL certificate problem: certificate has expired "), "noise": noise(random),
	} {
		texts[name] = func(length int) string { return filled(length, "SSL error: certificate has expired: ", more) }
	}
	return texts
}

// quickest returns the shortest of a few times that a text takes to read.
func quickest(t *testing.T, text string) time.Duration {
	least := time.Duration(1<<63 - 1)
	for range 3 {
		before := processor()
		_, err := explain.ReadFrom(t.Context(), strings.NewReader(text), explain.Options{})
		require.NoError(t, err)
		least = min(least, processor()-before)
	}
	return least
}

// TestTimeGrowsWithLength checks that the time that a line takes grows no faster than its length. If each byte were
// compared with every other, eight times the length would take 64 times as long.
func TestTimeGrowsWithLength(t *testing.T) {
	explain.Read("curl: (60) SSL certificate problem: certificate has expired") // reads the record
	const short, times = 8 << 10, 8
	for name, text := range longLines() {
		t.Run(name, func(t *testing.T) {
			growth := math.Inf(1)
			for tries := 0; tries < 3 && growth >= 3*times; tries++ { // a busy machine gets more chances
				before, after := quickest(t, text(short)), quickest(t, text(times*short))
				growth = float64(after) / float64(max(before, 200*time.Microsecond))
			}
			assert.Less(t, growth, float64(3*times), "%d times the length takes %.0f times as long", times, growth)
		})
	}
}

// TestTenMegabytes checks that texts of 10 MB are read in less than two seconds of processor time, with room for a slow
// machine. Anything quadratic would take minutes; the context ends that.
func TestTenMegabytes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	explain.Read("curl: (60) SSL certificate problem: certificate has expired") // reads the record
	const length, limit, most = 10_000_000, 3 * time.Minute, 6 * time.Second
	random := rand.New(rand.NewPCG(1, 2))
	line := 0
	texts := map[string]string{
		"a log": filled(length, "", func() string {
			line++
			return fmt.Sprintf(
				"2026-11-22T10:%02d:%02d.125Z ERROR [worker-%d] request %016x: curl: (60) SSL certificate problem: "+
					"certificate has expired\n",
				line/60%60, line%60, line%8, random.Uint64(),
			)
		}),
		"lines of which none is like another": filled(length, "", func() string { return noise(random)() + "\n" }),
	}
	for name, text := range longLines() {
		texts["one line of "+name] = text(length)
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			before := processor()
			r, err := explain.ReadFrom(ctx, strings.NewReader(text), explain.Options{})
			took := processor() - before
			t.Logf("%v", took.Round(time.Millisecond))
			require.NoError(t, err)
			assert.Less(t, took, most)
			assert.Positive(t, r.Lines)
		})
	}
}

// TestCancelled checks that reading ends with its context, and returns what was found by then.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines := 0
	endless := readerFunc(func(p []byte) (int, error) {
		if lines++; lines == 100 {
			cancel()
		}
		return copy(p, "curl: (60) SSL certificate problem: certificate has expired\n"), nil
	})
	r, err := explain.ReadFrom(ctx, endless, explain.Options{})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, "expired", classes(r))
	assert.Less(t, lines, 10_000)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// FuzzTime looks for texts that take long to read: it repeats a text up to the length that is read at once.
func FuzzTime(f *testing.F) {
	explain.Read("curl: (60) SSL certificate problem: certificate has expired") // reads the record
	for _, text := range longLines() {
		f.Add(text(40), "")
		f.Add("", text(100))
	}
	f.Add("Traceback (most recent call last):\n", "  File\n")
	f.Add("javax.net.ssl.SSLException: x", "\n\tat a\nCaused by: x509: ")
	f.Fuzz(func(t *testing.T, begin, more string) {
		if more == "" {
			more = "x"
		}
		text := filled(128<<10, begin[:min(len(begin), 128<<10)], again(more))
		before := processor()
		_, err := explain.ReadFrom(
			t.Context(), io.LimitReader(strings.NewReader(text), 256<<10), explain.Options{},
		)
		assert.NoError(t, err)
		assert.LessOrEqual(t, processor()-before, time.Second, "for %d bytes", len(text))
	})
}
