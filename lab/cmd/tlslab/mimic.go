package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/mimic"
	"example.com/tlslab/pki"
)

// mimicOptions are the options of tlslab mimic.
type mimicOptions struct {
	*console
	targeting
	output, id, host, vary string
	good, force            bool
	keep                   pki.RecipeOptions
}

// newMimicCommand returns the command that makes a scenario file of a server.
func newMimicCommand(c *console) *cobra.Command {
	o := &mimicOptions{console: c}
	cmd := &cobra.Command{
		Use:   "mimic HOST[:PORT]|FILE",
		Short: "A server's failure as a scenario file to serve and test against",
		Long: `mimic asks a server as diagnose does, and writes a scenario file that serves the same failure under the lab's
keys: a chain of the same shape, with dates relative to now, and the server's manners. In place of a server it also
reads a chain from a file, in PEM or DER, or the server's side of a TLS 1.2 handshake from a capture (pcap, pcapng).

No key, serial number, name or address of the original is in the file: the host becomes localhost, other names become
names of .test, and organizations are replaced. What could not be copied is in comments at the head of the file.

The file has two scenarios: the copy, and its control, which is the same with the fault fixed. A client must refuse
the one and accept the other.

Exit status: 0 the file was written, 2 wrong usage, 3 the server could not be asked or copied.`,
		Example: `  tlslab mimic db.corp.example:5432 --ca corp.pem -o broken.yaml
  tlslab test --scenarios broken.yaml -- ./myclient
  tlslab mimic chain.pem --host www.corp.example
  tlslab mimic db.corp.example:5432 --ca corp.pem --vary testdata/tls`,
		Args: demand(cobra.ExactArgs(1), "name one server, as "+ask.Forms+", or a file with its chain"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.mimic(cmd.Context(), args[0]) },
	}
	o.targeting.add(cmd)
	flag := cmd.Flags()
	flag.StringVarP(&o.output, "output", "o", stdoutName, "file to write; - is standard output")
	flag.StringVar(&o.id, "id", "", `ID of the scenario (default: "mimic-" and the scenario that is the same)`)
	flag.StringVar(&o.host, "host", "", "host that clients ask for, of a chain from a file (default: the leaf's first name)")
	flag.BoolVar(&o.good, "good", false, "write only the control: the same server with nothing wrong")
	flag.StringVar(&o.vary, "vary", "", "also write a directory of scenarios: the same server with each defect of the "+
		"catalogue that its shape can have")
	flag.BoolVar(&o.force, "force", false, "replace files that exist")
	flag.BoolVar(&o.keep.KeepNames, "keep-names", false, "keep host names and addresses; the chain then has a root of its "+
		"own that lives two days")
	flag.BoolVar(&o.keep.KeepSubjects, "keep-subjects", false, "keep organizations and other text of subjects")
	cmd.MarkFlagFilename("output")
	cmd.MarkFlagDirname("vary")
	return cmd
}

func (o *mimicOptions) mimic(ctx context.Context, arg string) error {
	if err := o.checkOutput(); err != nil {
		return err
	}
	roots, err := o.roots(ctx)
	if err != nil {
		return err
	}
	copied, err := o.read(ctx, arg, roots)
	if err != nil {
		return err
	}
	if err := o.write(ctx, copied); err != nil {
		return err
	}
	if o.vary != "" {
		if err := o.writeSuite(copied); err != nil {
			return err
		}
	}
	o.summary(copied)
	return nil
}

// checkOutput reports what is in the way of the file, before the server is asked.
func (o *mimicOptions) checkOutput() error {
	file := outfile{flag: "-o", path: o.output}
	if err := file.check(); err != nil {
		return err
	}
	if o.output == stdoutName || o.force {
		return nil
	}
	if info, err := os.Stat(o.output); err == nil && info.Mode().IsRegular() {
		return usageError{fmt.Errorf("-o %s: the file exists: choose another name, or pass --force", o.output)}
	}
	return nil
}

// read copies the server, or the chain of a file, that an argument names.
func (o *mimicOptions) read(ctx context.Context, arg string, roots diagnose.Roots) (*mimic.Copy, error) {
	options := mimic.Options{ID: o.id, Keep: o.keep}
	if info, err := os.Stat(arg); err == nil && !info.IsDir() {
		sent, err := mimic.ReadChain(arg)
		if err != nil {
			return nil, usageError{err}
		}
		return copyOf(mimic.Chain(sent, roots.Certificates, o.host, time.Now(), options))
	}
	target, err := o.target(arg)
	if err != nil && strings.ContainsAny(arg, `/\`) && !strings.Contains(arg, "://") {
		return nil, usageError{fmt.Errorf("%s: there is no such file, and a server is named as %s", arg, ask.Forms)}
	}
	if err != nil {
		return nil, err
	}
	if o.host != "" {
		return nil, usageError{errors.New("--host is for chains from files: a server is named by its argument")}
	}
	o.announce(target)
	seen, err := ask.Server(ctx, target)
	if err != nil {
		return nil, usageError{err}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return copyOf(mimic.Server(seen, roots.Certificates, options))
}

func copyOf(c *mimic.Copy, err error) (*mimic.Copy, error) {
	if err != nil {
		return nil, fmt.Errorf("the server cannot be copied: %w", err)
	}
	return c, nil
}

// write writes the scenario file.
func (o *mimicOptions) write(ctx context.Context, c *mimic.Copy) error {
	if o.good {
		c = &mimic.Copy{Scenario: c.Good, Good: c.Good, Notes: c.Notes}
	}
	data, err := mimic.Marshal(c)
	if err != nil {
		return usageError{fmt.Errorf("the scenario cannot be written: %w", err)}
	}
	file := outfile{flag: "-o", path: o.output}
	return file.put(ctx, o.stdout, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// writeSuite writes the directory of variations.
func (o *mimicOptions) writeSuite(c *mimic.Copy) error {
	files, err := mimic.Suite(c)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.vary, 0o777); err != nil {
		return usageError{fmt.Errorf("--vary %s: %w: name a directory that can be written", o.vary, err)}
	}
	dir, err := os.OpenRoot(o.vary)
	if err != nil {
		return usageError{fmt.Errorf("--vary %s: %w: name a directory that can be written", o.vary, err)}
	}
	defer dir.Close()
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if o.force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := dir.OpenFile(name, how, 0o666)
		if errors.Is(err, fs.ErrExist) {
			return usageError{fmt.Errorf("--vary %s: %s exists: choose another directory, or pass --force", o.vary, name)}
		}
		if err != nil {
			return fmt.Errorf("--vary %s: %w", o.vary, err)
		}
		_, err = f.Write(files[name])
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("--vary %s: %w", o.vary, err)
		}
	}
	fmt.Fprintf(o.stderr, "tlslab: %s written to %s\n", counted(len(files)), o.vary)
	return nil
}

// summary says on stderr what was copied, and what comes next.
func (o *mimicOptions) summary(c *mimic.Copy) {
	fmt.Fprintf(o.stderr, "tlslab: copied as %s: %s\n", c.Scenario.ID, c.Scenario.Title)
	for _, n := range c.Notes {
		fmt.Fprintf(o.stderr, "tlslab: not copied exactly: %s\n", n)
	}
	if o.output != stdoutName {
		fmt.Fprintf(o.stderr, "\ntry: tlslab run --scenarios %s\n", o.output)
	}
}
