package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
)

// listOptions are the options of tlslab list.
type listOptions struct {
	*console
	selection
	json bool
}

// newListCommand returns the command that prints the catalogue.
func newListCommand(c *console) *cobra.Command {
	o := &listOptions{console: c}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the catalogue",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("service") && len(o.families) == 0 {
				o.services = append(o.services, string(scenarios.Mongod)) // everything that is declared
			}
			list, err := o.selected(cmd.Context(), nil)
			if err != nil {
				return err
			}
			if o.json {
				return result.WriteJSON(o.stdout, entries(list))
			}
			return o.terminal().List(list)
		},
	}
	o.selection.add(cmd)
	addJSON(cmd, &o.json)
	return cmd
}

// entry is a scenario as list --json prints it.
type entry struct {
	ID      string             `json:"id"`
	Family  scenarios.Family   `json:"family"`
	Port    int                `json:"port_offset"`
	Title   string             `json:"title"`
	Story   result.Story       `json:"story"`
	Fix     string             `json:"fix"`
	Host    string             `json:"host"`
	Expect  result.Expectation `json:"expect"`
	Control string             `json:"control"`
	Defect  []string           `json:"defect"`
	Recipe  pki.Recipe         `json:"recipe"`
	Server  scenarios.Server   `json:"server"`

	Mongod  scenarios.MongodOptions `json:"mongod,omitzero"`
	Instead string                  `json:"instead,omitempty"`

	Setup   scenarios.Setup   `json:"setup"`
	Known   []scenarios.Known `json:"known"`
	Sources []string          `json:"sources"`
}

func entries(list []*scenarios.Scenario) []entry {
	out := []entry{}
	for _, s := range list {
		out = append(out, entry{
			ID: s.ID, Family: s.Family, Port: s.Port, Title: s.Title,
			Story: result.Story(s.Story), Fix: s.Fix, Host: s.Host,
			Expect: result.NewExpectation(s.Expect), Control: s.Control, Defect: s.Defect,
			Recipe: s.Recipe, Server: s.Server, Mongod: s.Mongod, Instead: s.Instead,
			Setup: s.Setup, Known: s.Known, Sources: s.Sources,
		})
	}
	return out
}

// showOptions are the options of tlslab show.
type showOptions struct {
	*console
	own
	minting
	json, yaml, schema bool
}

// newShowCommand returns the command that prints scenarios' stories, chains and fixes.
func newShowCommand(c *console) *cobra.Command {
	o := &showOptions{console: c}
	cmd := &cobra.Command{
		Use:               "show [ID...]",
		Short:             "Show a scenario's story, chain and fix",
		ValidArgsFunction: completeIDs,
		RunE:              func(cmd *cobra.Command, ids []string) error { return o.main(cmd.Context(), ids) },
	}
	cmd.Args = o.args
	o.own.add(cmd)
	o.minting.add(cmd)
	addJSON(cmd, &o.json)
	cmd.Flags().BoolVar(&o.yaml, "yaml", false, "print scenarios as a file for --scenarios, to change and keep")
	cmd.Flags().BoolVar(&o.schema, "schema", false, "print the JSON Schema of such files, for editors")
	cmd.MarkFlagsMutuallyExclusive("json", "yaml")
	return cmd
}

// args demands a scenario, unless there are files with some, or the schema is printed.
func (o *showOptions) args(cmd *cobra.Command, ids []string) error {
	if len(o.paths) > 0 || o.schema {
		return nil
	}
	return demand(cobra.MinimumNArgs(1), "name a scenario, for example expired; tlslab list shows them all")(cmd, ids)
}

func (o *showOptions) main(ctx context.Context, ids []string) error {
	if o.schema {
		_, err := o.stdout.Write(file.Schema)
		return err
	}
	if err := o.own.read(ctx); err != nil {
		return err
	}
	list, err := o.named(ids)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		list = o.catalogue.All()
	}
	if o.yaml {
		text, err := file.Marshal(list...)
		if err != nil {
			return err
		}
		if _, builtIn := scenarios.Lookup(list[0].ID); builtIn {
			first, rest, _ := bytes.Cut(text, []byte("\n")) // the line for editors must be the first
			text = fmt.Appendf(first, "\n# To use this with --scenarios, change the id, which the catalogue has.\n%s", rest)
		}
		_, err = o.stdout.Write(text)
		return err
	}
	return o.show(list)
}

// show shows scenarios and their chains.
func (o *showOptions) show(list []*scenarios.Scenario) (err error) {
	config, err := o.config(o.console)
	if err != nil {
		return err
	}
	config.Catalogue = o.catalogue
	l, err := lab.New(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	var out []result.Scenario
	for _, s := range list {
		described, err := l.Describe(s)
		if err != nil {
			return err
		}
		out = append(out, described)
	}
	if o.json {
		return result.WriteJSON(o.stdout, out)
	}
	t := o.terminal()
	for _, s := range out {
		t.Scenario(s)
		t.Fix(s)
	}
	return nil
}
