// Package command runs client programs with a new process for each probe.
package command

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/scenarios"
)

// Grace is how long a program may exceed its own time limit, on a busy machine.
const Grace = 3 * time.Second

var errOverrun = errors.New("the program overran its time")

// Probe runs a program once and calls read to make a result from its output. A program that is still running
// at the limit is killed.
func Probe(
	ctx context.Context, c process.Command, limit time.Duration, read func(process.Output) clients.Result,
) clients.Result {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errOverrun)
	defer cancel()
	begin := time.Now()
	out, err := process.Run(ctx, c)
	took := time.Since(begin)
	switch {
	case errors.Is(err, errOverrun):
		result := clients.Overrun(took)
		if startsContainer(c) {
			result.Message += containerLeft
		}
		return result
	case err != nil:
		return clients.Result{Outcome: clients.Failed, Message: err.Error(), Duration: took}
	}
	result := read(out)
	result.Message = strings.TrimRight(result.Message, "\r\n")
	result.Duration = took
	return result
}

// containerLeft is added to the message of a killed program that may have started a container, because a
// container is a process of the daemon and not of the program.
const containerLeft = "; a container that it started may still run: see docker ps or podman ps"

// engine matches the names of programs that start containers, in a command's words and inside scripts.
var engine = regexp.MustCompile(`(^|[\s/;&|(])(docker|podman|nerdctl|docker-compose)(\.exe)?($|\s)`)

// startsContainer reports whether a command appears to start a container.
func startsContainer(c process.Command) bool {
	return engine.MatchString(c.Path) || slices.ContainsFunc(c.Args, engine.MatchString)
}

// Version runs a program with arguments that make it print its version, and returns the first line of its
// output.
func Version(ctx context.Context, path string, args ...string) (string, error) {
	out, err := process.Run(ctx, process.Command{Path: path, Args: args})
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(out.Stdout, "\n")
	if line = strings.TrimSpace(line); out.Code != 0 || line == "" {
		return "", fmt.Errorf("%s %s ended with status %d: %s", path, strings.Join(args, " "), out.Code,
			strings.TrimSpace(out.Stderr))
	}
	return line, nil
}

// measured matches the versions of OpenSSL whose features are known.
var measured = regexp.MustCompile(`^OpenSSL (1\.1\.1|[3-9]\.|[1-9][0-9])`)

// Features returns those features that a program over the library is known to have. They were measured with
// OpenSSL 3.0, whose way of building and checking chains goes back to 1.1, and Ed25519 to 1.1.1. For other
// libraries it returns nothing.
func Features(library string, features []string) []string {
	if !measured.MatchString(library) {
		return nil
	}
	if strings.HasPrefix(library, "OpenSSL 1.") { // accepts servers without RFC 5746: SSL_OP_LEGACY_SERVER_CONNECT
		unsafe := func(f string) bool { return f == scenarios.FeatureRenegotiation }
		features = slices.DeleteFunc(slices.Clone(features), unsafe)
	}
	return features
}
