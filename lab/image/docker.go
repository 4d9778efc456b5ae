package image

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/testcontainers/testcontainers-go"
)

// dial connects to the daemon that docker's own client would use: the one in DOCKER_HOST, or in docker's current
// context, or at the usual address; or else to podman's. Without a daemon it fails quickly.
func dial(ctx context.Context) (*client.Client, error) {
	c, err := at(ctx)
	if err == nil || os.Getenv(client.EnvOverrideHost) != "" {
		return c, noDaemon(err)
	}
	for _, socket := range podmanSockets() {
		if c, failed := at(ctx, client.WithHost(socket)); failed == nil {
			return c, nil
		}
	}
	// testcontainers knows docker's contexts, and sockets of rootless daemons.
	found, failed := testcontainers.NewDockerClientWithOpts(ctx)
	if failed != nil {
		return nil, noDaemon(err)
	}
	host := found.DaemonHost()
	found.Close()
	c, err = at(ctx, client.WithHost(host))
	return c, noDaemon(err)
}

// noDaemon explains why there is no daemon; nil stays nil.
func noDaemon(err error) error {
	if err == nil {
		return nil
	}
	where := os.Getenv(client.EnvOverrideHost)
	if where == "" {
		where = client.DefaultDockerHost
	}
	return fmt.Errorf("--image needs containers, but no Docker daemon answers at %s: start it, or set %s to its address, "+
		"which can be podman's socket (%w)", where, client.EnvOverrideHost, err)
}

// at connects to the daemon of the environment, or to that of the option.
func at(ctx context.Context, option ...client.Opt) (*client.Client, error) {
	c, err := client.New(append([]client.Opt{client.FromEnv}, option...)...)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	if _, err := c.Ping(ctx, client.PingOptions{}); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// podmanSockets returns where podman listens, for this user and for root.
func podmanSockets() []string {
	if runtime.GOOS != "linux" {
		return nil // podman's machine listens at docker's address
	}
	var list []string
	for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), "/run"} {
		if dir == "" {
			continue
		}
		u := url.URL{Scheme: "unix", Path: filepath.Join(dir, "podman", "podman.sock")}
		list = append(list, u.String())
	}
	return list
}

// imageConfig is what matters of an image.
type imageConfig struct {
	os, arch string
	hasPath  bool // its environment has PATH
}

// prepare makes sure that an image is present, for the platform that was asked for, and describes it.
func (r *Runner) prepare(ctx context.Context, name string) (imageConfig, error) {
	platform, err := parsePlatform(r.options.Platform)
	if err != nil {
		return imageConfig{}, err
	}
	config, err := r.inspect(ctx, name)
	if err == nil && config.suits(platform) {
		return config, nil
	}
	if err != nil && !errdefs.IsNotFound(err) {
		return config, fmt.Errorf("looking at image %s: %w", name, err)
	}
	if err := r.pull(ctx, name, platform); err != nil {
		return config, fmt.Errorf("image %s is not on this machine and cannot be pulled: build or load it, or name "+
			"another one; docker images lists those that are here (%w)", name, err)
	}
	if config, err = r.inspect(ctx, name); err != nil {
		return config, fmt.Errorf("looking at image %s: %w", name, err)
	}
	if !config.suits(platform) {
		return config, usage("--platform %s: image %s is for %s/%s", r.options.Platform, name, config.os, config.arch)
	}
	return config, nil
}

// suits reports whether an image is for a platform; nil is any.
func (c imageConfig) suits(p *ocispec.Platform) bool {
	return p == nil || c.os == p.OS && c.arch == p.Architecture
}

func (r *Runner) inspect(ctx context.Context, name string) (imageConfig, error) {
	i, err := r.client.ImageInspect(ctx, name)
	if err != nil {
		return imageConfig{}, err
	}
	config := imageConfig{os: i.Os, arch: i.Architecture}
	if i.Config == nil {
		return config, nil
	}
	for _, entry := range i.Config.Env {
		config.hasPath = config.hasPath || strings.HasPrefix(entry, "PATH=")
	}
	return config, nil
}

// pull pulls an image.
func (r *Runner) pull(ctx context.Context, name string, platform *ocispec.Platform) error {
	if r.options.Notice != nil {
		r.options.Notice("pulling image " + name)
	}
	ctx, cancel := context.WithTimeout(ctx, pullTime)
	defer cancel()
	var o client.ImagePullOptions
	if platform != nil {
		o.Platforms = []ocispec.Platform{*platform}
	}
	pull, err := r.client.ImagePull(ctx, name, o)
	if err != nil {
		return err
	}
	return pull.Wait(ctx)
}
