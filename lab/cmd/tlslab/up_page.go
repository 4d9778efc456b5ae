package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/page"
	"example.com/tlslab/scenarios"
)

// ports returns the ports that are taken, by what uses them.
func (o *upOptions) ports(list []*scenarios.Scenario) map[string]int {
	if o.basePort == 0 {
		return nil
	}
	ports := map[string]int{"the revocation responder": int(o.basePort)}
	for _, s := range list {
		ports[s.ID] = int(o.basePort) + s.Port
	}
	return ports
}

// startPage starts the page of a lab that is about to be created, and makes config report to it. With --no-ui it
// returns nil.
func (o *upOptions) startPage(c *cobra.Command, list []*scenarios.Scenario, config *lab.Config) (*page.Page, error) {
	port := o.uiPort
	switch {
	case o.noUI:
		return nil, nil
	case port < 0 || port > 65535:
		return nil, usageError{fmt.Errorf("--ui-port %d: want a port up to 65535, or 0 for a free one", port)}
	case !c.Flags().Changed("ui-port") && o.basePort > 0:
		port = int(o.basePort) - 1
	}
	for name, taken := range o.ports(list) {
		if port == taken {
			return nil, usageError{fmt.Errorf("--ui-port %d: this is the port of %s with --base-port %d: "+
				"choose one below that", port, name, o.basePort)}
		}
	}
	say := config.Trouble
	p, err := page.Start(page.Options{Bind: o.bind, Port: port, Scenarios: list, Trouble: say})
	if errors.Is(err, fs.ErrPermission) && port < 1024 {
		return nil, fmt.Errorf("%w: ports below 1024 are reserved for the administrator; the page's port is one below "+
			"--base-port unless you give --ui-port", err)
	}
	if err != nil {
		return nil, err
	}
	config.Trouble = func(err error) {
		say(err)
		p.Trouble(err)
	}
	config.Watch, config.Ready, config.UI = p.Watch, p.Ready, p.URL()
	return p, nil
}
