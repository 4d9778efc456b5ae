// Package image runs the lab inside container images, so that clients run with the libraries of their image. The
// lab's static program is copied into a container of the image, and its output is streamed out. The container has no
// network except its own loopback, and nothing of it remains.
//
// The API of Docker's daemon is used, which podman has, too.
package image

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"example.com/tlslab/pki"
)

// Folder is the directory of the lab's program and files in a container. It is a volume, because files cannot be
// copied into a container whose root is read-only.
const Folder = "/.tlslab"

// Labels of the lab's containers. Those of package mongo are the same.
const (
	label      = "org.example.tlslab"       // the image
	labelOwner = "org.example.tlslab.owner" // which process made it
	labelLock  = "org.example.tlslab.lock"  // a directory that its lab keeps locked
)

// lockPrefix starts the names of the directories that tell whether a lab with containers is alive. It is that of
// package mongo, too: each removes what killed labs left behind, whatever it was.
const lockPrefix = "containers-tlslab-"

// Time limits.
const (
	pingTime   = 2 * time.Second
	pullTime   = 10 * time.Minute
	removeTime = time.Minute
	// endTime is how long a lab that was told to end may take to write what it has.
	endTime = 10 * time.Second
)

// ErrUsage is matched by errors about values of [Options].
var ErrUsage = errors.New("image: wrong options")

// Options say how containers are made. Their fields mean what the options of docker run with these names mean.
type Options struct {
	User     string   // a name or number, with an optional group: 1000:1000
	Env      []string // NAME=VALUE; NAME alone takes the value from this process
	Mounts   []string // type=bind,source=/data,target=/data,readonly
	Platform string   // linux/arm64
	// Entrypoint is a program of the image that starts the lab: it gets the lab's command as its arguments. Empty means
	// that the lab is started directly, and the entrypoint of the image does not run.
	Entrypoint string
	ReadOnly   bool // the root of the container cannot be written
	// Notice, if set, is called before something that takes long, such as pulling an image.
	Notice func(string)
}

// Runner runs the lab in containers. [Runner.Close] must be called.
type Runner struct {
	options Options
	env     []string
	mounts  []mount
	client  *client.Client
	lock    *pki.Dir
	owner   string
	noIPv6  bool // the daemon's kernel has no IPv6
}

// Open connects to Docker, and removes the containers that this user's killed labs left behind. Errors about the
// options match [ErrUsage].
func Open(ctx context.Context, o Options) (*Runner, error) {
	r := &Runner{options: o, owner: fmt.Sprintf("%d-%s", os.Getpid(), rand.Text())}
	var err error
	if r.env, err = environment(o.Env); err != nil {
		return nil, err
	}
	for _, text := range o.Mounts {
		m, err := parseMount(text)
		if err != nil {
			return nil, err
		}
		r.mounts = append(r.mounts, m)
	}
	if _, err := parsePlatform(o.Platform); err != nil {
		return nil, err
	}
	if r.client, err = dial(ctx); err != nil {
		return nil, err
	}
	if err := r.takeOver(ctx); err != nil {
		return nil, errors.Join(err, r.client.Close())
	}
	return r, nil
}

// takeOver removes the containers of this user's killed labs, and makes this lab's lock. A lab counts as dead if its
// lock exists, belongs to this user and is not held: the kernel releases it when the process ends, however that
// happens.
func (r *Runner) takeOver(ctx context.Context) error {
	if err := r.sweep(ctx, label, abandoned); err != nil {
		return err
	}
	pki.SweepTemp(os.TempDir(), lockPrefix)
	var err error
	if r.lock, err = pki.TempDir(os.TempDir(), lockPrefix); err != nil {
		return fmt.Errorf("making a lock for containers: %w", err)
	}
	return nil
}

// abandoned reports whether a container's labels say that it belongs to a killed lab.
func abandoned(labels map[string]string) bool {
	lock := labels[labelLock]
	return strings.HasPrefix(filepath.Base(lock), lockPrefix) && filepath.IsAbs(lock) && pki.Abandoned(lock)
}

// sweep removes every container with a label, if wanted accepts its labels.
func (r *Runner) sweep(ctx context.Context, label string, wanted func(map[string]string) bool) error {
	list, err := r.client.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", label),
	})
	if err != nil {
		return fmt.Errorf("looking for leftover containers: %w", err)
	}
	for _, c := range list.Items {
		if wanted(c.Labels) {
			err = errors.Join(err, r.remove(ctx, c.ID))
		}
	}
	return err
}

// remove kills a container and removes it with its volumes. It is no error if Docker already does.
func (r *Runner) remove(ctx context.Context, id string) error {
	_, err := r.client.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsNotFound(err) || errdefs.IsConflict(err) {
		return nil
	}
	return err
}

// Close removes what is left of the runner's containers.
func (r *Runner) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), removeTime)
	defer cancel()
	all := func(map[string]string) bool { return true }
	return errors.Join(r.sweep(ctx, labelOwner+"="+r.owner, all), r.client.Close(), r.lock.Delete())
}

// Command is what runs in a container.
type Command struct {
	Args  []string // of the lab's program
	Files []File   // in [Folder]
	// Stdout and Stderr get the output as it comes.
	Stdout, Stderr io.Writer
}

// File is a file in [Folder], readable by everyone.
type File struct {
	Name string
	Data []byte
}

// Run runs the lab's program in a container of an image, and returns its exit status. The standard input of the
// program ends when ctx does, when this process ends, or when the connection to Docker does; it must end then, too.
// Otherwise its container is removed. Run returns when the container is gone.
func (r *Runner) Run(ctx context.Context, image string, c Command) (status int, err error) {
	status, err = r.try(ctx, image, c)
	if errors.Is(err, errNotStarted) && strings.Contains(err.Error(), "disable_ipv6") && !r.noIPv6 {
		r.noIPv6 = true
		return r.try(ctx, image, c)
	}
	return status, err
}

var errNotStarted = errors.New("starting a container")

// try runs the program once.
func (r *Runner) try(ctx context.Context, image string, c Command) (status int, err error) {
	config, err := r.prepare(ctx, image)
	if err != nil {
		return 0, err
	}
	program, err := r.program(ctx, config.os, config.arch)
	if err != nil {
		return 0, fmt.Errorf("image %s: %w", image, err)
	}
	defer program.Close()
	created, err := r.client.ContainerCreate(ctx, r.request(image, config, c.Args))
	if err != nil {
		return 0, fmt.Errorf("making a container of image %s: %w", image, err)
	}
	defer func() { err = errors.Join(err, r.gone(created.ID)) }()
	if err := r.copy(ctx, created.ID, program, c.Files); err != nil {
		return 0, fmt.Errorf("copying tlslab into a container of image %s: %w", image, err)
	}
	status, err = r.start(ctx, created.ID, c)
	switch {
	case ctx.Err() != nil:
		return status, ctx.Err()
	case err != nil:
		return 0, fmt.Errorf("image %s: %w", image, err)
	}
	return status, nil
}

// gone removes a container and waits until it is gone.
func (r *Runner) gone(id string) error {
	ctx, cancel := context.WithTimeout(context.Background(), removeTime)
	defer cancel()
	wait := r.client.ContainerWait(ctx, id, client.ContainerWaitOptions{Condition: container.WaitConditionRemoved})
	err := r.remove(ctx, id)
	if err == nil {
		select {
		case <-wait.Result:
		case err = <-wait.Error:
		}
	}
	if err == nil || errdefs.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("removing a container: %w", err)
}

// request describes the container.
func (r *Runner) request(image string, config imageConfig, args []string) client.ContainerCreateOptions {
	command := append([]string{path.Join(Folder, programName)}, args...)
	entrypoint := command[:1]
	if r.options.Entrypoint != "" {
		entrypoint = []string{r.options.Entrypoint}
	} else {
		command = command[1:]
	}
	env := append([]string{"TMPDIR=" + tmp}, r.env...)
	if !config.hasPath {
		env = append([]string{defaultPath}, env...) // an imported tree has none
	}
	platform, _ := parsePlatform(r.options.Platform)
	o := client.ContainerCreateOptions{
		Platform: platform,
		Config: &container.Config{
			Image: image, User: r.options.User, Env: env, Entrypoint: entrypoint, Cmd: command,
			AttachStdin: true, AttachStdout: true, AttachStderr: true, OpenStdin: true, StdinOnce: true,
			Labels: map[string]string{label: image, labelOwner: r.owner, labelLock: r.lock.Path()},
		},
		HostConfig: &container.HostConfig{
			NetworkMode: "none", AutoRemove: true, ReadonlyRootfs: r.options.ReadOnly,
			Mounts:    []mount{{Type: "volume", Target: Folder}},
			LogConfig: container.LogConfig{Type: "none"}, // otherwise the daemon would keep a copy of the results
		},
	}
	if !r.noIPv6 {
		o.HostConfig.Sysctls = map[string]string{ipv6Switch: "0"} // Docker turns it off, even on loopback
	}
	mounted := false
	for _, m := range r.mounts {
		o.HostConfig.Mounts = append(o.HostConfig.Mounts, m)
		mounted = mounted || path.Clean(m.Target) == tmp
	}
	if !mounted {
		o.HostConfig.Tmpfs = map[string]string{tmp: "rw,exec,nosuid,nodev,mode=1777"}
	}
	return o
}

const (
	tmp        = "/tmp"
	ipv6Switch = "net.ipv6.conf.all.disable_ipv6"
	// defaultPath is what Docker sets if an image has no PATH.
	defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)

// start starts a container, passes on its output, and returns its exit status.
func (r *Runner) start(ctx context.Context, id string, c Command) (int, error) {
	background, done := context.WithCancel(context.WithoutCancel(ctx))
	defer done()
	attached, err := r.client.ContainerAttach(ctx, id, client.ContainerAttachOptions{
		Stream: true, Stdin: true, Stdout: true, Stderr: true,
	})
	if err != nil {
		return 0, fmt.Errorf("attaching to a container: %w", err)
	}
	defer attached.Close()
	wait := r.client.ContainerWait(background, id, client.ContainerWaitOptions{
		Condition: container.WaitConditionNextExit,
	})
	if _, err := r.client.ContainerStart(ctx, id, client.ContainerStartOptions{}); err != nil {
		return 0, fmt.Errorf("%w: %w", errNotStarted, err)
	}
	// The program ends when its input does. If it does not, its container is removed.
	ending := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ending)
		attached.CloseWrite()
		overdue := time.AfterFunc(endTime, func() { r.remove(background, id) })
		defer overdue.Stop()
		select {
		case <-wait.Result:
		case <-wait.Error:
		}
	})
	if _, err := stdcopy.StdCopy(c.Stdout, c.Stderr, attached.Reader); err != nil && ctx.Err() == nil {
		return 0, fmt.Errorf("reading the output of a container: %w", err)
	}
	if !stop() {
		<-ending
		return 0, ctx.Err()
	}
	select {
	case result := <-wait.Result:
		if result.Error != nil {
			return 0, fmt.Errorf("waiting for a container: %s", result.Error.Message)
		}
		return int(result.StatusCode), nil
	case err := <-wait.Error:
		return 0, fmt.Errorf("waiting for a container: %w", err)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
