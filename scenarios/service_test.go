package scenarios_test

import (
	"reflect"
	"testing"

	"example.com/tlslab/scenarios"
)

// TestServices checks that the scenarios of each service have IDs and ports that no others have, and can be looked up.
// A scenario that repeats one of the catalogue must differ from it only in the service.
func TestServices(t *testing.T) {
	ports := map[int]string{}
	for _, service := range scenarios.Services() {
		list := scenarios.Behind(service)
		if len(list) == 0 {
			t.Fatalf("%s has no scenarios", service)
		}
		for _, s := range list {
			if found, ok := scenarios.Lookup(s.ID); !ok || found != s {
				t.Errorf("%s is not found", s.ID)
			}
			if s.Service != service {
				t.Errorf("%s: service %s, want %s", s.ID, s.Service, service)
			}
			if want := service.Prefix() + scenarios.Base(s.ID); s.ID != want {
				t.Errorf("got %s, want %s", s.ID, want)
			}
			if other := ports[s.Port]; other != "" {
				t.Errorf("%s and %s have the same port, %d", s.ID, other, s.Port)
			}
			ports[s.Port] = s.ID
			sameAsOriginal(t, s)
		}
	}
	if got := scenarios.Behind("none"); len(got) > 0 {
		t.Errorf("%d scenarios of a service that does not exist", len(got))
	}
	if got := scenarios.Base("expired"); got != "expired" {
		t.Errorf("got %s, want expired", got)
	}
	for service, want := range map[scenarios.Service]scenarios.Service{
		scenarios.Mongod: scenarios.MongoDB, scenarios.HTTPS: scenarios.HTTPS,
	} {
		if got := service.Protocol(); got != want {
			t.Errorf("%s: protocol %s, want %s", service, got, want)
		}
	}
}

// sameAsOriginal checks that a scenario equals the one of the catalogue that it repeats, if there is one, in all that
// does not depend on the service.
func sameAsOriginal(t *testing.T, s *scenarios.Scenario) {
	t.Helper()
	original, ok := scenarios.Lookup(s.Original())
	if !ok {
		t.Fatalf("%s: no scenario %s", s.ID, s.Original())
	}
	if original == s {
		return
	}
	if original.Service != scenarios.HTTPS {
		t.Errorf("%s: the service of its original is %s, want %s", s.ID, original.Service, scenarios.HTTPS)
	}
	again := *s
	again.ID, again.Service, again.Port = original.ID, original.Service, original.Port
	again.Control, again.Known = original.Control, original.Known
	if !reflect.DeepEqual(again, *original) {
		t.Errorf("%s: got %+v, want %+v", s.ID, again, *original)
	}
}
