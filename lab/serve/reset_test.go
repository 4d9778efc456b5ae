package serve

import (
	"testing"

	"example.com/tlslab/scenarios"
)

// TestResetBeforeAccept checks that clients that reset the connection before it is accepted are observed, with their
// address. There are so many that the server is still busy with some while others connect.
func TestResetBeforeAccept(t *testing.T) {
	ca := newAuthority(t)
	for _, fault := range []scenarios.Fault{"", scenarios.FaultResetOnAccept, scenarios.FaultSilent} {
		t.Run(string(fault), func(t *testing.T) {
			addresses := make(chan string, 10_000)
			srv := start(t, scenario(scenarios.Server{Fault: fault}), ca.source(t), Options{
				MaxConns: 2,
				Watch: func(e Event) {
					if e.Kind == EventStart {
						addresses <- e.Client
					}
				},
			})
			want := map[string]bool{}
			for range 1000 {
				c := dial(t, srv)
				want[c.LocalAddr().String()] = true
				c.SetLinger(0)
				c.Close() // with RST
			}
			if err := srv.Drain(ctx(t)); err != nil {
				t.Fatal(err)
			}
			close(addresses)
			for addr := range addresses {
				delete(want, addr)
			}
			if len(want) > 0 {
				t.Errorf("%d clients were not observed: %v", len(want), want)
			}
			for _, o := range srv.Observations() {
				if o.End != EndReset {
					t.Fatalf("end %s: %s", o.End, o.Error)
				}
			}
		})
	}
}
