package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/result"
)

// explainOptions are the options of tlslab explain.
type explainOptions struct {
	*console
	file, client string
	json         bool
}

// newExplainCommand returns the command that explains a message or a log.
func newExplainCommand(c *console) *cobra.Command {
	o := &explainOptions{console: c}
	cmd := &cobra.Command{
		Use:   "explain [MESSAGE...]",
		Short: "What an error message means, and how to fix it",
		Long: `explain reads an error message or a whole log. For each TLS failure in it, it says what it means, what
causes it and how to tell the causes apart, how to fix it in that client or server, and which scenario
reproduces it. It reads its arguments, a file, or standard input, in UTF-8, or in UTF-16 as written by
Windows PowerShell.

Lines that are not TLS failures are skipped. A line about a TLS failure that no rule recognises is shown
with the most similar message that the lab has seen.

Exit status: 0 something was explained, 1 nothing was recognised, 2 wrong usage, 3 the text cannot be read.`,
		Example: `  tlslab explain 'certificate verify failed: certificate has expired'
  tlslab explain --file app.log
  journalctl -u myapp | tlslab explain
  python client.py 2>&1 | tlslab explain --client requests`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.explain(cmd.Context(), cmd.InOrStdin(), args) },
	}
	cmd.Flags().StringVar(&o.file, "file", "", "file to read, of any size")
	cmd.Flags().StringVar(&o.client, "client", "", "the program that wrote the message, for example pymongo or nginx "+
		"(default: recognised from each message)")
	completeFlag(cmd, "client", explain.Clients())
	addJSON(cmd, &o.json)
	return cmd
}

func (o *explainOptions) explain(ctx context.Context, stdin io.Reader, args []string) error {
	in, err := o.open(ctx, stdin, args)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := explain.ReadFrom(ctx, bounded.Reader(ctx, in), explain.Options{Client: o.client})
	if r.Schema == 0 { // the options are wrong; nothing was read
		return usageError{fmt.Errorf("--client: %w", err)}
	}
	if err != nil {
		return fmt.Errorf("reading the text to explain: %w", err)
	}
	if o.json {
		if err := result.WriteJSON(o.stdout, r.Explain(o.lang)); err != nil {
			return err
		}
	} else {
		t := o.terminal()
		explain.Terminal{W: t.W, Width: t.Width, Color: t.Color, Locale: o.lang}.Report(r)
	}
	if len(r.Findings) == 0 {
		return errNotDocumented // the report says so
	}
	return nil
}

// open opens the text to explain.
func (o *explainOptions) open(ctx context.Context, stdin io.Reader, args []string) (io.ReadCloser, error) {
	switch {
	case o.file != "" && len(args) > 0:
		return nil, usageError{errors.New("both --file and a message: give one of the two")}
	case o.file == "-":
		return io.NopCloser(stdin), nil
	case o.file != "":
		// Opening a pipe waits for a writer.
		f, err := bounded.Until(ctx, func() (*os.File, error) { return os.Open(o.file) })
		if err != nil {
			return nil, usageError{fmt.Errorf("--file: %w", err)}
		}
		return f, nil
	case len(args) > 0:
		return io.NopCloser(strings.NewReader(strings.Join(args, " "))), nil
	}
	if f, ok := stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		err := errors.New("nothing to explain: give a message in quotes or --file app.log, or pipe in a log")
		return nil, usageError{err}
	}
	return io.NopCloser(stdin), nil
}
