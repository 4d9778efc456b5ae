package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/image"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
)

// images is the container images in which the lab runs, instead of on this machine.
type images struct {
	names   []string
	options image.Options

	flags []string // the flags that are only valid with --image
	cmd   *cobra.Command
}

func (i *images) add(cmd *cobra.Command) {
	flag := cmd.Flags()
	flag.StringArrayVar(&i.names, "image", nil, "run in a container of this `IMAGE`, without a network; repeatable: "+
		"then the report says what differs between them")
	flag.StringVar(&i.options.User, "user", "", "with --image: user in the container, as docker run has it")
	flag.StringArrayVar(&i.options.Env, "env", nil, "with --image: environment variable as NAME=VALUE, or NAME for its "+
		"value here; repeatable")
	flag.StringArrayVar(&i.options.Mounts, "mount", nil, "with --image: mount as in docker run: "+
		"type=bind,source=/data,target=/data,readonly; repeatable")
	flag.StringVar(&i.options.Platform, "platform", "", "with --image: platform of the image, as linux/arm64")
	flag.StringVar(&i.options.Entrypoint, "entrypoint", "", "with --image: program of the image that gets the lab's "+
		"command as its arguments (default: none)")
	flag.BoolVar(&i.options.ReadOnly, "read-only", false, "with --image: the container cannot write to its root")
	i.cmd, i.flags = cmd, []string{"user", "env", "mount", "platform", "entrypoint", "read-only"}
}

// given reports whether the lab runs in images. It returns an error if flags do not suit that.
func (i *images) given() (bool, error) {
	changed := func(name string) bool { return i.cmd.Flags().Changed(name) }
	if len(i.names) == 0 {
		if n := slices.IndexFunc(i.flags, changed); n >= 0 {
			return false, usageError{fmt.Errorf("--%s without --image: name the image, too", i.flags[n])}
		}
		return false, nil
	}
	for n, name := range i.names {
		switch {
		case name == "":
			return false, usageError{errors.New("--image: the name is empty")}
		case slices.Contains(i.names[:n], name):
			return false, usageError{fmt.Errorf("--image %s is given twice", name)}
		}
	}
	for _, name := range []string{"dir", "bind", "mongo-address", "mongo-image", "mongo-owner", "from"} {
		if i.cmd.Flags().Lookup(name) != nil && changed(name) {
			return false, usageError{fmt.Errorf("--%s with --image: leave it out, because the lab runs in a container", name)}
		}
	}
	return true, nil
}

// task is what the lab does in each image.
type task struct {
	list      []*scenarios.Scenario
	catalogue *scenarios.Catalogue
	minting   *minting
	command   string   // matrix or test
	flags     []string // of the command
	after     []string // after the flags: the command that test runs
	idFlag    string   // the flag for scenarios, which are arguments if it is empty
}

const scenariosFile = "scenarios.yaml"

// arguments returns the arguments of the lab in a container, and its files.
func (t *task) arguments(c *console) ([]string, []image.File, error) {
	config, err := t.minting.config(c)
	if err != nil {
		return nil, nil, err
	}
	seed, at := cmp.Or(config.Seed, lab.NewSeed()), config.At
	if at.IsZero() {
		at = lab.Today(time.Now())
	}
	args := []string{insideName, t.command, "--json", "--seed=" + seed, "--at=" + at.Format(time.RFC3339)}
	args = append(args, t.flags...)
	if config.AnyTime {
		args = append(args, "--any-time")
	}
	var files []image.File
	if t.catalogue != nil {
		text, err := file.Marshal(t.catalogue.Declared()...)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, image.File{Name: scenariosFile, Data: text})
		args = append(args, "--scenarios="+path.Join(image.Folder, scenariosFile))
	}
	var ids []string
	for _, s := range t.list {
		ids = append(ids, s.ID)
	}
	if t.idFlag != "" {
		return append(append(args, "--"+t.idFlag+"="+strings.Join(ids, ","), "--"), t.after...), files, nil
	}
	return append(args, ids...), files, nil
}

// inImages runs the lab in each image, and returns the results in their order. If ctx ends, it also returns the
// results until then.
func (c *console) inImages(ctx context.Context, i *images, t *task) (runs []*result.Run, err error) {
	args, files, err := t.arguments(c)
	if err != nil {
		return nil, err
	}
	p := newProgress(c)
	defer p.close()
	i.options.Notice = p.say
	r, err := image.Open(ctx, i.options)
	if err != nil {
		return nil, asUsage(err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	said := map[string]bool{}
	for _, name := range i.names {
		var out bytes.Buffer
		told := &relay{progress: p, image: name, said: said}
		status, ended := r.Run(ctx, name, image.Command{Args: args, Files: files, Stdout: &out, Stderr: told})
		run, unread := result.Read(&out)
		if unread == nil {
			run.Catalogue = t.catalogue
			runs = append(runs, run.In(name))
		}
		switch {
		case ended != nil:
			return runs, asUsage(ended)
		case unread != nil:
			return runs, told.failure(status)
		}
		told.flush()
		if run.Interrupted {
			return runs, fmt.Errorf("image %s: the lab in it was interrupted", name)
		}
	}
	return runs, nil
}

// asUsage makes an error about the options of containers one about wrong usage.
func asUsage(err error) error {
	if errors.Is(err, image.ErrUsage) {
		return usageError{err}
	}
	return err
}

// relay reads what the lab in an image writes to standard error: its progress, and lines for the user. It holds the
// last line back, because that may be the error with which the lab ends.
type relay struct {
	progress *progress
	image    string
	said     map[string]bool // by the labs in all images: each line is passed on once
	rest     []byte
	last     string
}

// maxLine is the maximum length of a line from a container, in bytes.
const maxLine = 16 << 10

func (r *relay) Write(p []byte) (int, error) {
	r.rest = append(r.rest, p...)
	for {
		line, rest, ended := bytes.Cut(r.rest, []byte("\n"))
		if !ended && len(line) < maxLine {
			return len(p), nil
		}
		r.rest = rest
		r.line(strings.TrimPrefix(string(line), "tlslab: "))
	}
}

func (r *relay) line(line string) {
	var done, total int
	if n, _ := fmt.Sscanf(line, progressForm, &done, &total); n == 2 {
		r.progress.set(done, total)
		return
	}
	r.flush()
	r.last = line
}

// flush passes on the last line.
func (r *relay) flush() {
	if r.last != "" && !r.said[r.last] {
		r.said[r.last] = true
		r.progress.say("in image " + r.image + ": " + r.last)
	}
	r.last = ""
}

// failure returns the error of a lab that wrote no results.
func (r *relay) failure(status int) error {
	why := strings.TrimSpace(r.last + "\n" + string(r.rest))
	why = visible.Text(cmp.Or(why, fmt.Sprintf("tlslab ended with status %d", status)))
	if status == 128+9 {
		why += ": it was killed, perhaps because memory is short"
	}
	err := fmt.Errorf("image %s: %s", r.image, why)
	if status == exitUsage {
		return usageError{err}
	}
	return err
}

// inImages runs scenarios in images, with the clients that match the patterns in only, and joins the results.
func (p *probing) inImages(
	ctx context.Context, c *console, catalogue *scenarios.Catalogue, list []*scenarios.Scenario, only []string,
) (*result.Run, error) {
	if err := cmp.Or(knownClients(only), positive(p.timeout)); err != nil {
		return nil, err
	}
	t := &task{list: list, catalogue: catalogue, minting: &p.minting, command: "matrix",
		flags: []string{"--timeout=" + p.timeout.String()}}
	for _, pattern := range only {
		t.flags = append(t.flags, "--client="+pattern)
	}
	runs, err := c.inImages(ctx, &p.images, t)
	if err != nil {
		return nil, err
	}
	return result.Join(runs...)
}

// inImages runs the client under test in images.
func (o *testOptions) inImages(ctx context.Context, list []*scenarios.Scenario, keepGoing bool) ([]*result.Run, error) {
	t := &task{list: list, catalogue: o.catalogue, minting: &o.minting, command: "test", after: o.Command, idFlag: "id",
		flags: []string{"--contract=" + o.Contract, "--timeout=" + o.timeout.String()}}
	for _, feature := range o.Features {
		t.flags = append(t.flags, "--feature="+feature)
	}
	if o.Speaks != "" {
		t.flags = append(t.flags, "--stack="+o.Speaks)
	}
	if o.VerdictOnly {
		t.flags = append(t.flags, "--verdict-only")
	}
	if keepGoing {
		t.flags = append(t.flags, "--keep-going")
	}
	if o.parallel != runtime.NumCPU() {
		t.flags = append(t.flags, fmt.Sprintf("--parallel=%d", o.parallel))
	}
	return o.console.inImages(ctx, &o.images, t)
}
