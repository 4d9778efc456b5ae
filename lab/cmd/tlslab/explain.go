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

// explain explains a message or a log.
func (f *flags) explain() *cobra.Command {
	var file, client string
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
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := explained(cmd.Context(), cmd.InOrStdin(), file, args)
			if err != nil {
				return err
			}
			defer in.Close()
			r, err := explain.ReadFrom(cmd.Context(), bounded.Reader(cmd.Context(), in), explain.Options{Client: client})
			if r.Schema == 0 { // the options are wrong, and nothing has been read
				return usageError{fmt.Errorf("--client: %w", err)}
			}
			if err != nil {
				return fmt.Errorf("reading what is to be explained: %w", err)
			}
			language := f.lang
			if f.json {
				if err := result.WriteJSON(f.stdout, r.Explain(language)); err != nil {
					return err
				}
			} else {
				t := f.terminal()
				explain.Terminal{W: t.W, Width: t.Width, Color: t.Color, Locale: language}.Report(r)
			}
			if len(r.Findings) == 0 {
				return errNotDocumented // it has been said
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "file to read, a log of any size")
	cmd.Flags().StringVar(&client, "client", "", "in whose words it is written, for example pymongo or nginx (default: told from each message)")
	cmd.RegisterFlagCompletionFunc("client", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return explain.Clients(), cobra.ShellCompDirectiveNoFileComp
	})
	f.addJSON(cmd)
	return cmd
}

// explained opens what is to be explained.
func explained(ctx context.Context, stdin io.Reader, file string, args []string) (io.ReadCloser, error) {
	switch {
	case file != "" && len(args) > 0:
		return nil, usageError{fmt.Errorf("both --file and a message: give one of the two")}
	case file == "-":
		return io.NopCloser(stdin), nil
	case file != "":
		f, err := bounded.Until(ctx, func() (*os.File, error) { return os.Open(file) }) // a pipe that nobody writes to
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
