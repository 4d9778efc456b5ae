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

// answerTime is how long a program may take to report its version.
const answerTime = 10 * time.Second

// maxReason is the maximum length of Missing.Reason, in bytes, because a program may have written a lot.
const maxReason = 500

// Options are the options of [Discover].
type Options struct {
	// Stacks lists the stacks to look for, in the order of Set.Clients. lab/clients/all lists all stacks that
	// tlslab knows.
	Stacks []Stack
	// Only lists patterns for the wanted clients. A pattern is a stack, optionally followed by a version or
	// its beginning, and a variant: "python", "python-3.11", "python/strict", "python-3.11.7/default". Empty
	// means all. Programs that match no pattern are not started, as far as their location reveals what they
	// are.
	Only []string
	// Services lists the protocols of the wanted clients, such as "https" or "mongodb". Empty means all.
	Services []string
	// Quick leaves out slow stacks (Stack.Slow), unless Only names them. They are listed in Set.Missing.
	Quick bool
}

// Missing is a stack, or one program of a stack, that was not found or cannot be used.
type Missing struct {
	Stack  string      `json:"stack"`
	Reason lang.Reason `json:"reason"` // one line: "no node on PATH"
}

// Discover finds the client stacks of this machine. Stacks that are missing or do not work are listed in
// [Set.Missing] and are not an error. A pattern in Options.Only that matches nothing is an error, which lists
// the clients that exist. The caller must close the set with [Set.Close]; ctx limits only the search.
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
	everything, err := Discover(ctx, Options{Stacks: all}) // to list what there is
	if err != nil {
		return nil, err
	}
	defer everything.Close()
	return nil, noSuchClient(unmatched, everything)
}

// noSuchClient returns the error for patterns that match nothing. It lists the clients that exist.
func noSuchClient(unmatched []string, s *Set) error {
	var ids []string // without variants, which would fill a page
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
	return fmt.Errorf("no client matches %q%s: use a stack (python), a version (python-3.11) or a variant "+
		"(python/strict) of these: %s%s",
		unmatched, Meant(unmatched[0], infos), strings.Join(ids, " "), why.String())
}

// search is the result of looking for one stack.
type search struct {
	stack    Stack
	places   []Place
	installs []*Install // by place; nil if it cannot be used
	errs     []error    // by place
	err      error      // why there is no place
}

// find looks for all stacks concurrently and opens what it finds.
func find(ctx context.Context, all []Stack, only []string) []*search {
	found := make([]*search, 0, len(all))
	var finders errgroup.Group
	// Starting a program mostly needs the processor, and sometimes waits for the disk.
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
	finders.Wait() // before openers: finders give them work
	openers.Wait()
	return found
}

// wanted reports whether the program at a place may be one that was asked for.
func wanted(only []string, name string, at Place) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(p string) bool { return pattern(p).mayMatch(name, at) })
}

// pick returns the usable installs of a search, one for each program and version, oldest first, and those
// that cannot be used. It closes what it leaves out.
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
		// A program found twice counts once. Two programs with the same version would have the same ID, so
		// the first one stands for both.
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
