package verdict

import (
	"fmt"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios"
)

// Unable says why a client can't be judged by a scenario, and need not be run: it demands
// something that the scenario's control does not supply, and so would refuse the good chain as
// well. Empty means that it can be.
func Unable(s *scenarios.Scenario, c clients.Info) string {
	control := scenarios.ControlOf(s)
	supplied := scenarios.Supplies(control)
	if len(c.Demands) == 0 || slices.ContainsFunc(c.Demands, func(d string) bool { return slices.Contains(supplied, d) }) {
		return ""
	}
	return fmt.Sprintf(whyUnable, c.Variant, strings.Join(c.Demands, " or "), control.ID)
}
