package report

import (
	"strings"
	"time"
)

// Command returns the shell command that reproduces a cell of a run: "tlslab run expired --client
// python-3.8.18/default --seed x --at 2026-11-22T00:00:00Z".
func (r *Run) Command(scenario, client string) string {
	command := "tlslab run " + scenario + " --client " + quote(client)
	if r.Seed != "" { // a record has none: it reproduces with any
		command += " " + again(r)
	}
	return command
}

// again are the flags that mint the same once more.
func again(r *Run) string { return "--seed " + quote(r.Seed) + " --at " + r.At.Format(time.RFC3339) }

// quote quotes a word for a POSIX shell, if it has to be.
func quote(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
