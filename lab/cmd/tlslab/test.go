package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/lab/report"
)

func (f *flags) test() *cobra.Command {
	o := undertest.Options{}
	cmd := &cobra.Command{
		Use:   "test [flags] -- CMD ARG...",
		Short: "Judge your own client against the catalogue",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			list, err := f.selected(nil)
			if err != nil {
				return err
			}
			c, err := f.config()
			if err != nil {
				return err
			}
			o.Command = args
			set, err := clients.Open(cmd.Context(), undertest.Stack(o))
			if err != nil {
				return usageError{err}
			}
			defer func() { err = errors.Join(err, set.Close()) }()
			l, err := lab.New(c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, l.Close()) }()
			result, err := f.runAll(cmd.Context(), l, list, set)
			if err != nil {
				return err
			}
			f.terminal().Run(result)
			return nil
		},
	}
	cmd.Flags().StringVar(&o.Contract, "contract", undertest.Contracts()[0], "how CMD is asked")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 10*time.Second, "what each client is given for each connection")
	cmd.Flags().IntVar(&f.parallel, "parallel", runtime.NumCPU(), "how many at once")
	return cmd
}

var _ = []any{fmt.Sprint, os.Args, slices.Contains[[]int], strings.Join, report.Schema}
