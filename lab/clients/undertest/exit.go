package undertest

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/command"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/lang"
)

// unavailable is the exit status of a client that cannot do what it is asked to do: EX_UNAVAILABLE in
// sysexits.h.
const unavailable = 69

// openExit implements the contract exit.
func openExit(_ context.Context, o Options, p clients.Place) (*clients.Install, error) {
	environ := Environ()
	return &clients.Install{
		Variants: []clients.Variant{{NotTold: notTold(o.Command[1:])}},
		Probe: func(ctx context.Context, _ string, r clients.Request) clients.Result {
			c := process.Command{Path: p.Path, Args: fill(o.Command[1:], r.Endpoint), Environ: environ,
				Env: variables(r.Endpoint), Tail: true}
			return command.Probe(ctx, c, r.Timeout, readExit)
		},
	}, nil
}

// readExit makes a result of how a client ended.
func readExit(out process.Output) clients.Result {
	switch {
	case out.Code == 0:
		return clients.Result{Outcome: clients.Accepted}
	case out.Code < 0:
		return died(out)
	}
	r := rejection(out)
	if out.Code == unavailable {
		r.Outcome = clients.Unsupported
	}
	return r
}

// rejection is the result of a client that refused, with its output as the message.
func rejection(out process.Output) clients.Result {
	r := clients.Result{Outcome: clients.Rejected, Message: said(out.Stderr, out.Stdout), Code: strconv.Itoa(out.Code)}
	if r.Message == "" {
		return r.With(clients.Rejected, lang.Because("silent", r.Code))
	}
	return r
}

// died is the result of a client that was killed by a signal, but not by the lab.
func died(out process.Output) clients.Result {
	why := lang.Because("died", out.Status)
	if said := said(out.Stderr, out.Stdout); said != "" {
		why = lang.Plain(said).About("died-saying", out.Status)
	}
	return clients.Result{Code: out.Status}.With(clients.Failed, why)
}

// said joins the ends of a client's outputs, errors first, as a terminal would show them.
func said(texts ...string) string {
	var lines []string
	for _, text := range texts {
		for line := range strings.SplitSeq(text, "\n") {
			if line = shown(line); line != "" {
				lines = append(lines, line)
			}
		}
	}
	return strings.Join(lines, "\n")
}

// escape matches sequences that move a terminal's cursor or change colors (ECMA-48).
var escape = regexp.MustCompile("\x1b\\[[0-9;?]*[ -/]*[@-~]")

// shown returns the visible part of a line: a carriage return overwrites what is there, as progress bars do.
func shown(line string) string {
	line = strings.TrimRight(line, "\r\n")
	line = line[strings.LastIndexByte(line, '\r')+1:]
	line = escape.ReplaceAllString(strings.ToValidUTF8(line, "\uFFFD"), "")
	line = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return -1
		}
		return r
	}, line)
	return strings.TrimRight(line, " \t")
}
