package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// list prints the catalogue.
func (f *flags) list() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "The catalogue",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("service") && len(f.families) == 0 {
				f.service = append(f.service, string(scenarios.Mongod)) // all that is declared
			}
			list, err := f.selected(nil)
			if err != nil {
				return err
			}
			if f.json {
				return f.listJSON(list)
			}
			return f.terminal().List(list)
		},
	}
	f.addJSON(cmd)
	f.addFamily(cmd)
	f.addService(cmd)
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

func (f *flags) listJSON(list []*scenarios.Scenario) error {
	out := []entry{}
	for _, s := range list {
		out = append(out, entry{
			ID: s.ID, Family: s.Family, Port: s.Port, Title: s.Title, Story: result.Story(s.Story), Fix: s.Fix, Host: s.Host,
			Expect: result.NewExpectation(s.Expect), Control: s.Control, Defect: s.Defect, Recipe: s.Recipe, Server: s.Server, Mongod: s.Mongod, Instead: s.Instead, Setup: s.Setup, Known: s.Known, Sources: s.Sources,
		})
	}
	return result.WriteJSON(f.stdout, out)
}

// show prints one scenario's story, chain and fix.
func (f *flags) show() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "show ID...",
		Short:             "A scenario's story, chain and fix",
		Args:              someArgs,
		ValidArgsFunction: completeIDs,
		RunE: func(_ *cobra.Command, ids []string) error {
			list, err := f.selected(ids)
			if err != nil {
				return err
			}
			c, err := f.config()
			if err != nil {
				return err
			}
			l, err := lab.New(c)
			if err != nil {
				return err
			}
			defer l.Close()
			var out []result.Scenario
			for _, s := range list {
				described, err := l.Describe(s)
				if err != nil {
					return err
				}
				out = append(out, described)
			}
			if f.json {
				return result.WriteJSON(f.stdout, out)
			}
			t := f.terminal()
			for _, s := range out {
				t.Scenario(s)
				t.Fix(s)
			}
			return nil
		},
	}
	f.addJSON(cmd)
	f.addMinting(cmd)
	return cmd
}

func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unexpected argument %q", args[0])}
	}
	return nil
}

func someArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError{fmt.Errorf("%s: name a scenario, for example expired; tlslab list shows all", cmd.Name())}
	}
	return nil
}
