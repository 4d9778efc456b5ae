package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/internal/shell"
	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/lab/page"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// servingTime is the lifetime, under up, of certificates that expire while they are served. It is long enough to
// connect before they expire.
const servingTime = 30 * time.Second

// upOptions are the options of tlslab up.
type upOptions struct {
	*console
	selection
	minting
	database
	place
	basePort
	uiPort int
	noUI   bool
	json   bool
}

// newUpCommand returns the command that serves scenarios until it is interrupted.
func newUpCommand(c *console) *cobra.Command {
	o := &upOptions{console: c}
	cmd := &cobra.Command{
		Use:   "up [ID...]",
		Short: "Serve scenarios at fixed ports until interrupted",
		Long: `up serves every scenario, or the named ones, each at its own port: the base port plus the scenario's
offset. When all files are written it writes endpoints.json into the directory, for programs to wait for and read.
Without --dir the directory is temporary and removed when up ends. The page, for a browser, shows the catalogue,
commands to paste, and every connection as it happens.`,
		ValidArgsFunction: completeIDs,
		RunE:              o.main,
	}
	o.selection.add(cmd)
	o.database.add(cmd)
	o.minting.add(cmd)
	o.basePort.add(cmd, usualBasePort)
	o.place.add(cmd, "certificates, keys and endpoints.json")
	cmd.Flags().IntVar(&o.uiPort, "ui-port", 0,
		"port of the page (default: one below --base-port, or a free one if that is 0)")
	cmd.Flags().BoolVar(&o.noUI, "no-ui", false, "do not serve the page")
	cmd.MarkFlagsMutuallyExclusive("ui-port", "no-ui")
	addJSON(cmd, &o.json)
	return cmd
}

func (o *upOptions) main(cmd *cobra.Command, ids []string) (err error) {
	list, err := o.selected(cmd.Context(), ids)
	if err != nil {
		return err
	}
	config, err := o.config()
	if err != nil {
		return err
	}
	ui, err := o.startPage(cmd, list, &config)
	if err != nil {
		return err
	}
	if ui != nil {
		defer func() { err = errors.Join(err, ui.Close()) }()
	}
	l, err := lab.New(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if ui != nil {
		ui.Use(l)
	}
	return o.serve(cmd.Context(), l, list, ui)
}

// config returns the lab's configuration.
func (o *upOptions) config() (lab.Config, error) {
	if err := cmp.Or(o.basePort.check(), o.database.check()); err != nil {
		return lab.Config{}, err
	}
	if err := o.place.check(o.console); err != nil {
		return lab.Config{}, err
	}
	config, err := o.minting.config(o.console, o.database.services(o.console, 0)...)
	config.Dir, config.Bind, config.Ports, config.Lifetime = o.dir, o.bind, int(o.basePort), servingTime
	config.Catalogue = o.catalogue
	return config, err
}

// serve serves scenarios until ctx ends. ui may be nil.
func (o *upOptions) serve(ctx context.Context, l *lab.Lab, list []*scenarios.Scenario, ui *page.Page) (err error) {
	served, err := l.Up(ctx, list, func(u *lab.Up) { o.listening(u, ui) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, served.Close()) }()
	if len(served.Instances) == 0 {
		return fmt.Errorf("nothing can be served here: %w", errors.Join(served.Left...))
	}
	for _, left := range served.Left {
		fmt.Fprintf(o.stderr, "tlslab: left out: %v\n", left)
	}
	defer thrifty()()
	debug.FreeOSMemory() // minting took several times what serving needs
	unmapProgram()       // and starting used most of it
	if o.json {
		err = result.WriteJSON(o.stdout, served.Endpoints)
	} else {
		o.ready(l, served, ui)
	}
	if err == nil {
		o.watch(ctx, served)
	}
	return err
}

// listening shows where the servers listen, before their files are written.
func (o *upOptions) listening(u *lab.Up, ui *page.Page) {
	if !o.json {
		o.table(u)
	}
	if ui != nil {
		ui.Listening(u)
		fmt.Fprintf(o.stderr, "tlslab: the page is at %s\n", ui.URL())
	}
}

// ready reports that all files are written, and what to do next.
func (o *upOptions) ready(l *lab.Lab, u *lab.Up, ui *page.Page) {
	fmt.Fprintf(o.stdout,
		"\n%s ready; their files and endpoints.json are in\n%s\nseed %s; press Ctrl-C to end\n\ntry: %s\n",
		counted(len(u.Instances)), l.Dir(), l.Config().Seed, hint(u.Instances[0].Endpoint))
	if ui != nil {
		fmt.Fprintf(o.stdout, "\nwatch connections and browse the catalogue: %s\n", ui.URL())
	}
}

// thrifty sets GOGC to 25 instead of 100, unless the environment sets it: a serving lab is idle most of the time, and
// should take little memory when it is flooded. The returned function restores the setting.
func thrifty() func() {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(25)
	return func() { debug.SetGCPercent(before) }
}

// watch returns when ctx ends. It reports servers that end before.
func (o *upOptions) watch(ctx context.Context, u *lab.Up) {
	ended := make(chan error)
	for _, in := range u.Instances {
		if in.Done() == nil {
			continue
		}
		go func() {
			select {
			case <-in.Done():
			case <-ctx.Done():
				return
			}
			select {
			case ended <- in.Err():
			case <-ctx.Done():
			}
		}()
	}
	for {
		select {
		case err := <-ended:
			if err != nil {
				fmt.Fprintf(o.stderr, "tlslab: %v\n", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (o *upOptions) table(u *lab.Up) {
	var rows [][]string
	for _, in := range u.Instances {
		note := in.Scenario.Title
		if e := in.Endpoint; e.Host != "localhost" && e.Host != "127.0.0.1" && e.Connect != "" {
			note += "; connect to " + e.Connect + ", as with curl --connect-to ::" + e.Connect
		}
		rows = append(rows, []string{in.Scenario.ID, in.Endpoint.URL, note})
	}
	wrap.Columns(o.stdout, rows, o.terminal().Width)
}

// hint returns a command that connects to an endpoint.
func hint(e serve.Endpoint) string {
	args := []string{"curl", "--cacert", e.CAFile}
	if strings.HasPrefix(e.URL, "mongodb:") {
		if args = []string{"mongosh", "--tlsCAFile", e.CAFile}; e.CombinedFile != "" {
			args = append(args, "--tlsCertificateKeyFile", e.CombinedFile)
		}
	}
	args = append(args, e.URL)
	for i, arg := range args {
		args[i] = shell.Quote(arg)
	}
	return strings.Join(args, " ")
}
