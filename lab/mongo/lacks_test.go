package mongo_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

func lookup(t *testing.T, id string) *scenarios.Scenario {
	t.Helper()
	s, ok := scenarios.Lookup(id)
	require.True(t, ok, id)
	return s
}

// serveRow serves a scenario with container options, and returns the error.
func serveRow(t *testing.T, id string, o mongo.ContainerOptions) (*lab.Instance, error) {
	t.Helper()
	in, err := newLab(t, o).Serve(t.Context(), lookup(t, id))
	if err == nil {
		t.Cleanup(func() { require.NoError(t, in.Close()) })
	}
	return in, err
}

// oneLine checks that an error is one line that contains each of the words.
func oneLine(t *testing.T, err error, words ...string) {
	t.Helper()
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "\n")
	for _, w := range words {
		assert.ErrorContains(t, err, w)
	}
}

// TestContainerNoDaemon checks both an address where nothing listens and one that accepts the connection and
// never answers.
func TestContainerNoDaemon(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, refused.Close())
	for name, l := range map[string]net.Listener{"refused": refused, "silent": silent} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(client.EnvOverrideHost, "tcp://"+l.Addr().String())
			begin := time.Now()
			_, err := serveRow(t, "mongod-good", mongo.ContainerOptions{})
			// Two seconds, on a slow machine.
			assert.Less(t, time.Since(begin), 10*time.Second, "a missing Docker must be reported quickly")
			require.ErrorIs(t, err, errors.ErrUnsupported)
			oneLine(t, err, "no Docker daemon answers at tcp://"+l.Addr().String(), "start it, or set DOCKER_HOST")
		})
	}
}

// TestContainerNoImage checks that the error for an image that cannot be pulled suggests others.
func TestContainerNoImage(t *testing.T) {
	docker(t)
	// This registry refuses connections.
	_, err := serveRow(t, "mongod-good", mongo.ContainerOptions{Image: "127.0.0.1:1/tlslab/no-such-image:1"})
	require.ErrorIs(t, err, errors.ErrUnsupported)
	oneLine(t, err, "127.0.0.1:1/tlslab/no-such-image:1 is not on this machine and cannot be pulled", "--mongo-image",
		"make mongod-stand-in")
}

// TestContainerOldImage checks that an image whose mongod is too old for one scenario serves the others.
func TestContainerOldImage(t *testing.T) {
	image := derived(t, "old", `ENV MONGO_VERSION=4.2.24`+"\n"+`LABEL org.example.tlslab.stand-in=`)
	for id, words := range map[string][]string{
		"mongod-stapled":             {"needs OCSP stapling, which MongoDB has since version 5.0", "has 4.2.24"},
		"mongod-x509-authentication": {"which MongoDB has since version 6.0"},
	} {
		_, err := serveRow(t, id, mongo.ContainerOptions{Image: image})
		require.ErrorIs(t, err, errors.ErrUnsupported, id)
		oneLine(t, err, append(words, image)...)
	}
}

// TestContainerUnreadableCertificate checks that the error for files that the image's user cannot read names
// the file and the fix.
func TestContainerUnreadableCertificate(t *testing.T) {
	_, err := serveRow(t, "mongod-good", mongo.ContainerOptions{Image: standInImage(t), Owner: 12345})
	require.Error(t, err)
	require.NotErrorIs(t, err, errors.ErrUnsupported)
	for _, words := range []string{"container of mongod-good: mongod did not start (exit status 1)",
		"ContainerOptions.Owner", "/tlslab/server.pem", "permission denied"} {
		assert.ErrorContains(t, err, words)
	}
	leftNothing(t)
}

// TestContainerAnotherProgram runs an image that is not a mongod.
func TestContainerAnotherProgram(t *testing.T) {
	_, err := serveRow(t, "mongod-good", mongo.ContainerOptions{
		Image: derived(t, "other", `ENTRYPOINT ["/mongod", "--no-such-option"]`),
	})
	require.Error(t, err)
	assert.ErrorContains(t, err, "mongod did not start (exit status 2)")
	assert.ErrorContains(t, err, "unrecognised option '--no-such-option'")
	leftNothing(t)
}

// TestContainerStartsAnyway runs a mongod that should refuse to start, but starts.
func TestContainerStartsAnyway(t *testing.T) {
	s := *lookup(t, "mongod-good")
	s.Mongod.RefusesToStart = true
	_, err := newLab(t, mongo.ContainerOptions{Image: standInImage(t)}).Serve(t.Context(), &s)
	require.ErrorContains(t, err, "mongod should have refused to start, but started")
	leftNothing(t)
}

// TestContainerKilled kills a container while it serves. The server must report it, and closing it must leave
// nothing.
func TestContainerKilled(t *testing.T) {
	image, _ := testImage(t)
	in, err := serveRow(t, "mongod-good", mongo.ContainerOptions{Image: image})
	require.NoError(t, err)
	require.NoError(t, in.Err())
	c := docker(t)
	for _, of := range containersOf(t, "mongod-good") {
		_, err := c.ContainerKill(t.Context(), of.ID, client.ContainerKillOptions{Signal: "KILL"})
		require.NoError(t, err)
	}
	select {
	case <-in.Done():
	case <-time.After(30 * time.Second):
		require.Fail(t, "the server did not notice that its container ended")
	}
	require.ErrorContains(t, in.Err(), "mongod ended while it served (exit status 137, killed): run it again")
	require.NoError(t, in.Close())
	leftNothing(t)
}

// TestContainerCancelled checks that no container is left if ctx ends before it is ready.
func TestContainerCancelled(t *testing.T) {
	l := newLab(t, mongo.ContainerOptions{Image: standInImage(t)})
	s := lookup(t, "mongod-good")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.Serve(ctx, s)
	require.ErrorIs(t, err, context.Canceled)
	leftNothing(t)
}

// TestContainerPortTaken takes a port before mongod can bind it. Another port must be tried, and if all are
// taken, the error must say so.
func TestContainerPortTaken(t *testing.T) {
	image := standInImage(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	s := lookup(t, "mongod-stapled")
	serveAt := func(ports func() (int, error)) (*lab.Instance, error) {
		l, err := lab.New(lab.Config{Seed: "ports", Dir: t.TempDir(),
			Services: []serve.Service{mongo.ContainersAt(mongo.ContainerOptions{Image: image, Labels: ours}, ports)}})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, l.Close()) })
		return l.Serve(t.Context(), s)
	}

	tries := 0
	in, err := serveAt(func() (int, error) {
		if tries++; tries == 1 {
			return port, nil
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port, nil
	})
	require.NoError(t, err)
	require.NoError(t, in.Close())
	require.Equal(t, 2, tries)

	_, err = serveAt(func() (int, error) { return port, nil })
	require.ErrorContains(t, err, "every free port of this machine was taken")
	leftNothing(t)
}

// TestContainersAreSwept checks that closing the service removes containers that were not closed.
func TestContainersAreSwept(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "swept", Dir: t.TempDir(),
		Services: []serve.Service{mongo.Containers(mongo.ContainerOptions{Image: standInImage(t), Labels: ours})}})
	require.NoError(t, err)
	s := lookup(t, "mongod-good")
	in, err := l.Serve(t.Context(), s)
	require.NoError(t, err)
	require.Len(t, containersOf(t, s.ID), 1)
	require.NoError(t, l.Close())
	leftNothing(t)
	require.NoError(t, in.Close(), "closing a removed container")
}

// TestContainersAtOnce checks that no more than AtOnce containers exist at a time and that further ones wait.
func TestContainersAtOnce(t *testing.T) {
	l := newLab(t, mongo.ContainerOptions{Image: standInImage(t), AtOnce: 1})
	s := lookup(t, "mongod-good")
	in, err := l.Serve(t.Context(), s)
	require.NoError(t, err)
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = l.Serve(short, s)
	require.ErrorIs(t, err, context.DeadlineExceeded, "a second container must wait")
	require.NoError(t, in.Close())
	in, err = l.Serve(t.Context(), s)
	require.NoError(t, err)
	require.NoError(t, in.Close())
}

// derived builds an image from the stand-in's with additional instructions, and removes it when the test
// ends.
func derived(t *testing.T, tag, instructions string) string {
	t.Helper()
	base := standInImage(t)
	name, err := buildImage("tlslab-test-"+tag+":1",
		[]tarred{{name: "Dockerfile", data: []byte("FROM " + base + "\n" + instructions + "\n"), mode: 0o644}})
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := docker(t).ImageRemove(context.Background(), name,
			client.ImageRemoveOptions{Force: true, PruneChildren: true})
		require.NoError(t, err)
	})
	return name
}

// containersOf returns this test program's containers for a scenario, or for all scenarios if id is empty.
func containersOf(t *testing.T, id string) []container.Summary {
	t.Helper()
	filters := make(client.Filters)
	for name, value := range ours {
		filters.Add("label", name+"="+value)
	}
	if id != "" {
		filters.Add("label", labelLab+"="+id)
	}
	list, err := docker(t).ContainerList(context.Background(),
		client.ContainerListOptions{All: true, Filters: filters})
	require.NoError(t, err)
	return list.Items
}

// leftNothing checks that no container of the lab is left.
func leftNothing(t *testing.T) {
	t.Helper()
	for _, c := range containersOf(t, "") {
		assert.Fail(t, "a container is left", "%s of %s: %s", c.ID[:12], c.Labels[labelLab], c.Status)
	}
}
