package diagnose_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/curl"
	"example.com/tlslab/lab/clients/gohttp"
	"example.com/tlslab/lab/clients/node"
	"example.com/tlslab/lab/clients/openssl"
	"example.com/tlslab/lab/clients/python"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/diagnose/internal/realserver"
	"example.com/tlslab/lab/diagnose/simulate"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/mimic"
	"example.com/tlslab/scenarios/file"
)

// clientTime bounds each client, also on a busy machine.
const clientTime = 30 * time.Second

// clientsRefuse are the real servers that speak HTTP at once, so that HTTP clients can connect.
var clientsRefuse = []string{"openssl-s_server", "nginx", "apache", "haproxy"}

// TestRealCopies copies real servers, good and with faults, and serves each copy: the same is wrong with it, and the same
// clients refuse both in the same words.
func TestRealCopies(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "copies", ClientFiles: true, Timeout: time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	set, err := clients.Discover(t.Context(), clients.Options{Stacks: []clients.Stack{gohttp.Stack(), curl.Stack(),
		openssl.Stack(), python.Stack(), node.Stack()}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, set.Close()) })
	for _, s := range realserver.All() {
		if !slices.Contains(clientsRefuse, s.Name) {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			h := s.Open(t)
			for _, fault := range realFaults {
				if fault.id == atOnce && s.Name != "nginx" {
					continue
				}
				t.Run(fault.id, func(t *testing.T) { copyReal(t, l, set, h, s.Name+"-"+fault.id, fault.id) })
			}
		})
	}
}

// copyReal copies one server, and compares what is seen of both.
func copyReal(t *testing.T, l *lab.Lab, set *clients.Set, h *realserver.Host, id, fault string) {
	chain := realChain(t, l, fault)
	var roots diagnose.Roots
	for _, c := range chain.Trusted {
		roots.Certificates = append(roots.Certificates, c.DER)
	}
	target, stop := h.Start(t, chain, realserver.Manner{})
	seen, err := ask.Server(t.Context(), target)
	require.NoError(t, err)
	said := wordsOf(t, set, seen, roots)
	stop()

	c, err := mimic.Server(seen, roots.Certificates, mimic.Options{ID: "copy-" + strings.ReplaceAll(id, "_", "-")})
	require.NoError(t, err)
	data, err := mimic.Marshal(c)
	require.NoError(t, err)
	list, err := file.Parse("copy.yaml", data)
	require.NoError(t, err, "%s", data)
	in, err := l.Serve(t.Context(), list[0])
	require.NoError(t, err)
	defer func() { assert.NoError(t, in.Close()) }()
	copied, err := l.Chain(list[0])
	require.NoError(t, err)
	var anchors diagnose.Roots
	for _, c := range copied.Trusted {
		anchors.Certificates = append(anchors.Certificates, c.DER)
	}
	again, err := ask.Server(t.Context(), ask.Target{Host: in.Endpoint.Host, Port: in.Endpoint.Port,
		Connect: in.Endpoint.Connect, STARTTLS: ask.NoSTARTTLS})
	require.NoError(t, err)

	assert.Equal(t, failuresOf(diagnose.Tell(seen, roots, diagnose.Options{})),
		failuresOf(diagnose.Tell(again, anchors, diagnose.Options{})), "%s", data)
	assert.Equal(t, said, wordsOf(t, set, again, anchors), "%s", data)
}

func failuresOf(r *diagnose.Report) []string {
	list := []string{}
	for _, f := range r.Failures() {
		list = append(list, f.Code)
	}
	return list
}

// wordsOf returns what each client did and said, without what changes from run to run.
func wordsOf(t *testing.T, set *clients.Set, seen *ask.Seen, roots diagnose.Roots) map[string]string {
	answers, err := simulate.Run(t.Context(), simulate.Ordinary(set), seen, roots, simulate.Options{Timeout: clientTime})
	require.NoError(t, err)
	words := map[string]string{}
	for _, a := range answers {
		said := messages.Steady(a.Message)
		if a.Accepts { // it may speak of the page
			said = ""
		}
		words[a.Stack+" "+a.Version] = string(a.Outcome) + " " + string(a.Class) + " " + said
	}
	return words
}
