package mongo

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path"
	"runtime"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"
)

// docker is a connection to a Docker daemon, with the image to run.
type docker struct {
	provider *testcontainers.DockerProvider
	client   client.APIClient
	image    image
}

// missing is an error about something that this machine lacks.
type missing struct{ error }

// Is makes it match [errors.ErrUnsupported].
func (missing) Is(target error) bool { return target == errors.ErrUnsupported }

func unsupported(format string, args ...any) error { return missing{fmt.Errorf(format, args...)} }

const (
	// pingTime is how long the daemon may take to answer.
	pingTime = 2 * time.Second
	// pullTime is how long pulling an image may take.
	pullTime = 10 * time.Minute
)

// dial connects to the Docker daemon. If there is none, it fails quickly.
func dial(ctx context.Context) (*docker, error) {
	none := func(err error) error {
		where := os.Getenv(client.EnvOverrideHost)
		if where == "" {
			where = client.DefaultDockerHost
		}
		return unsupported("this needs containers, but no Docker daemon answers at %s: "+
			"start it, or set %s to its address (%w)", where, client.EnvOverrideHost, err)
	}
	if err := ping(ctx); err != nil {
		return nil, none(err)
	}
	// testcontainers logs details of the daemon and of each step, which are not needed.
	provider, err := testcontainers.ProviderDocker.GetProvider(testcontainers.WithLogger(tclog.NewNoopLogger()))
	if err != nil {
		return nil, none(err)
	}
	d := &docker{provider: provider.(*testcontainers.DockerProvider)}
	d.client = d.provider.Client()
	if host := d.client.DaemonHost(); !local(host) {
		remote := unsupported("the Docker daemon at %s is on another machine, but the lab and its containers "+
			"communicate over loopback: start one here, or set %s", host, client.EnvOverrideHost)
		return nil, errors.Join(remote, d.close())
	}
	return d, nil
}

// ping checks that the daemon in the environment answers. It is needed because testcontainers has no time
// limit. If the environment names no daemon, and there is none at the usual address, testcontainers looks for
// others.
func ping(ctx context.Context) error {
	c, err := client.New(client.FromEnv)
	if err != nil {
		return err
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	_, err = c.Ping(ctx, client.PingOptions{})
	if ctx.Err() == nil && os.Getenv(client.EnvOverrideHost) == "" {
		return nil
	}
	return err
}

// local reports whether a daemon's address is on this machine.
func local(host string) bool {
	u, err := url.Parse(host)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "unix", "npipe":
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// fetch makes sure that the image, and what testcontainers needs in addition, are present.
func (d *docker) fetch(ctx context.Context, name string, notice func(string)) error {
	if !testcontainers.ReadConfig().RyukDisabled {
		if err := d.pull(ctx, testcontainers.ReaperDefaultImage, notice); err != nil {
			return unsupported("testcontainers needs the image %s, which removes containers if this program "+
				"is killed, but it cannot be pulled: set TESTCONTAINERS_RYUK_DISABLED=true to do without it (%w)",
				testcontainers.ReaperDefaultImage, err)
		}
	}
	if err := d.pull(ctx, name, notice); err != nil {
		return unsupported("image %s is not on this machine and cannot be pulled: "+
			"name another with --mongo-image or %s, or build one with make mongod-image or, "+
			"for the lab's stand-in, make mongod-stand-in (%w)", name, ImageVariable, err)
	}
	r, err := d.client.ImageInspect(ctx, name)
	if err != nil {
		return fmt.Errorf("looking at image %s: %w", name, err)
	}
	d.image.name = name
	if r.Config == nil {
		return nil
	}
	for _, entry := range r.Config.Env {
		if v, ok := strings.CutPrefix(entry, versionVariable+"="); ok {
			d.image.version = v
		}
	}
	d.image.standIn = r.Config.Labels[labelStandIn] != ""
	d.image.bionic = r.Config.Labels[labelBionic] != ""
	return nil
}

// pull pulls a missing image.
func (d *docker) pull(ctx context.Context, name string, notice func(string)) error {
	_, err := d.client.ImageInspect(ctx, name)
	if err == nil || !errdefs.IsNotFound(err) {
		return err
	}
	if notice != nil {
		notice("pulling image " + name)
	}
	ctx, cancel := context.WithTimeout(ctx, pullTime)
	defer cancel()
	pull, err := d.client.ImagePull(ctx, name, client.ImagePullOptions{})
	if err != nil {
		return err
	}
	return pull.Wait(ctx)
}

// create makes a container.
func (d *docker) create(ctx context.Context, r testcontainers.ContainerRequest) (testcontainers.Container, error) {
	c, err := d.provider.CreateContainer(ctx, r)
	if err != nil {
		return c, fmt.Errorf("making a container of image %s: %w", r.Image, err)
	}
	return c, nil
}

// copy copies files into a container and sets their owner, which testcontainers does not do.
func (d *docker) copy(ctx context.Context, id string, files []file) error {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: strings.TrimPrefix(folder, "/") + "/", Mode: 0o755})
	for _, f := range files {
		name := path.Join(strings.TrimPrefix(folder, "/"), path.Base(f.path))
		err = errors.Join(err, w.WriteHeader(&tar.Header{
			Name: name, Mode: 0o400, Uid: f.owner, Gid: f.owner, Size: int64(len(f.data)),
		}))
		_, writing := w.Write(f.data)
		err = errors.Join(err, writing)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	o := client.CopyToContainerOptions{DestinationPath: "/", Content: &b}
	if _, err := d.client.CopyToContainer(ctx, id, o); err != nil {
		return fmt.Errorf("copying files into a container: %w", err)
	}
	return nil
}

// attach attaches to the output of a container. The stream outlives ctx.
func (d *docker) attach(ctx context.Context, id string) (*serverLog, error) {
	r, err := d.client.ContainerAttach(ctx, id, client.ContainerAttachOptions{Stream: true, Stdout: true,
		Stderr: true})
	if err != nil {
		return nil, fmt.Errorf("attaching to a container: %w", err)
	}
	return newServerLog(r.HijackedResponse), nil
}

// start starts a container.
func (d *docker) start(ctx context.Context, c testcontainers.Container) error {
	if err := c.Start(ctx); err != nil {
		return fmt.Errorf("starting a container: %w", err)
	}
	return nil
}

// published returns the address on this machine where mongod's port is published.
func (d *docker) published(ctx context.Context, id string) (string, error) {
	r, err := d.client.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return "", fmt.Errorf("inspecting a container: %w", err)
	}
	if r.Container.NetworkSettings != nil {
		for _, b := range r.Container.NetworkSettings.Ports[network.MustParsePort(publishedPort)] {
			return net.JoinHostPort(b.HostIP.String(), b.HostPort), nil
		}
	}
	return "", errors.New("a container has no published port: " +
		"it ended immediately, or Docker cannot publish ports on loopback")
}

// reach checks that a mongod on the host's network can be reached. With some versions of Docker, that network
// belongs to another machine.
func (d *docker) reach(ctx context.Context, m *mongod) error {
	if runtime.GOOS == "linux" {
		return nil
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", m.addr)
	if err != nil {
		return unsupported("%s needs the host's network, which this Docker does not provide: "+
			"enable host networking in Docker Desktop's settings (%w)", m.scenario.ID, err)
	}
	conn.Close()
	told, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	m.log.tls(told, 1) // the end of this connection
	m.log.restart()
	return nil
}

// remove kills a container and removes it with its volumes.
func (d *docker) remove(ctx context.Context, c testcontainers.Container) error {
	err := c.Terminate(ctx, testcontainers.StopTimeout(0))
	if errdefs.IsNotFound(err) {
		return nil // another process was faster
	}
	return err
}

// sweep removes every container with a label, if wanted accepts its labels.
func (d *docker) sweep(ctx context.Context, label string, wanted func(map[string]string) bool) error {
	list, err := d.client.ContainerList(ctx, client.ContainerListOptions{All: true,
		Filters: make(client.Filters).Add("label", label)})
	if err != nil {
		return fmt.Errorf("looking for leftover containers: %w", err)
	}
	for _, c := range list.Items {
		if !wanted(c.Labels) {
			continue
		}
		_, failed := d.client.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true,
			RemoveVolumes: true})
		if !errdefs.IsNotFound(failed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// close closes the connection to Docker.
func (d *docker) close() error { return d.provider.Close() }
