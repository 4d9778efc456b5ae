package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
)

// newWaitCommand returns the command that waits until up is ready.
func newWaitCommand() *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "wait DIR",
		Short: "Wait until up --dir DIR is ready",
		Long: `wait returns when a running tlslab up --dir DIR has written DIR/endpoints.json. It is for scripts and
health checks. The exit status is 3 if that takes longer than --timeout, or if that tlslab up has ended.`,
		Args: demand(cobra.ExactArgs(1), "name the directory that was given to up with --dir"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return lab.WaitUp(ctx, args[0])
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", time.Minute, "how long to wait")
	return cmd
}
