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

// openTryTLS is the contract trytls: the stubs of the project TryTLS (stubs/README.md in
// ouspg/trytls). A stub takes HOST PORT CAFILE. It may write reasons, and then, as the last line,
// its verdict, and exits 0. Another status says that it failed for what has nothing to do with TLS:
// the name did not resolve, nobody listened, or the stub itself is broken.
func openTryTLS(_ context.Context, o Options, p clients.Place) (*clients.Install, error) {
	environ := Environ()
	return &clients.Install{
		Variants: []clients.Variant{{NotTold: notTold(o.Command[1:])}},
		Probe: func(ctx context.Context, _ string, r clients.Request) clients.Result {
			e := r.Endpoint
			args := slices.Concat(fill(o.Command[1:], e), []string{e.Host, strconv.Itoa(e.Port), e.CAFile})
			c := process.Command{Path: p.Path, Args: args, Environ: environ, Env: variables(e), Tail: true}
			return command.Probe(ctx, c, r.Timeout, func(out process.Output) clients.Result { return readTryTLS(out, e.Failures) })
		},
	}, nil
}

// verdicts are the last lines of stubs.
var verdicts = map[string]clients.Outcome{
	"ACCEPT":      clients.Accepted,
	"REJECT":      clients.Rejected,
	"UNSUPPORTED": clients.Unsupported,
}

// readTryTLS makes a result of what a stub wrote. A status other than 0 is a rejection where what is
// wrong has nothing to do with TLS, and the stub's own fault elsewhere, unless its last words tell of a
// refusal that it did not catch.
func readTryTLS(out process.Output, classes []failure.Class) clients.Result {
	if out.Code < 0 {
		return died(out)
	}
	words := said(out.Stderr, out.Stdout)
	if out.Code != 0 {
		r := clients.Result{Outcome: clients.Failed, Code: strconv.Itoa(out.Code), Message: fmt.Sprintf("the stub ended with %s, which says that it failed for what has nothing to do with TLS: %s", out.Status, cmp.Or(words, "it said nothing"))}
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
		return clients.Result{Outcome: clients.Failed, Message: fmt.Sprintf("the stub's last line is %q: want ACCEPT, REJECT or UNSUPPORTED", clip(last))}
	}
	r := clients.Result{Outcome: outcome, Code: last}
	if outcome != clients.Accepted {
		r.Message = cmp.Or(said(out.Stderr, strings.Join(lines[:len(lines)-1], "\n")), last+", without a reason")
	}
	return r
}

// besideTLS reports whether a class is about what carries TLS, or about the client's files.
func besideTLS(c failure.Class) bool {
	i, _ := failure.Lookup(c)
	return i.Group == "wire" || i.Group == "client"
}

// clip shortens what a client wrote for an error message.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
