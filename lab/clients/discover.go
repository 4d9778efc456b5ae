package clients

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/tlslab/lab/internal/version"
	"example.com/tlslab/lab/lang"
)

// answerTime is how long a program may take to say what it is.
const answerTime = 10 * time.Second

// maxReason is how long a Missing.Reason may be, in bytes: a program may have said a
// lot.
const maxReason = 500

// Options says what [Discover] looks for.
type Options struct {
	// Stacks lists the stacks to look for, in the order of Set.Clients. lab/clients/all lists all
	// that tlslab knows.
	Stacks []Stack
	// Only lists the clients wanted, each as a stack, with or without a version or
	// the beginning of one, with or without a variant: "python", "python-3.11",
	// "python/strict", "python-3.11.7/default". Empty means all. What is not asked
	// for is not started, as far as its place tells what it is.
	Only []string
	// Services lists what the clients wanted speak behind TLS, as "https" or "mongodb". Empty
	// means all.
	Services []string
	// Quick leaves out the stacks that are slow (Stack.Slow), unless Only names them. They
	// are listed in Set.Missing.
	Quick bool
}

// Missing is a stack, or one program of a stack, that was looked for and that can't
// be used.
type Missing struct {
	Stack  string      `json:"stack"`
	Reason lang.Reason `json:"reason"` // one line: "no node on PATH"
}

// Discover finds the client stacks of this machine. What is not there, or does not
// work, is listed in [Set.Missing] and is no error; an entry of Options.Only that
// nothing matches is one, and says what there is. The caller ends the set with
// [Set.Close]; ctx limits the search alone.
func Discover(ctx context.Context, o Options) (*Set, error) {
	all := slices.DeleteFunc(slices.Clone(o.Stacks), func(s Stack) bool {
		return len(o.Services) > 0 && !slices.Contains(o.Services, s.ServiceName())
	})
	var slow []Missing
	if o.Quick && len(o.Only) == 0 {
		all = slices.DeleteFunc(all, func(s Stack) bool {
			if s.Slow != "" {
				slow = append(slow, Missing{Stack: s.Name, Reason: lang.Plain(s.Slow)})
			}
			return s.Slow != ""
		})
	}
	found := find(ctx, all, o.Only)
	s := newSet(found, o.Only)
	s.Missing = append(s.Missing, slow...)
	if err := ctx.Err(); err != nil {
		s.Close()
		return nil, fmt.Errorf("finding client stacks: %w", context.Cause(ctx))
	}
	unmatched := slices.DeleteFunc(slices.Clone(o.Only), func(p string) bool {
		return slices.ContainsFunc(s.Clients, func(c *Client) bool { return pattern(p).matches(c.Info) })
	})
	if len(unmatched) == 0 {
		return s, nil
	}
	s.Close()
	everything, err := Discover(ctx, Options{Stacks: all}) // to say what there is
	if err != nil {
		return nil, err
	}
	defer everything.Close()
	return nil, noSuchClient(unmatched, everything)
}

// noSuchClient says that patterns match nothing, and what there is.
func noSuchClient(unmatched []string, s *Set) error {
	var ids []string // without their variants, which would make a page of it
	var infos []Info
	for _, c := range s.Clients {
		infos = append(infos, c.Info)
		if id, _, _ := strings.Cut(c.ID(), "/"); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	var why strings.Builder
	for _, m := range s.Missing {
		fmt.Fprintf(&why, "; %s: %s", m.Stack, m.Reason)
	}
	return fmt.Errorf("no client matches %q%s: use a stack (python), a version (python-3.11) or a variant (python/strict) of these: %s%s",
		unmatched, Meant(unmatched[0], infos), strings.Join(ids, " "), why.String())
}

// search is what came of looking for one stack.
type search struct {
	stack    Stack
	places   []Place
	installs []*Install // by place; nil where it can't be used
	errs     []error    // by place
	err      error      // there is no place
}

// find looks for the stacks at the same time, and opens what it finds.
func find(ctx context.Context, all []Stack, only []string) []*search {
	found := make([]*search, 0, len(all))
	var finders errgroup.Group
	// Start-up keeps a processor busy, and waits for the disk a little.
	var openers errgroup.Group
	openers.SetLimit(runtime.NumCPU() + 2)
	for _, st := range all {
		if !wanted(only, st.Name, Place{}) {
			continue
		}
		s := &search{stack: st}
		found = append(found, s)
		finders.Go(func() error {
			s.places, s.err = st.Find(ctx)
			s.places = slices.DeleteFunc(s.places, func(p Place) bool { return !wanted(only, st.Name, p) })
			s.installs = make([]*Install, len(s.places))
			s.errs = make([]error, len(s.places))
			for i, p := range s.places {
				openers.Go(func() error {
					ctx, cancel := context.WithTimeout(ctx, answerTime)
					defer cancel()
					s.installs[i], s.errs[i] = st.Open(ctx, p)
					return nil
				})
			}
			return nil
		})
	}
	finders.Wait() // before openers: finders hand them their work
	openers.Wait()
	return found
}

// wanted reports whether what is at the place may be one of those wanted.
func wanted(only []string, name string, at Place) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(p string) bool { return pattern(p).mayMatch(name, at) })
}

// pick returns the installs of a search that can be used, one for each program and
// each version, oldest first, and what can't be used. It closes what it leaves out.
func (s *search) pick() (installs []*Install, missing []Missing) {
	miss := func(err error) {
		var reason lang.Reason
		if !errors.As(err, &reason) {
			reason = lang.Plain(err.Error())
		}
		missing = append(missing, Missing{Stack: s.stack.Name, Reason: reason.Map(oneLine)})
	}
	if s.err != nil {
		miss(s.err)
	}
	byKey := make(map[string]bool)
	byVersion := make(map[string]*Install)
	for i, in := range s.installs {
		if in == nil {
			miss(s.errs[i])
			continue
		}
		if version.Older(in.Version, s.stack.Oldest) {
			miss(lang.Because("too-old", in.Path, in.Version, s.stack.Oldest))
			closeInstall(in)
			continue
		}
		// One program found twice is one. Another one of the same version would have
		// the same ID: the one found first stands for both.
		first, taken := byVersion[in.Version]
		if key := cmp.Or(in.Key, in.Path); byKey[key] {
			closeInstall(in)
		} else if byKey[key] = true; taken {
			miss(lang.Because("same-version", in.Path, in.Version, first.Path))
			closeInstall(in)
		} else {
			byVersion[in.Version] = in
			installs = append(installs, in)
		}
	}
	slices.SortStableFunc(installs, func(a, b *Install) int { return version.Compare(a.Version, b.Version) })
	return installs, missing
}

// oneLine puts a text on one line, and cuts it where it is too long.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "..."
	}
	return text
}

func closeInstall(in *Install) error {
	if in.Close == nil {
		return nil
	}
	return in.Close()
}
