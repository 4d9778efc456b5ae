package scenarios_test

import (
	"testing"

	"example.com/tlslab/scenarios"
)

func TestGood(t *testing.T) {
	for service, want := range map[scenarios.Service]string{
		scenarios.HTTPS: "good", scenarios.MongoDB: "mongo-good", scenarios.Mongod: "mongod-good",
		scenarios.Raw: "raw-good", scenarios.Postgres: "pg-good", scenarios.SMTP: "smtp-good",
	} {
		good := scenarios.Good(service)
		if good.ID != want || good.Expect.Verdict != scenarios.Accept {
			t.Errorf("%s: got %s, which a client must %s, want %s", service, good.ID, good.Expect.Verdict, want)
		}
	}
}

func TestFirstControl(t *testing.T) {
	for _, test := range []struct {
		want string
		ids  []string
	}{
		{"good", []string{"good"}},
		{"good", []string{"expired"}},
		{"good-ip", []string{"wrong-ip", "expired"}}, // equally common, and first
		{"good", []string{"wrong-ip", "expired", "wrong-host"}},
		{"mongo-good", []string{"mongo-expired"}},
	} {
		var list []*scenarios.Scenario
		for _, id := range test.ids {
			s, ok := scenarios.Lookup(id)
			if !ok {
				t.Fatalf("no scenario %s", id)
			}
			list = append(list, s)
		}
		if got := scenarios.FirstControl(list).ID; got != test.want {
			t.Errorf("%v: got %s, want %s", test.ids, got, test.want)
		}
	}
	if got := scenarios.FirstControl(scenarios.All()).ID; got != "good" {
		t.Errorf("the whole catalogue: got %s, want good", got)
	}
	if got := scenarios.FirstControl(nil); got != nil {
		t.Errorf("no scenarios: got %s, want nil", got.ID)
	}
}
