package mongo_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"example.com/tlslab/lab/internal/needs"
)

// compose is a project of compose.yaml with images built here: the lab's, and the stand-in's instead of
// MongoDB's.
type compose struct {
	t        *testing.T
	command  []string
	env      []string
	distance int // added to the ports in compose.yaml
}

// newCompose returns a new project, which is removed when the test ends.
func newCompose(t *testing.T) *compose {
	t.Helper()
	mongo, _ := testImage(t)
	c := &compose{t: t, env: append(os.Environ(), "TLSLAB_IMAGE="+labImage(t), "MONGO_IMAGE="+mongo, "TLSLAB_SEED=",
		"COMPOSE_HTTP_TIMEOUT=600")} // publishing four hundred ports takes a minute on a busy machine
	name := "tlslab-test-" + strings.ToLower(rand.Text()[:8])
	switch {
	case exec.Command("docker", "compose", "version").Run() == nil:
		c.command = []string{"docker", "compose"}
	default:
		_, err := exec.LookPath("docker-compose")
		needs.Stack(t, "docker-compose", err == nil, "neither docker compose nor docker-compose is here")
		c.command = []string{"docker-compose"}
	}
	file, distance := shift(t)
	c.distance = distance
	c.command = append(c.command, "-p", name, "--project-directory", filepath.Join("..", ".."), "-f", file)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*dockerTime)
		defer cancel()
		if t.Failed() {
			out, _ := c.run(ctx, "logs", "--tail=20")
			t.Log(out)
		}
		out, err := c.run(ctx, "--profile", "client", "down", "-v", "--remove-orphans", "-t", "2")
		require.NoError(t, err, out)
	})
	return c
}

// run runs a command of the project and returns its output.
func (c *compose) run(ctx context.Context, args ...string) (string, error) {
	args = append(c.command[1:len(c.command):len(c.command)], args...)
	cmd := exec.CommandContext(ctx, c.command[0], args...)
	cmd.Env = c.env
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// dockerTime bounds one command of Docker, which can hang when its daemon is overloaded.
const dockerTime = 2 * time.Minute

// dockerCLI runs a command of Docker and returns its output.
func dockerCLI(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, dockerTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// labImage builds the lab's image from a program built here, and returns its name. Apart from the toolchain,
// which cannot be pulled everywhere, it is built as in lab/Dockerfile.
func labImage(t *testing.T) string {
	t.Helper()
	name, err := buildLab()
	require.NoError(t, err)
	return name
}

var buildLab = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tlslab-image-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "tlslab")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", program,
		"example.com/tlslab/lab/cmd/tlslab")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the lab: %w: %s", err, out)
	}
	data, err := os.ReadFile(program)
	if err != nil {
		return "", err
	}
	whole, err := os.ReadFile(filepath.Join("..", "Dockerfile"))
	if err != nil {
		return "", err
	}
	_, last, ok := bytes.Cut(whole, []byte("FROM scratch\n"))
	if !ok {
		return "", fmt.Errorf("lab/Dockerfile has no stage from scratch")
	}
	last = bytes.ReplaceAll(last, []byte("--from=build "), nil)
	dockerfile := append([]byte("FROM scratch\n"), bytes.ReplaceAll(last, []byte("/out/"), []byte("out/"))...)
	licences := map[string][]byte{}
	for name, path := range map[string]string{"LICENSE": "../../LICENSE", "THIRD-PARTY.txt": "../THIRD-PARTY.txt"} {
		if licences[name], err = os.ReadFile(filepath.FromSlash(path)); err != nil {
			return "", err
		}
	}
	hash := sha256.Sum256(append(data, dockerfile...))
	return buildImage(fmt.Sprintf("tlslab-test-lab:%x", hash[:8]), []tarred{
		{name: "Dockerfile", data: dockerfile, mode: 0o644},
		{name: "out/", mode: 0o755},
		{name: "out/bin/", mode: 0o755},
		{name: "out/bin/tlslab", data: data, mode: 0o755},
		{name: "out/LICENSE", data: licences["LICENSE"], mode: 0o644},
		{name: "out/THIRD-PARTY.txt", data: licences["THIRD-PARTY.txt"], mode: 0o644},
		{name: "out/pki/", mode: 0o755},
		{name: "out/tmp/", mode: 0o1777},
	})
})

// composeTime bounds the whole life of a project, on a machine that is busy with other tests.
const composeTime = 15 * time.Minute

// TestCompose checks that docker compose up brings up a working lab: https, MongoDB behind the lab's TLS, and
// mongods that terminate TLS themselves, as seen from this machine and from within the network.
func TestCompose(t *testing.T) {
	if testing.Short() {
		t.Skip("ten containers and three hundred ports take a while")
	}
	c := newCompose(t)
	ctx, cancel := context.WithTimeout(t.Context(), composeTime)
	defer cancel()
	out, err := c.run(ctx, "up", "-d")
	require.NoError(t, err, out)
	for _, service := range []string{"lab", "mongo", "mongod-good", "mongod-client-certificate", "mongod-wrong-host",
		"mongod-missing-intermediate",
		"mongod-tls13-only", "mongod-stapled", "mongod-stapled-revoked", "mongod-staple-switched-off"} {
		c.waitHealthy(ctx, service)
	}
	files := t.TempDir()
	out, err = c.run(ctx, "ps", "-q", "lab")
	require.NoError(t, err, out)
	out, err = dockerCLI(ctx, "cp", strings.TrimSpace(out)+":/pki/.", files)
	require.NoError(t, err, out)

	t.Run("fresh seed", func(t *testing.T) {
		seed, err := os.ReadFile(filepath.Join(files, "seed"))
		require.NoError(t, err)
		require.Regexp(t, `^[a-z2-7]{26}\n$`, string(seed)) // random, and shared by mint and lab: see staple below
	})
	t.Run("confined", func(t *testing.T) {
		for _, service := range []string{"lab", "mongo", "mongod-good", "mongod-stapled"} {
			id, err := c.run(ctx, "ps", "-q", service)
			require.NoError(t, err, id)
			out, err := dockerCLI(ctx, "inspect", "--format",
				"{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}",
				strings.TrimSpace(id))
			require.NoError(t, err, out)
			require.Equal(t, "true [ALL] [no-new-privileges:true]", out, service)
		}
	})
	t.Run("https", func(t *testing.T) {
		for id, port := range map[string]int{"good": 10001, "expired": 10101} {
			client := http.Client{
				Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool(t, files, "lab", id)},
					DisableKeepAlives: true},
			}
			response, err := client.Get(fmt.Sprintf("https://localhost:%d/", port+c.distance))
			if id == "good" {
				require.NoError(t, err)
				response.Body.Close()
			} else {
				require.ErrorContains(t, err, "certificate has expired")
			}
		}
	})
	for _, row := range []struct {
		name, folder, id string
		port             int
		refusal          string
		certificate      bool
	}{
		{"mongo", "lab", "mongo-good", 11001, "", false},
		{"mongo", "lab", "mongo-expired", 11101, "certificate has expired", false},
		{"mongod", "mongod", "mongod-good", 12001, "", false},
		{"mongod", "mongod", "mongod-client-certificate", 12002, "", true},
		{"mongod", "mongod", "mongod-wrong-host", 12008, "not localhost", false},
		{"mongod", "mongod", "mongod-missing-intermediate", 12009, "certificate signed by unknown authority", false},
		{"mongod", "mongod", "mongod-tls13-only", 12011, "", false},
		{"mongod", "mongod", "mongod-stapled", 12012, "", false},
	} {
		t.Run(row.id, func(t *testing.T) {
			config := &tls.Config{RootCAs: pool(t, files, row.folder, row.id)}
			if row.certificate {
				file := filepath.Join(files, row.folder, row.id, "client-combined.pem")
				pair, err := tls.LoadX509KeyPair(file, file)
				require.NoError(t, err)
				config.Certificates = []tls.Certificate{pair}
			}
			uri := fmt.Sprintf("mongodb://localhost:%d/?tls=true&directConnection=true", row.port+c.distance)
			client, err := driver.Connect(options.Client().ApplyURI(uri).SetTLSConfig(config).
				SetServerSelectionTimeout(3 * time.Second))
			require.NoError(t, err)
			defer client.Disconnect(context.Background())
			_, err = client.Database("lab").Collection("things").InsertOne(ctx, bson.M{"id": row.id})
			if row.refusal == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, row.refusal)
		})
	}
	t.Run("staple", func(t *testing.T) {
		for port, stapled := range map[int]bool{12012: true, 12013: true, 12014: false} {
			conn, err := tls.Dial("tcp", fmt.Sprintf("localhost:%d", port+c.distance),
				&tls.Config{RootCAs: pool(t, files, "mongod", "mongod-stapled"), InsecureSkipVerify: true})
			require.NoError(t, err)
			require.Equal(t, stapled, len(conn.OCSPResponse()) > 0, "port %d", port)
			conn.Close()
		}
	})
	t.Run("within", func(t *testing.T) {
		args := []string{"run", "--rm", "client", "--tls", "--tlsCAFile", "/pki/mongod/mongod-good/root.pem",
			"--quiet", "--eval", "db.runCommand({ping: 1})", "--host"}
		out, err := c.run(ctx, append(args, "mongod-good.tlslab.test")...)
		require.NoError(t, err, out)
		out, err = c.run(ctx, append(args, "mongod-wrong-host.tlslab.test")...)
		require.Error(t, err)
		require.Contains(t, out, "mongod-wrong-host.tlslab.test")
	})
}

// waitHealthy waits until the health check of a service has passed. If it does not pass, the test fails with
// the check's output.
func (c *compose) waitHealthy(ctx context.Context, service string) {
	c.t.Helper()
	id, err := c.run(ctx, "ps", "-q", service)
	require.NoError(c.t, err, id)
	look := time.NewTicker(200 * time.Millisecond) // Docker reports health checks only in events, which can be missed
	defer look.Stop()
	for {
		out, err := dockerCLI(ctx, "inspect", "--format", "{{json .State}}", strings.TrimSpace(id))
		require.NoError(c.t, err, "%s: %s", service, out)
		var state struct {
			Running bool
			Health  struct {
				Status string
				Log    []struct{ Output string }
			}
		}
		require.NoError(c.t, json.Unmarshal([]byte(out), &state))
		if state.Health.Status == "healthy" {
			return
		}
		require.True(c.t, state.Running && state.Health.Status != "unhealthy", "%s: %s", service, out)
		select {
		case <-look.C:
		case <-ctx.Done():
			require.Fail(c.t, "not healthy in time", "%s: %s", service, out)
		}
	}
}

func pool(t *testing.T, files, folder, id string) *x509.CertPool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(files, folder, id, "root.pem"))
	require.NoError(t, err)
	p := x509.NewCertPool()
	require.True(t, p.AppendCertsFromPEM(data))
	return p
}
