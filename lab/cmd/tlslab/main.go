// Command tlslab reproduces TLS failures: it mints good and broken certificate chains,
// serves them on this machine, and shows what real clients do with them.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	tclog "github.com/testcontainers/testcontainers-go/log"
	"golang.org/x/term"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/lab/report"
)

// Exit statuses.
const (
	exitOK    = 0 // as documented
	exitBad   = 1 // a judgement is bad
	exitUsage = 2 // wrong usage
	exitLab   = 3 // the lab itself failed
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	said := make(chan struct{})
	unsaid := context.AfterFunc(ctx, func() {
		defer close(said)
		stop() // a second interrupt ends the program immediately
		fmt.Fprintln(os.Stderr, "tlslab: interrupted; cleaning up (interrupt again to end immediately)")
	})
	// A closed pipe must not end the program before it has cleaned up. With SIGPIPE caught, the write fails instead.
	// If SIGPIPE were ignored, the clients would inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	tclog.SetDefault(tclog.NewNoopLogger()) // testcontainers logs every step
	status := run(clients.Adopt(ctx), os.Args[1:], os.Stdout, os.Stderr)
	if !unsaid() {
		<-said
	}
	os.Exit(status)
}

// errNotDocumented is returned by commands that have already shown what went wrong.
var errNotDocumented = errors.New("not as documented")

// usageError is an error in how the command was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// results is where results go. It keeps the first write error, because the code that writes tables checks none, and a
// lost result must not look like a success. A closed pipe does not end a command: a lab goes on serving.
type results struct {
	io.Writer
	file *os.File // nil if results do not go to a file
	err  error
}

func (r *results) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	r.err = cmp.Or(r.err, err)
	return n, err
}

// run is main with its environment as parameters. It returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	written := &results{}
	written.file, _ = stdout.(*os.File)
	guarded := &report.Guard{W: stdout, Styles: written.file != nil && term.IsTerminal(int(written.file.Fd()))}
	told := &report.Guard{W: stderr}
	written.Writer = guarded
	cmd := root(written, told, false)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	written.err = cmp.Or(written.err, guarded.Flush())
	// A closed pipe must not hide a bad judgement.
	if err == nil || errors.Is(err, errNotDocumented) && !closedPipe(written.err) {
		err = cmp.Or(written.err, err)
	}
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errNotDocumented):
		return exitBad
	case closedPipe(written.err):
		return exitOK // its reader has read enough, like head
	case ctx.Err() != nil:
		return exitLab // main reports it
	case errors.As(err, &usage), errors.Is(err, lab.ErrNotValidNow):
		fmt.Fprintf(told, "tlslab: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(told, "tlslab: %v\n", err)
	return exitLab
}

// root returns the command. inside says that it runs in a container, on behalf of another tlslab.
func root(stdout, stderr io.Writer, inside bool) *cobra.Command {
	c := &console{stdout: stdout, stderr: stderr, inside: inside}
	cmd := &cobra.Command{
		Use:   "tlslab",
		Short: "Reproduce TLS failures, and see what real clients do with them",
		Long: `tlslab breaks TLS on purpose, the same way every time. It mints one good certificate chain and
every broken one, serves each on this machine, points real client programs at them, and says for
each client what it did, what it should have done, and why.

Exit status: 0 as documented, 1 a judgement is bad, 2 wrong usage, 3 the lab itself failed or was
interrupted.`,
		Example: `  tlslab list
  tlslab show expired
  tlslab run expired
  tlslab run --client python --client curl missing-intermediate wrong-host
  tlslab matrix --html matrix.html
  tlslab explain 'certificate verify failed: certificate has expired'
  tlslab diagnose db.corp.example:5432 --ca corp.pem
  tlslab mimic db.corp.example:5432 --ca corp.pem -o broken.yaml
  tlslab up
  tlslab mint ./pki expired`,
		Version:           built().String(),
		SilenceUsage:      true,
		SilenceErrors:     true,
		PersistentPreRunE: exclusive,
	}
	strict(cmd)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	cmd.SetFlagErrorFunc(flagError)
	c.addLanguage(cmd)
	cmd.AddCommand(newListCommand(c), newShowCommand(c), newRunCommand(c), newMatrixCommand(c))
	cmd.AddCommand(newUpCommand(c), newWaitCommand(), newMintCommand(c), newOcspMatrixCommand(c),
		newReplicaSetCommand(c))
	cmd.AddCommand(newTestCommand(c), newExplainCommand(c), newDiagnoseCommand(c), newMimicCommand(c),
		newVersionCommand(c), newMergeCommand(c), newCompareCommand(c))
	cmd.AddCommand(newLessonsCommand(c), newLessonCommand(c), newCheckCommand(c))
	if !inside {
		cmd.AddCommand(newInsideCommand(c))
	}
	cmd.InitDefaultCompletionCmd()
	cmd.InitDefaultHelpCmd()
	for _, below := range cmd.Commands() {
		switch below.Name() {
		case "completion":
			strict(below)
		case "help":
			below.Args = helpTopic
		}
	}
	wrapped := fmt.Sprintf("FlagUsagesWrapped %d ", helpWidth)
	cmd.SetUsageTemplate(strings.ReplaceAll(cmd.UsageTemplate(), "FlagUsages ", wrapped))
	fold(cmd)
	return cmd
}

// helpWidth is the width of help texts, in columns.
const helpWidth = 80

// fold wraps the help of a command and its subcommands to [helpWidth].
func fold(c *cobra.Command) {
	c.Long = wrap.Paragraphs(c.Long, helpWidth)
	for _, below := range c.Commands() {
		fold(below)
	}
}
