package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
)

// wait returns when up is ready.
func (f *flags) wait() *cobra.Command {
	var timeout time.Duration // not flags.timeout, which has another default
	cmd := &cobra.Command{
		Use:   "wait DIR",
		Short: "Wait until up --dir DIR is ready",
		Long: `wait returns when a tlslab up --dir DIR that runs has written DIR/endpoints.json: for scripts and health
checks. If that does not come in time, or if that tlslab up has ended, the exit status is 3.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("wait: name the directory that up was given with --dir")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return lab.WaitUp(ctx, args[0])
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", time.Minute, "how long to wait")
	return cmd
}
