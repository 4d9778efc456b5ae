package main

import (
	"context"
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
		Long: `explain reads an error message or a whole log, and says of each TLS failure in it what it means,
what causes it and how to tell the causes apart, how to fix it in that very client or server, and
which scenario shows the same. It reads its arguments, or a file, or standard input, in UTF-8, or in
UTF-16 as Windows PowerShell writes it.

A line that is no TLS failure is passed over. One that speaks of a TLS failure in words that no
rule knows is shown with what is nearest of what the lab has seen.

Exit status: 0 something was explained, 1 nothing was recognised, 2 wrong usage, 3 the text cannot be read.`,
		Example: `  tlslab explain 'certificate verify failed: certificate has expired'
  tlslab explain --file app.log
  journalctl -u myapp | tlslab explain
  python client.py 2>&1 | tlslab explain --client requests`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.explain(cmd.Context(), cmd.InOrStdin(), args) },
	}
	cmd.Flags().StringVar(&o.file, "file", "", "file to read, a log of any size")
	cmd.Flags().StringVar(&o.client, "client", "", "in whose words it is written, for example pymongo or nginx (default: told from each message)")
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
	if r.Schema == 0 { // the options are wrong, and nothing has been read
		return usageError{fmt.Errorf("--client: %w", err)}
	}
	if err != nil {
		return fmt.Errorf("reading what is to be explained: %w", err)
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
		return errNotDocumented // it has been said
	}
	return nil
}

// open opens what is to be explained.
func (o *explainOptions) open(ctx context.Context, stdin io.Reader, args []string) (io.ReadCloser, error) {
	switch {
	case o.file != "" && len(args) > 0:
		return nil, usageError{fmt.Errorf("both --file and a message: give one of the two")}
	case o.file == "-":
		return io.NopCloser(stdin), nil
	case o.file != "":
		f, err := bounded.Until(ctx, func() (*os.File, error) { return os.Open(o.file) }) // a pipe that nobody writes to
		if err != nil {
			return nil, usageError{fmt.Errorf("--file: %w", err)}
		}
		return f, nil
	case len(args) > 0:
		return io.NopCloser(strings.NewReader(strings.Join(args, " "))), nil
	}
	if f, ok := stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return nil, usageError{fmt.Errorf("nothing to explain: give a message in quotes, --file app.log, or pipe a log in")}
	}
	return io.NopCloser(stdin), nil
}
