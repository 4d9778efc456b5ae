package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
)

// newWaitCommand returns the command that returns when up is ready.
func newWaitCommand() *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "wait DIR",
		Short: "Wait until up --dir DIR is ready",
		Long: `wait returns when a tlslab up --dir DIR that runs has written DIR/endpoints.json: for scripts and health
checks. If that does not come in time, or if that tlslab up has ended, the exit status is 3.`,
		Args: demand(cobra.ExactArgs(1), "name the directory that up was given with --dir"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return lab.WaitUp(ctx, args[0])
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", time.Minute, "how long to wait")
	return cmd
}
