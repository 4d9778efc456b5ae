package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab/result"
)

// build is what the Go toolchain recorded in the program. Reports of failures should include it.
type build struct {
	Version  string `json:"version"`            // of the module; (devel) if it was built outside a repository
	Revision string `json:"revision,omitempty"` // of the repository; empty if it was built outside one
	Time     string `json:"time,omitempty"`     // of the revision
	Modified bool   `json:"modified"`           // whether the directory had uncommitted changes
	Go       string `json:"go"`
	System   string `json:"system"` // linux/amd64
}

// built returns what is recorded in this program.
func built() build {
	b := build{Version: "unknown", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String returns what --version prints after the program's name.
func (b build) String() string {
	return strings.Join([]string{b.name(), b.Go, b.System}, " ")
}

// name returns the version with what else identifies the program's source.
func (b build) name() string {
	const short = 12 // digits of a revision
	words := []string{b.Version}
	// The version of an untagged commit contains its revision.
	if revision := b.Revision[:min(short, len(b.Revision))]; revision != "" && !strings.Contains(b.Version, revision) {
		words = append(words, "("+revision+")")
	}
	if b.Modified && !strings.Contains(b.Version, "+dirty") {
		words = append(words, "with changes")
	}
	return strings.Join(words, " ")
}

// newVersionCommand returns the command that prints the version.
func newVersionCommand(c *console) *cobra.Command {
	var json bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, revision and Go version of tlslab",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if json {
				return result.WriteJSON(c.stdout, built())
			}
			_, err := fmt.Fprintf(c.stdout, "tlslab version %s\n", built())
			return err
		},
	}
	addJSON(cmd, &json)
	return cmd
}
