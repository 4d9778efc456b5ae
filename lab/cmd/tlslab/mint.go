package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// mintOptions are the options of tlslab mint.
type mintOptions struct {
	*console
	selection
	minting
	basePort
	json   bool
	recipe string // a file
}

// newMintCommand returns the command that writes the files of scenarios, or of a recipe.
func newMintCommand(c *console) *cobra.Command {
	o := &mintOptions{console: c}
	cmd := &cobra.Command{
		Use:   "mint DIR [ID...]",
		Short: "Write certificates and keys, a folder per scenario",
		Long: `mint writes the files of every scenario, or of the named ones, into a folder each: leaf.pem chain.pem
key.pem key-encrypted.pem combined.pem root.pem bundle.p12 and, if the scenario has them, crl.pem, staple.der and
client.pem client-key.pem client-combined.pem.
truststore.p12, truststore.jks and truststore.d contain the same certificates
as root.pem, for clients that need one of these forms. The passphrase is ` + pki.Passphrase + `.
The same seed and time give the same bytes.

With --recipe it mints the recipe in a JSON file instead. The catalogue's recipes are examples:
tlslab list --json | jq '.[] | select(.id == "expired") | .recipe'. The fields are those of pki.Recipe
(go doc ./pki Recipe).`,
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return nil, cobra.ShellCompDirectiveFilterDirs
			}
			return completeIDs(c, args, word)
		},
		Args: cobra.MatchAll(demand(cobra.MinimumNArgs(1), "name a directory to write to"), o.args),
		RunE: func(cmd *cobra.Command, args []string) error { return o.main(cmd.Context(), args[0], args[1:]) },
	}
	o.selection.add(cmd)
	o.minting.add(cmd)
	o.basePort.add(cmd, usualBasePort)
	addJSON(cmd, &o.json)
	cmd.Flags().StringVar(&o.recipe, "recipe", "", "mint the recipe in this JSON file, into the folder recipe")
	cmd.MarkFlagsMutuallyExclusive("recipe", "scenarios")
	return cmd
}

// args checks that the arguments are a directory and, unless there is a recipe, scenarios.
func (o *mintOptions) args(_ *cobra.Command, args []string) error {
	if _, ok := scenarios.Lookup(args[0]); ok {
		return usageError{fmt.Errorf("mint: %[1]s is a scenario: name a directory first, "+
			"as in tlslab mint DIR %[1]s (or ./%[1]s)", args[0])}
	}
	if o.recipe != "" && len(args) > 1 {
		return usageError{errors.New("mint: no scenarios can be named with --recipe")}
	}
	return nil
}

func (o *mintOptions) main(ctx context.Context, path string, ids []string) (err error) {
	if err := o.basePort.check(); err != nil {
		return err
	}
	config, err := o.config(o.console)
	if err != nil {
		return err
	}
	list, err := o.selected(ctx, ids)
	if err != nil {
		return err
	}
	if o.recipe != "" {
		if list, err = readRecipe(ctx, o.recipe); err != nil {
			return err
		}
	}
	of := lab.Minting(config, int(o.basePort))
	m, err := pki.New(of)
	if err != nil {
		return usageError{err}
	}
	dir, err := pki.OpenDir(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if err := write(ctx, m, dir, list); err != nil {
		if o.recipe != "" {
			err = usageError{fmt.Errorf("--recipe %s: %w", o.recipe, err)}
		}
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.json {
		return result.WriteJSON(o.stdout, newMinted(dir, of, list))
	}
	fmt.Fprintf(o.stdout, "%s minted into %s\nseed %s, for %s\n",
		counted(len(list)), dir.Path(), of.Seed, of.At.Format(time.RFC3339))
	return nil
}

// minted is what mint --json prints.
type minted struct {
	Dir       string    `json:"dir"`
	Seed      string    `json:"seed"`
	At        time.Time `json:"at"`
	Scenarios []string  `json:"scenarios"` // the folders
}

func newMinted(d *pki.Dir, c pki.Config, list []*scenarios.Scenario) minted {
	m := minted{Dir: d.Path(), Seed: c.Seed, At: c.At}
	for _, s := range list {
		m.Scenarios = append(m.Scenarios, s.ID)
	}
	return m
}

// maxRecipe is the maximum size of a recipe, in bytes.
const maxRecipe = 1 << 20

// readRecipe returns a scenario with the recipe in a file.
func readRecipe(ctx context.Context, path string) ([]*scenarios.Scenario, error) {
	data, err := bounded.Until(ctx, func() ([]byte, error) { return bounded.File(path, maxRecipe) })
	if err != nil {
		return nil, usageError{fmt.Errorf("--recipe: %w", err)}
	}
	r, err := pki.ParseRecipe(data)
	if err != nil {
		return nil, usageError{fmt.Errorf("--recipe %s: %w", path, err)}
	}
	return []*scenarios.Scenario{{ID: "recipe", Recipe: r}}, nil
}

// write mints and writes the scenarios on all processors.
func write(ctx context.Context, m *pki.Minter, dir *pki.Dir, list []*scenarios.Scenario) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, s := range list {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			chain, err := m.Mint(s.ID, s.Recipe)
			if err != nil {
				return err
			}
			stores, err := chain.TrustStores(chain.Trusted)
			if err != nil {
				return err
			}
			return errors.Join(dir.WriteChain(chain), dir.WriteTrustStores(s.ID, stores))
		})
	}
	return group.Wait()
}
