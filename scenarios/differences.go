package scenarios

import (
	"fmt"
	"reflect"
	"strings"

	"example.com/tlslab/pki"
)

// Differences returns the differences between a scenario and its control, given the chains minted for both.
// It compares the chains, the host that the client asks for, the server's behaviour, how a mongod is started,
// and the client's files. A scenario that is its own control has no differences.
func Differences(s *Scenario, chain, control *pki.Chain) []pki.Difference {
	c := ControlOf(s)
	list := pki.Compare(chain, control)
	if s.Host != c.Host {
		list = append(list, pki.Difference{Where: "host", Got: s.Host, Want: c.Host})
	}
	list = append(list, fields("server", s.Server, c.Server)...)
	list = append(list, fields("mongod", s.Mongod, c.Mongod)...)
	return append(list, fields("setup", s.Setup, c.Setup)...)
}

// fields returns the fields in which two structs of the same type differ.
func fields(where string, a, b any) []pki.Difference {
	var list []pki.Difference
	got, want := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range got.NumField() {
		x, y := got.Field(i).Interface(), want.Field(i).Interface()
		if !reflect.DeepEqual(x, y) {
			name := got.Type().Field(i).Name
			if name != strings.ToUpper(name) { // a name in capitals, such as CA, is kept
				name = strings.ToLower(name[:1]) + name[1:]
			}
			list = append(list, pki.Difference{Where: where, What: name, Got: fmt.Sprint(x), Want: fmt.Sprint(y)})
		}
	}
	return list
}
