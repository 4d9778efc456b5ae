package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// insideName is the name of the command that runs another one in a container.
const insideName = "inside"

// progressForm is how a lab in a container reports its progress, on a line of standard error.
const progressForm = "tlslab-progress %d of %d"

// newInsideCommand returns the command that runs another one until it or standard input ends. Nothing else tells a lab
// in a container that the one that started it is gone.
func newInsideCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:                insideName + " COMMAND [ARG...]",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			go func() {
				io.Copy(io.Discard, os.Stdin)
				cancel()
			}()
			inner := root(c.stdout, c.stderr, true)
			inner.SetArgs(args)
			return inner.ExecuteContext(ctx)
		},
	}
}
