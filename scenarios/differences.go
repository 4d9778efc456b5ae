package scenarios

import (
	"fmt"
	"reflect"
	"strings"

	"example.com/tlslab/pki"
)

// Differences returns in what a scenario differs from its control, given what was minted for
// both: their chains, the host that the client asks for, and how the server behaves. For a
// scenario that is its own control there are none.
func Differences(s *Scenario, chain, control *pki.Chain) []pki.Difference {
	c := ControlOf(s)
	list := pki.Compare(chain, control)
	if s.Host != c.Host {
		list = append(list, pki.Difference{Where: "host", Got: s.Host, Want: c.Host})
	}
	got, want := reflect.ValueOf(s.Server), reflect.ValueOf(c.Server)
	for i := range got.NumField() {
		if !reflect.DeepEqual(got.Field(i).Interface(), want.Field(i).Interface()) {
			name := got.Type().Field(i).Name
			list = append(list, pki.Difference{
				Where: "server", What: strings.ToLower(name[:1]) + name[1:],
				Got: fmt.Sprint(got.Field(i).Interface()), Want: fmt.Sprint(want.Field(i).Interface()),
			})
		}
	}
	return list
}
