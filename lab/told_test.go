package lab_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// asks connects, and keeps the endpoint that it was given.
type asks struct {
	mu   sync.Mutex
	told []serve.Endpoint
}

func (a *asks) Probe(_ context.Context, r clients.Request) clients.Result {
	a.mu.Lock()
	a.told = append(a.told, r.Endpoint)
	a.mu.Unlock()
	c, err := net.Dial("tcp", r.Endpoint.Connect)
	if err == nil {
		err = c.Close()
	}
	if err != nil {
		return clients.Result{Outcome: clients.Failed, Message: err.Error()}
	}
	return clients.Result{Outcome: clients.Rejected, Message: "no"}
}

// TestTold checks that a run gives a client the endpoint that Told returns, serves at the ports that Ports
// asks for, and stops with Told's error.
func TestTold(t *testing.T) {
	l, err := lab.New(lab.Config{ClientFiles: true})
	require.NoError(t, err)
	defer func() { assert.NoError(t, l.Close()) }()
	expired, _ := scenarios.Lookup("expired")
	base := freeBase(t, expired, scenarios.ControlOf(expired))
	client := &asks{}
	set := &clients.Set{
		Clients: []*clients.Client{{Info: clients.Info{Stack: "go", Service: "https"}, Prober: client}},
	}
	misname := func(s *scenarios.Scenario, e serve.Endpoint) (serve.Endpoint, error) {
		e.ID = "not-" + s.ID
		return e, nil
	}

	_, err = l.Run(t.Context(), []*scenarios.Scenario{expired}, set, lab.RunOptions{Ports: base, Told: misname})
	require.NoError(t, err)
	require.Len(t, client.told, 2)
	assert.Equal(t, "not-good", client.told[0].ID)
	assert.Equal(t, "not-expired", client.told[1].ID)
	assert.Equal(t, base+expired.Port, client.told[1].Port)

	no := errors.New("no")
	_, err = l.Run(t.Context(), []*scenarios.Scenario{expired}, set,
		lab.RunOptions{
			Told: func(*scenarios.Scenario, serve.Endpoint) (serve.Endpoint, error) { return serve.Endpoint{}, no },
		})
	assert.ErrorIs(t, err, no)
}

// freeBase returns a base port above which the scenarios' ports are free.
func freeBase(t *testing.T, list ...*scenarios.Scenario) int {
	t.Helper()
next:
	for base := 12000; base < 30000; base += 1000 { // below the system's ephemeral ports
		for _, s := range list {
			c, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: base + s.Port})
			if err != nil {
				continue next
			}
			c.Close()
		}
		return base
	}
	require.Fail(t, "No base port has all its ports free")
	return 0
}
