package verdict

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

// Unable says why a client cannot be judged by a scenario, and need not be run: it demands something that the
// scenario's control does not supply, so that it would refuse the good chain as well. Zero means that it can be judged.
func Unable(s *scenarios.Scenario, c clients.Info) lang.Reason {
	control := scenarios.ControlOf(s)
	supplied := scenarios.Supplies(control)
	if len(c.Demands) == 0 || slices.ContainsFunc(c.Demands, func(d string) bool {
		return slices.Contains(supplied, d)
	}) {
		return lang.Reason{}
	}
	return lang.Because(whyUnable, c.Variant, strings.Join(c.Demands, " or "), control.ID)
}
