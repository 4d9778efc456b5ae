package worker

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/scenarios"
)

// mode makes this test's program a worker that violates the contract in one way, which the real workers do
// not do.
const mode = "TLSLAB_TEST_MODE"

// noDelay keeps the race detector from delaying the end of a worker by a second.
const noDelay = "GORACE=atexit_sleep_ms=0"

const goodHello = `{"contract":1,"stack":"test","version":"1.2.3","library":"OpenSSL ` +
	`9","install":"/here","features":["strict"]}`

var modes = map[string]func(){
	"good": func() {
		fmt.Println(goodHello)
		each(func(id int) {
			fmt.Printf("{\"id\":%d,\"outcome\":\"rejected\",\"message\":\"no\\n\",\"code\":\"NO\"}\n", id)
		})
	},
	"mute": hang,
	"dies at once": func() {
		fmt.Fprintln(os.Stderr, "cannot load library")
		os.Exit(1)
	},
	"dies when asked": func() {
		fmt.Println(goodHello)
		each(func(int) { fmt.Fprintln(os.Stderr, "Traceback: oh no"); os.Exit(1) })
	},
	"dies after the first": func() {
		fmt.Println(goodHello)
		each(func(id int) { fmt.Printf("{\"id\":%d,\"outcome\":\"accepted\"}\n", id); os.Exit(0) })
	},
	"hangs": func() { fmt.Println(goodHello); each(func(int) { hang() }) },
	"wrong id": func() {
		fmt.Println(goodHello)
		each(func(id int) { fmt.Printf("{\"id\":%d,\"outcome\":\"accepted\"}\n", id+1) })
	},
	"no JSON": func() {
		fmt.Println(goodHello)
		each(func(int) { fmt.Println("warning: this is deprecated") })
	},
	"floods":                  func() { fmt.Println(goodHello); each(func(int) { flood() }) },
	"floods instead of hello": flood,
}

// each calls answer with 1, 2, 3 ... for each input line.
func each(answer func(id int)) {
	in := bufio.NewScanner(os.Stdin)
	for id := 1; in.Scan(); id++ {
		answer(id)
	}
}

// hang waits longer than any test takes. The runtime would detect an empty select and end the program.
func hang() { time.Sleep(time.Hour) }

func flood() {
	for block := bytes.Repeat([]byte("x"), 64<<10); ; {
		if _, err := os.Stdout.Write(block); err != nil {
			return
		}
	}
}

func TestMain(m *testing.M) {
	if behave, ok := modes[os.Getenv(mode)]; ok {
		behave()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func command(t *testing.T, behaviour string) process.Command {
	t.Helper()
	require.Contains(t, modes, behaviour)
	self, err := os.Executable()
	require.NoError(t, err)
	return process.Command{Path: self, Env: []string{mode + "=" + behaviour, noDelay}}
}

// begin starts a worker and closes it when the test ends.
func begin(t *testing.T, behaviour string) *Worker {
	t.Helper()
	w, hello, err := Start(t.Context(), "test", command(t, behaviour))
	require.NoError(t, err)
	assert.Equal(t, Hello{Contract: 1, Stack: "test", Version: "1.2.3", Library: "OpenSSL 9", Install: "/here",
		Features: []string{scenarios.FeatureStrict}}, hello)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return w
}

var request10s = clients.Request{Timeout: 10 * time.Second}

func TestWorker(t *testing.T) {
	w := begin(t, "good")
	var wg sync.WaitGroup
	for range 8 { // they take turns
		wg.Go(func() {
			got := w.Probe(t.Context(), "default", request10s)
			assert.Positive(t, got.Duration)
			got.Duration = 0
			assert.Equal(t, clients.Result{Outcome: clients.Rejected, Message: "no", Code: "NO"}, got)
		})
	}
	wg.Wait()
}

// TestNew checks that a worker from New starts with the first probe, or never.
func TestNew(t *testing.T) {
	unused := New("test", command(t, "dies at once"))
	require.NoError(t, unused.Close())

	w := New("test", command(t, "good"))
	defer func() { require.NoError(t, w.Close()) }()
	assert.Equal(t, "NO", w.Probe(t.Context(), "default", request10s).Code)

	broken := New("test", command(t, "dies at once"))
	defer func() { require.NoError(t, broken.Close()) }()
	got := broken.Probe(t.Context(), "default", request10s)
	assert.Equal(t, clients.Failed, got.Outcome)
	assert.Contains(t, got.Message, "it last wrote: cannot load library")
}

func TestWorkerBreaksContract(t *testing.T) {
	for behaviour, want := range map[string]string{
		"dies when asked": "the program ended: EOF: it last wrote: Traceback: oh no",
		"wrong id":        "it answered request 2 instead of 1",
		"no JSON":         `"warning: this is deprecated"`,
		"floods":          "it wrote a line of more than 1048576 bytes",
	} {
		t.Run(behaviour, func(t *testing.T) {
			w := begin(t, behaviour)
			for range 2 { // it is restarted, with the same result
				got := w.Probe(t.Context(), "default", request10s)
				assert.Equal(t, clients.Failed, got.Outcome)
				assert.Contains(t, got.Message, want)
				w.last = 0
			}
		})
	}
}

func TestWorkerDies(t *testing.T) {
	w := begin(t, "dies after the first")
	for range 3 {
		w.last = 0 // a restarted worker counts from one
		got := w.Probe(t.Context(), "default", request10s)
		assert.Equal(t, clients.Accepted, got.Outcome, got.Message)
		<-w.proc.Done()
	}
}

func TestWorkerHangs(t *testing.T) {
	w := begin(t, "hangs")
	w.grace = time.Millisecond
	got := w.Probe(t.Context(), "default", clients.Request{Timeout: time.Millisecond})
	assert.Equal(t, clients.Rejected, got.Outcome)
	assert.Contains(t, got.Message, "timeout: tlslab ended the client after ")

	w.grace, w.unlimited = time.Hour, []string{"endless"}
	got = w.Probe(t.Context(), "endless", clients.Request{Timeout: time.Millisecond})
	assert.Contains(t, got.Message, "timeout: tlslab ended the client after ")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got = w.Probe(ctx, "default", request10s)
	assert.Equal(t, clients.Failed, got.Outcome)
	assert.Contains(t, got.Message, "context canceled")
}

func TestStartFails(t *testing.T) {
	for behaviour, want := range map[string]string{
		"dies at once":            "the program ended: EOF: it last wrote: cannot load library",
		"floods instead of hello": "it wrote a line of more than 1048576 bytes",
	} {
		_, _, err := Start(t.Context(), "test", command(t, behaviour))
		assert.ErrorContains(t, err, want)
	}
	_, _, err := Start(t.Context(), "other", command(t, "good"))
	assert.ErrorContains(t, err, `it says that it is "test" instead of "other"`)

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, _, err = Start(ctx, "test", command(t, "mute"))
	assert.ErrorIs(t, err, context.DeadlineExceeded)

	_, _, err = Start(t.Context(), "test", process.Command{Path: t.TempDir() + "/none"})
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestOpen(t *testing.T) {
	variants := []Variant{
		{Variant: clients.Variant{Name: "default", Features: []string{scenarios.FeatureCRL}}},
		{Variant: clients.Variant{Name: "insecure", Skips: []clients.Check{clients.CheckChain}}},
		{Variant: clients.Variant{Name: "strict"}, Unless: scenarios.FeatureStrict},
	}
	in, err := Open(t.Context(), "test", command(t, "good"), variants)
	require.NoError(t, err)
	defer in.Close()
	assert.Equal(t, "/here 1.2.3", in.Key)
	assert.Equal(t, []clients.Variant{
		{Name: "default", Features: []string{scenarios.FeatureCRL, scenarios.FeatureStrict}},
		{Name: "insecure", Skips: []clients.Check{clients.CheckChain}},
	}, in.Variants)
	require.NoError(t, in.Close())
	got := in.Probe(t.Context(), "default", request10s)
	assert.Equal(t, clients.Failed, got.Outcome)
	assert.Equal(t, "the worker is closed", got.Message)
}

func TestReadLine(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	r := bufio.NewReaderSize(strings.NewReader("one\n\n"+long+"\nrest"), 16)
	for _, want := range []string{"one", "", long} {
		line, err := readLine(r)
		require.NoError(t, err)
		assert.Equal(t, want, string(line))
	}
	_, err := readLine(r)
	require.Error(t, err, "a line must have an end")
}
