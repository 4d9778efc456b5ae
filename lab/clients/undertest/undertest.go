// Package undertest is the client stack of a user's own client: a command that is told to connect in one of
// several ways ([Contracts]) and judged like any other stack.
//
// A client is run as its contract says, once for each scenario, and is never told what is expected. It runs
// without a shell, in its own process group and in the lab's working directory. It has the caller's
// environment, except for what would change what it trusts: see [Environ].
package undertest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
)

// Name is the name of the stack.
const Name = "under-test"

// Options describe the client under test and how to run it.
type Options struct {
	// Command is the program and its arguments, with placeholders: see [Placeholders].
	Command []string
	// Contract is one of [Contracts]. Empty means exit.
	Contract string
	// Service is the protocol that it speaks over TLS, a scenarios.Service. Empty means https.
	Service string
	// Speaks names the stack whose wording it uses in messages, if known.
	Speaks string
	// Features declares the optional checks that it has, as named in scenarios.Expectation.
	Features []string
	// VerdictOnly judges it only by whether it accepts or rejects, and not by its reasons.
	VerdictOnly bool
	// Parallel is the maximum number of copies of a worker. Zero means one.
	Parallel int
}

// contract is a way of running a client.
type contract struct {
	name string
	open func(context.Context, Options, clients.Place) (*clients.Install, error)
	// tells says that the contract itself gives the client the file to trust.
	tells bool
}

// contracts lists all contracts, the usual one first.
var contracts = []contract{
	{"exit", openExit, false},
	{"served", openServed, false},
	{"worker", openWorker, true},
	{"trytls", openTryTLS, true},
}

// Contracts returns the names of the contracts, the usual one first.
func Contracts() []string {
	var names []string
	for _, c := range contracts {
		names = append(names, c.name)
	}
	return names
}

// ErrCommand is wrapped by errors about a command that cannot be right: it does not exist or is not a
// program.
var ErrCommand = errors.New("no such command")

// Stack declares the stack of one client.
func Stack(o Options) clients.Stack {
	return clients.Stack{
		Name:      Name,
		Service:   o.Service,
		UnderTest: true,
		Find: func(context.Context) ([]clients.Place, error) {
			if len(o.Command) == 0 {
				return nil, fmt.Errorf("no command was given: %w", ErrCommand)
			}
			path, err := look(o.Command[0])
			if err != nil {
				return nil, err
			}
			return []clients.Place{{Path: path}}, nil
		},
		Open: func(ctx context.Context, p clients.Place) (*clients.Install, error) {
			for _, c := range contracts {
				if o.Contract == c.name || o.Contract == "" {
					in, err := c.open(ctx, o, p)
					if err != nil {
						return nil, err
					}
					return complete(in, o, c, p), nil
				}
			}
			return nil, fmt.Errorf("unknown contract %q: want one of %v", o.Contract, Contracts())
		},
	}
}

// complete fills in what all contracts have in common.
func complete(in *clients.Install, o Options, c contract, p clients.Place) *clients.Install {
	in.Path = p.Path
	v := clients.Variant{}
	if len(in.Variants) > 0 {
		v = in.Variants[0]
	}
	v.Name, v.About = c.name, strings.Join(o.Command, " ")
	v.Features = slices.Concat(v.Features, o.Features)
	v.VerdictOnly = o.VerdictOnly
	if o.Speaks != "" {
		v.Speaks = o.Speaks
	}
	in.Variants = []clients.Variant{v}
	return in
}

// look finds a program as a shell would.
func look(name string) (string, error) {
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrNotFound):
		return "", fmt.Errorf("there is no command %q on PATH: give its path: %w", name, ErrCommand)
	case errors.Is(err, fs.ErrPermission):
		return "", fmt.Errorf("%s is not executable: chmod +x it, or name its interpreter first: %w", name, ErrCommand)
	}
	return "", fmt.Errorf("%s cannot be run: %w: %w", name, err, ErrCommand)
}
