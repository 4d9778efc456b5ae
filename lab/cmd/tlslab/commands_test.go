package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// TestCommandsDocumented checks that README.md describes every command as its help does.
func TestCommandsDocumented(t *testing.T) {
	const file, begin, end = "README.md", "<!-- commands start -->\n", "<!-- commands end -->"
	var want strings.Builder
	cmd := root(io.Discard, io.Discard, false)
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" && c.Name() != "completion" {
			document(&want, c)
		}
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(text), begin)
	have, tail, found := strings.Cut(rest, end)
	require.True(t, ok && found, "%s has no %q", file, begin)
	if flag.Lookup("update").Value.String() == "true" {
		require.NoError(t, os.WriteFile(file, []byte(head+begin+want.String()+end+tail), 0o644))
		return
	}
	require.Equal(t, want.String(), have, "go test ./lab/cmd/tlslab -run CommandsDocumented -update")
}

// document writes a command's help as Markdown.
func document(w io.Writer, c *cobra.Command) {
	fmt.Fprintf(w, "\n### %s\n\n%s\n\n```text\n%s\n", c.Name(), c.Short, c.UseLine())
	if long := strings.TrimSpace(c.Long); long != "" {
		fmt.Fprintf(w, "\n%s\n", long)
	}
	if c.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", c.Example)
	}
	if flags := c.LocalFlags(); flags.HasAvailableFlags() {
		fmt.Fprintf(w, "\nFlags:\n%s", flags.FlagUsagesWrapped(100))
	}
	fmt.Fprint(w, "```\n")
}
