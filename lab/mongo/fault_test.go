package mongo_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// TestContainerAtFault checks that a server whose log says that it refused a good client for its own reasons
// is at fault, and not the client. A client that sends no certificate although the server requires one is at
// fault itself.
func TestContainerAtFault(t *testing.T) {
	image, _ := testImage(t)
	l := newLab(t, mongo.ContainerOptions{Image: image})
	set, err := all.Discover(t.Context(), clients.Options{Only: []string{"mongo-go/default"}})
	require.NoError(t, err)
	defer func() { require.NoError(t, set.Close()) }()
	judge := func(change func(*scenarios.Scenario)) verdict.Judgement {
		s := *lookup(t, "mongod-client-certificate-crl")
		change(&s)
		run, err := l.Run(t.Context(), []*scenarios.Scenario{&s}, set, lab.RunOptions{})
		require.NoError(t, err)
		return run.Scenarios[0].Cells[0].Judgement
	}
	assert.Equal(t, verdict.OK, judge(func(*scenarios.Scenario) {}).Kind)

	stale := judge(func(s *scenarios.Scenario) {
		s.ID, s.Recipe.CRL = "mongod-crl-expired", &pki.CRL{Fetch: true, NextUpdate: "-1h"}
	})
	assert.Equal(t, verdict.Error, stale.Kind)
	assert.Contains(t, stale.Why.Text, "mongod's log says that it refused the client for a reason of its own:")
	assert.Contains(t, stale.Why.Text, "CRL has expired")

	silent := judge(func(s *scenarios.Scenario) {
		s.ID, s.Recipe.Client, s.Recipe.CRL, s.Mongod.CRLFile = "mongod-sent-nothing", nil, nil, false
	})
	assert.Equal(t, verdict.Broken, silent.Kind, silent.Why)
}
