package undertest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/command"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/scenarios/failure"
)

// openTryTLS implements the contract trytls: the stubs of the project TryTLS (stubs/README.md in
// ouspg/trytls). A stub takes HOST PORT CAFILE. It may write reasons, then writes its verdict as the last
// line, and exits with 0. Another status means that it failed for a reason unrelated to TLS: the name did not
// resolve, nothing listened, or the stub itself is broken.
func openTryTLS(_ context.Context, o Options, p clients.Place) (*clients.Install, error) {
	environ := Environ()
	return &clients.Install{
		Variants: []clients.Variant{{NotTold: notTold(o.Command[1:])}},
		Probe: func(ctx context.Context, _ string, r clients.Request) clients.Result {
			e := r.Endpoint
			args := slices.Concat(fill(o.Command[1:], e), []string{e.Host, strconv.Itoa(e.Port), e.CAFile})
			c := process.Command{Path: p.Path, Args: args, Environ: environ, Env: variables(e), Tail: true}
			return command.Probe(ctx, c, r.Timeout, func(out process.Output) clients.Result {
				return readTryTLS(out, e.Failures)
			})
		},
	}, nil
}

// verdicts are the possible last lines of stubs.
var verdicts = map[string]clients.Outcome{
	"ACCEPT":      clients.Accepted,
	"REJECT":      clients.Rejected,
	"UNSUPPORTED": clients.Unsupported,
}

// readTryTLS makes a result from a stub's output. A status other than 0 is a rejection if the scenario's
// defect is unrelated to TLS. Otherwise it is the stub's own failure, unless its last output shows a refusal
// that it did not catch.
func readTryTLS(out process.Output, classes []failure.Class) clients.Result {
	if out.Code < 0 {
		return died(out)
	}
	words := said(out.Stderr, out.Stdout)
	if out.Code != 0 {
		message := fmt.Sprintf("the stub ended with %s, which means that it failed for a reason unrelated to TLS: %s",
			out.Status, cmp.Or(words, "no output"))
		r := clients.Result{Outcome: clients.Failed, Code: strconv.Itoa(out.Code), Message: message}
		if slices.ContainsFunc(classes, besideTLS) {
			r = rejection(out)
		} else {
			r.LastWords = &words
		}
		return r
	}
	lines := strings.Split(strings.TrimRight(out.Stdout, " \t\r\n"), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	outcome, ok := verdicts[last]
	if !ok {
		return clients.Result{
			Outcome: clients.Failed,
			Message: fmt.Sprintf("the stub's last line is %q: want ACCEPT, REJECT or UNSUPPORTED", clip(last)),
		}
	}
	r := clients.Result{Outcome: outcome, Code: last}
	if outcome != clients.Accepted {
		r.Message = cmp.Or(said(out.Stderr, strings.Join(lines[:len(lines)-1], "\n")), last+", without a reason")
	}
	return r
}

// besideTLS reports whether a class is about the connection below TLS or about the client's files.
func besideTLS(c failure.Class) bool {
	i, _ := failure.Lookup(c)
	return i.Group == "wire" || i.Group == "client"
}

// clip shortens a client's output for an error message.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
