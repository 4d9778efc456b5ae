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

// mint writes the files of scenarios, or of a recipe.
func (f *flags) mint() *cobra.Command {
	var recipe string
	cmd := &cobra.Command{
		Use:   "mint DIR [ID...]",
		Short: "Write certificates and keys, a folder a scenario",
		Long: `mint writes the files of every scenario, or of those named, into a folder each: leaf.pem chain.pem key.pem
key-encrypted.pem combined.pem root.pem bundle.p12, and where there are any crl.pem, staple.der and client.pem
client-key.pem client-combined.pem. What root.pem holds is in truststore.p12, truststore.jks and truststore.d as
well, for clients that want one of those. The passphrase is ` + pki.Passphrase + `. Same seed and time, same bytes.

With --recipe it mints what a JSON file says instead. The catalogue's recipes are examples:
tlslab list --json | jq '.[] | select(.id == "expired") | .recipe'. Their fields are those of pki.Recipe (go doc ./pki Recipe).`,
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return nil, cobra.ShellCompDirectiveFilterDirs
			}
			return completeIDs(c, args, word)
		},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{fmt.Errorf("mint: name a directory to write to")}
			}
			if _, ok := scenarios.Lookup(args[0]); ok {
				return usageError{fmt.Errorf("mint: %s is a scenario: name a directory first, as in tlslab mint DIR %s (or ./%s)", args[0], args[0], args[0])}
			}
			if recipe != "" && len(args) > 1 {
				return usageError{fmt.Errorf("mint: with --recipe no scenarios can be named")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			c, err := f.config()
			if err != nil {
				return err
			}
			list, err := f.selected(args[1:])
			if err != nil {
				return err
			}
			if recipe != "" {
				if list, err = readRecipe(cmd.Context(), recipe); err != nil {
					return err
				}
			}
			mc := lab.Minting(c, f.basePort)
			m, err := pki.New(mc)
			if err != nil {
				return usageError{err}
			}
			dir, err := pki.OpenDir(args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, dir.Close()) }()
			if err := write(cmd.Context(), m, dir, list); err != nil {
				if recipe != "" {
					err = usageError{fmt.Errorf("--recipe %s: %w", recipe, err)}
				}
				return err
			}
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			if f.json {
				return result.WriteJSON(f.stdout, newMinting(dir, mc, list))
			}
			fmt.Fprintf(f.stdout, "%s minted into %s\nseed %s, for %s\n", counted(len(list)), dir.Path(), mc.Seed, mc.At.Format(time.RFC3339))
			return nil
		},
	}
	f.addJSON(cmd)
	f.addFamily(cmd)
	f.addService(cmd)
	f.addMinting(cmd)
	f.addBasePort(cmd)
	cmd.Flags().StringVar(&recipe, "recipe", "", "mint the recipe in this JSON file, into the folder recipe")
	return cmd
}

// minting is what mint --json prints.
type minting struct {
	Dir       string    `json:"dir"`
	Seed      string    `json:"seed"`
	At        time.Time `json:"at"`
	Scenarios []string  `json:"scenarios"` // the folders
}

func newMinting(d *pki.Dir, c pki.Config, list []*scenarios.Scenario) minting {
	m := minting{Dir: d.Path(), Seed: c.Seed, At: c.At}
	for _, s := range list {
		m.Scenarios = append(m.Scenarios, s.ID)
	}
	return m
}

// maxRecipe is how large a recipe may be, in bytes.
const maxRecipe = 1 << 20

// readRecipe makes a scenario of a recipe in a file.
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

// write mints and writes on all processors.
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
