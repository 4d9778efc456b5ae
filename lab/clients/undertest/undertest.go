// Package undertest is the client stack of somebody's own client: a command line that is asked
// to connect, in one of several ways ([Contracts]), and that is judged like every other stack.
//
// A client is asked as its contract says, once a scenario, and never told what is expected of
// it. It runs without a shell, in a process group of its own, in the directory that the lab runs
// in, and with the caller's environment but for what would change whom it trusts: see [Environ].
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

// Options say what is under test, and how it is asked.
type Options struct {
	// Command is the program and its arguments, with placeholders: see [Placeholders].
	Command []string
	// Contract is how it is asked, one of [Contracts]. Empty means exit.
	Contract string
	// Service is what it speaks behind TLS, in the words of scenarios.Service. Empty means
	// https.
	Service string
	// Speaks names the stack in whose words it writes its messages, if that is known.
	Speaks string
	// Features declares the optional checks that it has, in the words of
	// scenarios.Expectation.
	Features []string
	// VerdictOnly has it judged by whether it accepts or rejects alone, whatever reasons it gives.
	VerdictOnly bool
	// Parallel is how many copies of a worker run at most. Zero means one.
	Parallel int
}

// contract is a way of asking a client.
type contract struct {
	name  string
	about string
	open  func(context.Context, Options, clients.Place) (*clients.Install, error)
	// tells says that the contract itself hands the client the file to trust.
	tells bool
}

// contracts are all there are, the usual one first.
var contracts = []contract{
	{"exit", "started once a scenario: exit 0 is accepted, 69 cannot, anything else rejected", openExit, false},
	{"served", "started once a scenario: a request that reaches the server is accepted, anything else rejected; its exit status does not count", openServed, false},
	{"worker", "started once: a JSON request a line, a JSON answer a line", openWorker, true},
	{"trytls", "started once a scenario with HOST PORT CAFILE: the last line is ACCEPT, REJECT or UNSUPPORTED", openTryTLS, true},
}

// Contracts returns the names of the ways of asking a client, the usual one first.
func Contracts() []string {
	var names []string
	for _, c := range contracts {
		names = append(names, c.name)
	}
	return names
}

// ErrCommand is wrapped by errors that say that the command cannot be what was meant: there is
// none, or it is no program.
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
			return nil, fmt.Errorf("there is no contract %q: want one of %v", o.Contract, Contracts())
		},
	}
}

// complete fills in what is the same for all contracts.
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
