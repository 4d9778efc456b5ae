package mongo_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/mongo"
)

const (
	labelLab     = "org.example.tlslab"
	labelStandIn = "org.example.tlslab.stand-in"
	repository   = "tlslab-mongod-stand-in"
)

// testImage returns the image to test: the one in TLSLAB_MONGO_IMAGE, or the stand-in, built from source. It
// skips the test if there is no Docker.
func testImage(t *testing.T) (name string, standIn bool) {
	t.Helper()
	c := docker(t)
	if name := os.Getenv(mongo.ImageVariable); name != "" {
		r, err := c.ImageInspect(t.Context(), name)
		require.NoError(t, err, "the image in %s", mongo.ImageVariable)
		return name, r.Config.Labels[labelStandIn] != ""
	}
	return standInImage(t), true
}

// version returns the version of an image's mongod according to the image; empty if unknown.
func version(t *testing.T, image string) string {
	t.Helper()
	r, err := docker(t).ImageInspect(t.Context(), image)
	require.NoError(t, err)
	for _, entry := range r.Config.Env {
		if v, ok := strings.CutPrefix(entry, "MONGO_VERSION="); ok {
			return v
		}
	}
	return ""
}

// standInImage returns the name of the stand-in's image.
func standInImage(t *testing.T) string {
	t.Helper()
	docker(t)
	name, err := buildStandIn()
	require.NoError(t, err)
	return name
}

// docker returns a client of the Docker daemon, and skips the test if there is none.
func docker(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(client.FromEnv)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second) // it is used in cleanups, too
	defer cancel()
	_, err = c.Ping(ctx, client.PingOptions{})
	needs.Stack(t, "docker", err == nil, fmt.Sprintf("no daemon answers: %v", err))
	return c
}

// buildStandIn builds the stand-in's image once per test program. It reuses an existing image with the same
// content, and removes those with other contents.
var buildStandIn = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tlslab-stand-in-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "mongod")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", program,
		"example.com/tlslab/lab/mongo/standin")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the stand-in: %w: %s", err, out)
	}
	data, err := os.ReadFile(program)
	if err != nil {
		return "", err
	}
	dockerfile, err := os.ReadFile(filepath.Join("standin", "Dockerfile"))
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	hash.Write(data)
	hash.Write(dockerfile)
	return buildImage(fmt.Sprintf("%s:%x", repository, hash.Sum(nil)[:8]), []tarred{
		{name: "Dockerfile", data: dockerfile, mode: 0o644},
		{name: "rootfs/", mode: 0o755},
		{name: "rootfs/mongod", data: data, mode: 0o755},
		{name: "rootfs/tmp/", mode: 0o1777},
		{name: "rootfs/bin/", mode: 0o755},
		{name: "rootfs/bin/mongosh", link: "/mongod"}, // for health checks
	})
})

// tarred is a file in an image's context. It is a directory if its name ends with a slash, and a link if link
// is set.
type tarred struct {
	name string
	data []byte
	mode int64
	link string
}

// buildImage builds an image from a context unless it exists, and removes others of its repository.
func buildImage(name string, files []tarred) (string, error) {
	c, err := client.New(client.FromEnv)
	if err != nil {
		return "", err
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	repository, _, _ := strings.Cut(name, ":")
	old, err := c.ImageList(ctx, client.ImageListOptions{
		Filters: make(client.Filters).Add("reference", repository+":*"),
	})
	if err != nil {
		return "", err
	}
	for _, image := range old.Items {
		for _, tag := range image.RepoTags {
			if tag == name {
				return name, nil
			}
			if time.Since(time.Unix(image.Created, 0)) > time.Hour { // newer ones may belong to another test run
				c.ImageRemove(ctx, tag, client.ImageRemoveOptions{}) // fails if it is in use
			}
		}
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, f := range files {
		kind := byte(tar.TypeReg)
		switch {
		case f.link != "":
			kind = tar.TypeSymlink
		case f.name[len(f.name)-1] == '/':
			kind = tar.TypeDir
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: kind, Name: f.name, Linkname: f.link, Mode: f.mode,
			Size: int64(len(f.data))}); err != nil {
			return "", err
		}
		if _, err := w.Write(f.data); err != nil {
			return "", err
		}
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	built, err := c.ImageBuild(ctx, &archive, client.ImageBuildOptions{Tags: []string{name},
		Labels: map[string]string{labelLab: "image"}, Remove: true, ForceRemove: true})
	if err != nil {
		return "", fmt.Errorf("building image %s: %w", name, err)
	}
	defer built.Body.Close()
	said, err := io.ReadAll(built.Body)
	if err != nil {
		return "", err
	}
	if _, err := c.ImageInspect(ctx, name); err != nil {
		return "", fmt.Errorf("building image %s: %w: %s", name, err, said)
	}
	return name, nil
}
