package page

import (
	"context"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
	"example.com/tlslab/lab/services/postgres"
	"example.com/tlslab/lab/services/raw"
	"example.com/tlslab/lab/services/smtp"
	"example.com/tlslab/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a lab that is up, and its page.
type running struct {
	*testing.T
	page *Page
	up   *lab.Up
	lab  *lab.Lab
}

// bringUp brings scenarios up with a page on a free port, and everything down with the test.
func bringUp(t *testing.T, ids ...string) *running {
	t.Helper()
	r, p, l, list := prepare(t, ids...)
	up, err := l.Up(t.Context(), list, p.Listening)
	require.NoError(t, err)
	r.up = up
	t.Cleanup(func() { assert.NoError(t, up.Close()) })
	return r
}

// prepare sets a lab and a page up, and leaves the lab to be brought up.
func prepare(t *testing.T, ids ...string) (*running, *Page, *lab.Lab, []*scenarios.Scenario) {
	t.Helper()
	var list []*scenarios.Scenario
	for _, id := range ids {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		list = append(list, s)
	}
	p, err := Start(Options{Scenarios: list})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.Close()) })
	l, err := lab.New(lab.Config{Seed: "page", Watch: p.Watch, Ready: p.Ready, UI: p.URL(), Lifetime: time.Hour,
		Timeout:  time.Minute, // a JVM on a busy machine takes longer than the default for one handshake
		Services: []serve.Service{mongodb.Embedded(), raw.Service(), postgres.Service(), smtp.Service()}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	p.Use(l)
	return &running{T: t, page: p, lab: l}, p, l, list
}

// endpoint returns where a scenario is served.
func (r *running) endpoint(id string) serve.Endpoint {
	r.Helper()
	for _, e := range r.up.Endpoints.Scenarios {
		if e.ID == id {
			return e
		}
	}
	require.Fail(r, "not served", id)
	return serve.Endpoint{}
}

// answer is what the page answered.
type answer struct {
	*http.Response
	body string
}

// get asks the page for a path; header is name and value in turn.
func (r *running) get(path string, header ...string) answer {
	r.Helper()
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, strings.TrimSuffix(r.page.URL(), "/")+path, nil)
	require.NoError(r, err)
	return r.do(req, header...)
}

// do sends a request, and follows no redirection.
func (r *running) do(req *http.Request, header ...string) answer {
	r.Helper()
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(req)
	require.NoError(r, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(r, err)
	return answer{response, string(body)}
}

// waitFor waits until the hub has seen the wanted connections of a scenario. The newest is first.
func (r *running) waitFor(id string, seen func([]connection) bool) []connection {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), waitTime)
	defer cancel()
	for {
		_, more := r.page.hub.next(0) // before the look, so that nothing is missed
		list := r.page.hub.since(id, 0, maxConnections).Connections
		if seen(list) {
			return list
		}
		select {
		case <-more:
		case <-ctx.Done():
			require.Fail(r, "it never came to that", "%s: %+v", id, list)
		}
	}
}

// ended reports whether there were that many connections, and all have ended.
func ended(n int) func([]connection) bool {
	return func(list []connection) bool {
		underWay := slices.ContainsFunc(list, func(c connection) bool { return c.Seen == nil })
		return len(list) >= n && !underWay
	}
}

// waitTime is how long tests wait for an event.
const waitTime = 20 * time.Second

// have reports whether a program is on PATH.
func have(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}
