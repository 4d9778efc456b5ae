package main

import (
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
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
)

// servingTime is how long a certificate lives under up that is to expire while it is served:
// long enough to connect before it does.
const servingTime = 30 * time.Second

// up serves scenarios until it is interrupted.
func (f *flags) up() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up [ID...]",
		Short: "Serve scenarios at fixed ports until interrupted",
		Long: `up serves every scenario, or those named, each at its own port: the base port and the scenario's offset.
When all files are written it writes endpoints.json into the directory, for programs to wait for and to read.
Without --dir the directory is temporary, and gone when up ends. Its page, for a browser, has the catalogue,
commands to paste, and every connection as it happens.`,
		ValidArgsFunction: completeIDs,
		RunE: func(cmd *cobra.Command, ids []string) (err error) {
			defer thrifty()()
			list, err := f.selected(ids)
			if err != nil {
				return err
			}
			c, err := f.config()
			if err != nil {
				return err
			}
			c.Ports, c.Lifetime = f.basePort, servingTime
			ui, err := f.startPage(cmd, list, &c)
			if err != nil {
				return err
			}
			if ui != nil {
				defer func() { err = errors.Join(err, ui.Close()) }()
			}
			l, err := lab.New(c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, l.Close()) }()
			if ui != nil {
				ui.Use(l)
			}
			up, err := l.Up(cmd.Context(), list, func(up *lab.Up) {
				if !f.json {
					f.table(up)
				}
				if ui != nil {
					ui.Listening(up)
					fmt.Fprintf(f.stderr, "tlslab: the page is at %s\n", ui.URL())
				}
			})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, up.Close()) }()
			if len(up.Instances) == 0 {
				return fmt.Errorf("nothing can be served here: %w", errors.Join(up.Left...))
			}
			for _, left := range up.Left {
				fmt.Fprintf(f.stderr, "tlslab: left out: %v\n", left)
			}
			if f.json {
				if err := result.WriteJSON(f.stdout, up.Endpoints); err != nil {
					return err
				}
			} else {
				fmt.Fprintf(f.stdout, "\n%s ready; their files and endpoints.json are in\n%s\nseed %s; press Ctrl-C to end\n\ntry: %s\n",
					counted(len(up.Instances)), l.Dir(), l.Config().Seed, hint(up.Instances[0].Endpoint))
				if c.UI != "" {
					fmt.Fprintf(f.stdout, "\nwatch it, and the whole catalogue: %s\n", c.UI)
				}
			}
			f.watch(cmd.Context(), up)
			return nil
		},
	}
	f.addJSON(cmd)
	f.addFamily(cmd)
	f.addService(cmd)
	f.addMongo(cmd)
	f.addMinting(cmd)
	f.addBasePort(cmd)
	f.addPage(cmd)
	cmd.Flags().StringVar(&f.dir, "dir", "", "directory for certificates, keys and endpoints.json (default: a temporary one)")
	cmd.Flags().StringVar(&f.bind, "bind", "", "address to listen on (default: loopback)")
	return cmd
}

// thrifty has the garbage collector let the heap grow by half of what is in use, and not by as much again,
// unless GOGC says otherwise: a lab that serves is idle for most of the time, and is to take little memory
// when it is flooded. The function that it returns takes that back.
func thrifty() func() {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(50)
	return func() { debug.SetGCPercent(before) }
}

// watch returns when ctx ends. It says so when a server ends before that.
func (f *flags) watch(ctx context.Context, up *lab.Up) {
	ended := make(chan error)
	for _, in := range up.Instances {
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
				fmt.Fprintf(f.stderr, "tlslab: %v\n", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (f *flags) addBasePort(c *cobra.Command) {
	c.Flags().IntVar(&f.basePort, "base-port", lab.DefaultBasePort, "port that scenarios' offsets are added to; 0 for ports that are free")
}

func (f *flags) table(up *lab.Up) {
	var rows [][]string
	for _, in := range up.Instances {
		note := in.Scenario.Title
		if in.Endpoint.Host != "localhost" && in.Endpoint.Host != "127.0.0.1" && in.Endpoint.Connect != "" {
			note += "; connect to " + in.Endpoint.Connect + ", as with curl --connect-to ::" + in.Endpoint.Connect
		}
		rows = append(rows, []string{in.Scenario.ID, in.Endpoint.URL, note})
	}
	wrap.Columns(f.stdout, rows, f.terminal().Width)
}

// hint is a command that connects to an endpoint.
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
