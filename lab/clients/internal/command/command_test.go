package command

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/scenarios"
)

// mode tells this test's program which role to play.
const mode = "TLSLAB_TEST_MODE"

func TestMain(m *testing.M) {
	switch os.Getenv(mode) {
	case "":
		goleak.VerifyTestMain(m)
	case "echo":
		os.Stdout.WriteString("out\n")
		os.Stderr.WriteString("err\n")
		os.Exit(7)
	case "hang":
		time.Sleep(time.Hour)
	}
}

func child(behaviour string) process.Command {
	return process.Command{Path: os.Args[0], Env: []string{mode + "=" + behaviour, "GORACE=atexit_sleep_ms=0"}}
}

func TestProbe(t *testing.T) {
	got := Probe(t.Context(), child("echo"), time.Minute, func(out process.Output) clients.Result {
		assert.Equal(t, process.Output{Stdout: "out\n", Stderr: "err\n", Code: 7, Status: "exit status 7"}, out)
		return clients.Result{Outcome: clients.Rejected, Message: out.Stderr + "\n"}
	})
	assert.Positive(t, got.Duration)
	assert.Equal(t, "err", got.Message)
}

func TestProbeEnds(t *testing.T) {
	unread := func(process.Output) clients.Result { panic("there is nothing to read") }
	got := Probe(t.Context(), child("hang"), time.Millisecond, unread)
	assert.Equal(t, clients.Rejected, got.Outcome)
	assert.Contains(t, got.Message, "timeout: tlslab ended the client after ")

	why := errors.New("cancelled by the user")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	got = Probe(ctx, child("hang"), time.Minute, unread)
	assert.Equal(t, clients.Failed, got.Outcome)
	assert.Contains(t, got.Message, why.Error())

	got = Probe(t.Context(), process.Command{Path: t.TempDir() + "/none"}, time.Minute, unread)
	assert.Equal(t, clients.Failed, got.Outcome)
}

// TestContainerLeft checks that the message about a killed program mentions a container if the command looks
// like one that starts one.
func TestContainerLeft(t *testing.T) {
	for _, c := range []struct {
		path string
		args []string
		want bool
	}{
		{"/usr/bin/docker", nil, true},
		{"podman", nil, true},
		{"/bin/sh", []string{"-c", "exec docker run --rm curlimages/curl {url}"}, true},
		{"/bin/sh", []string{"-c", "cd /srv && /usr/bin/podman run x"}, true},
		{"sudo", []string{"docker", "run", "x"}, true},
		{"/home/docker/bin/client", []string{"--ca", "/etc/docker/ca.pem", "dockerize"}, false},
		{"curl", []string{"https://localhost/"}, false},
	} {
		assert.Equal(t, c.want, startsContainer(process.Command{Path: c.path, Args: c.args}), "%s %q", c.path, c.args)
	}
	hang := child("hang")
	hang.Args = []string{"docker"}
	got := Probe(t.Context(), hang, time.Millisecond, func(process.Output) clients.Result {
		panic("there is nothing to read")
	})
	assert.Contains(t, got.Message, "timeout: tlslab ended the client after ")
	assert.Contains(t, got.Message,
		"it did not give up by itself; a container that it started may still run: see docker ps or podman ps")
}

func TestFeatures(t *testing.T) {
	all := []string{scenarios.FeatureCRL}
	for _, library := range []string{"OpenSSL 1.1.1w", "OpenSSL 3.0.19", "OpenSSL 4.0.0", "OpenSSL 10.0.0"} {
		assert.Equal(t, all, Features(library, all), library)
	}
	for _, library := range []string{"", "OpenSSL 1.0.2u", "OpenSSL 1.1.0", "LibreSSL 3.3.6", "GnuTLS 3.7.1",
		"Schannel"} {
		assert.Empty(t, Features(library, all), library)
	}
}
