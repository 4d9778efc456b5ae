// Command install makes the environments of client stacks that need more than a machine usually has: virtual
// environments for Python, packages for Node.js, and programs in Rust and Java, all with exact versions. It
// puts them into tlslab/clients in the user's cache directory, or into the directory in TLSLAB_CLIENTS. make
// clients runs it.
//
// Environments that are up to date are left alone. An environment appears only when it is complete, so an
// interrupted run leaves no half-made ones.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/mainstream"
	"example.com/tlslab/lab/clients/mongojava"
	"example.com/tlslab/lab/clients/mongonode"
	"example.com/tlslab/lab/clients/npm"
	"example.com/tlslab/lab/clients/okhttp"
	"example.com/tlslab/lab/clients/pymongo"
	"example.com/tlslab/lab/clients/pypi"
	"example.com/tlslab/lab/clients/reqwest"
	"example.com/tlslab/scenarios/near"
)

// environments lists all environments. A new one needs a declaration in its stack's folder and a line here.
func environments() []maker {
	var list []maker
	for _, e := range slices.Concat(pymongo.Environments(), pypi.Environments(),
		[]environment.Python{mainstream.Python()}) {
		list = append(list, pythonEnvironment(e))
	}
	for _, e := range []environment.Node{mongonode.Environment(), npm.Environment(), mainstream.Node()} {
		list = append(list, nodeEnvironment(e))
	}
	list = append(list, cargoEnvironment{reqwest.Environment()})
	return append(list, mavenEnvironment{okhttp.Environment()}, mavenEnvironment{mongojava.Environment()})
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	home, err := environment.Home()
	var list []maker
	if err == nil {
		list, err = wanted(environments(), os.Args[1:])
	}
	if err == nil {
		err = install(ctx, home, list, os.Stdout)
	}
	if err == nil {
		fmt.Printf("they are in %s, where tlslab finds them; set %s to use another directory\n", home,
			environment.Variable)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "install: %v\n", err)
		stop()
		os.Exit(1)
	}
}

// wanted returns the environments with the given names, or all if there are none.
func wanted(all []maker, names []string) ([]maker, error) {
	if len(names) == 0 {
		return all, nil
	}
	var list []maker
	var known []string
	for _, m := range all {
		known = append(known, m.name())
		if slices.Contains(names, m.name()) {
			list = append(list, m)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no environment %q%s: choose from %s", name,
				near.Hint(name, known), strings.Join(known, ", "))
		}
	}
	return list, nil
}

// maker plans how to make an environment on this machine.
type maker interface {
	// plan returns the directories to make. If the environment cannot be made here, it returns the reason in
	// one line, which is not an error.
	plan(ctx context.Context) (plans []plan, why string)
	// name returns the environment's name.
	name() string
}

// plan is a directory to make.
type plan struct {
	dir   string // its name
	stamp string // an existing directory with this stamp is up to date
	// there reports whether an existing directory still works, as far as a quick check can tell.
	there func(dir string) bool
	// make fills an empty directory.
	make func(ctx context.Context, dir string) error
}

// scratch starts the names of directories that are being made or removed. If this run is killed, the next one
// removes them.
const scratch = ".making-"

// install makes the environments below home, prints one line about each, and returns an error for those that
// could not be made.
func install(ctx context.Context, home string, all []maker, out io.Writer) error {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(home, ".lock"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return fmt.Errorf("waiting for another install in %s: %w", home, err)
	}
	defer lock.Close()
	if err := sweep(home); err != nil {
		return err
	}

	var mu sync.Mutex
	say := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(out, format+"\n", args...)
	}
	var work []plan
	for _, m := range all {
		plans, why := m.plan(ctx)
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if why != "" {
			say("%s: skipped: %s", m.name(), why)
		}
		work = append(work, plans...)
		if err := prune(home, m.name(), plans, say); err != nil {
			return err
		}
	}
	// They wait for the network and the disk as much as they compute.
	var group errgroup.Group
	group.SetLimit(2 * runtime.NumCPU())
	errs := make([]error, len(work))
	for i, p := range work {
		group.Go(func() error {
			begin := time.Now()
			made, err := p.install(ctx, home)
			switch {
			case err != nil:
				errs[i] = fmt.Errorf("%s: %w", p.dir, err)
			case made:
				say("%s: made in %.1f s", p.dir, time.Since(begin).Seconds())
			default:
				say("%s: up to date", p.dir)
			}
			return nil
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.Join(errs...)
}

// install makes the directory unless it is up to date.
func (p plan) install(ctx context.Context, home string) (made bool, err error) {
	final := filepath.Join(home, p.dir)
	if stamp, err := os.ReadFile(filepath.Join(final, environment.Stamp)); err == nil && string(stamp) == p.stamp &&
		p.there(final) {
		return false, nil
	}
	if err := ctx.Err(); err != nil {
		return false, context.Cause(ctx)
	}
	dir, err := os.MkdirTemp(home, scratch)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fresh := filepath.Join(dir, p.dir)
	if err := os.Mkdir(fresh, 0o755); err != nil {
		return false, err
	}
	if err := p.make(ctx, fresh); err != nil {
		return false, err
	}
	if err := os.WriteFile(filepath.Join(fresh, environment.Stamp), []byte(p.stamp), 0o644); err != nil {
		return false, err
	}
	switch err := os.Rename(final, filepath.Join(dir, "old")); {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return false, err
	}
	return true, os.Rename(fresh, final)
}

// sweep removes what killed runs left behind.
func sweep(home string) error {
	left, err := filepath.Glob(filepath.Join(escape(home), scratch+"*"))
	for _, dir := range left {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// prune removes environments with this name that no plan needs any more, for example because another
// interpreter is used. It leaves directories that the lab did not make alone, and does nothing if there are
// no plans.
func prune(home, name string, plans []plan, say func(string, ...any)) error {
	if len(plans) == 0 {
		return nil
	}
	entries, err := os.ReadDir(home)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		dir := filepath.Join(home, entry.Name())
		_, unstamped := os.Stat(filepath.Join(dir, environment.Stamp))
		planned := slices.ContainsFunc(plans, func(p plan) bool { return p.dir == entry.Name() })
		if planned || unstamped != nil || !strings.HasPrefix(entry.Name(), name+"-python") {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		say("%s: removed: another interpreter has taken its place", entry.Name())
	}
	return nil
}

// escape turns a directory's name into a pattern that matches only itself.
func escape(dir string) string {
	if runtime.GOOS == "windows" {
		return dir // patterns have no escapes there
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
