package result

import (
	"strings"
	"time"

	"example.com/tlslab/lab/internal/shell"
)

// Command returns the shell command that reproduces a cell of a run: "tlslab run expired --client
// python-3.8.18/default --seed x --at 2026-11-22T00:00:00Z". For a scenario of the user's own it names the files.
func (r *Run) Command(scenario, client string) string {
	name, image, within := strings.Cut(client, "@")
	command := "tlslab run " + scenario + " --client " + shell.Quote(name)
	if within {
		command += " --image " + shell.Quote(image)
	}
	if r.Catalogue.IsOwn(scenario) {
		for _, path := range r.Catalogue.Paths {
			command += " --scenarios " + shell.Quote(path)
		}
	}
	if r.Seed != "" { // a record has no seed: any will do
		command += " " + r.Again()
	}
	return command
}

// Again returns the flags that mint the same chains: "--seed x --at 2026-11-22T00:00:00Z".
func (r *Run) Again() string {
	return "--seed " + shell.Quote(r.Seed) + " --at " + r.At.Format(time.RFC3339)
}
