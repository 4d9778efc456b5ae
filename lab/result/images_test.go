package result

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/verdict"
)

// curlRun is a run of one client that accepts or rejects a scenario.
func curlRun(version string, did clients.Outcome) *Run {
	c := clients.Info{Stack: "curl", Version: version, Variant: "default", Service: "https"}
	return &Run{
		Schema: Schema, Seed: "x", Started: time.Unix(100, 0).UTC(), Duration: time.Second,
		Clients: []clients.Info{c},
		Missing: []clients.Missing{{Stack: "node", Reason: lang.Plain("no node")}},
		Scenarios: []Scenario{{ID: "expired", Cells: []Cell{{
			Client: c.ID(), Outcome: did, Judgement: verdict.Judgement{Kind: verdict.OK, Documented: true},
		}}}},
	}
}

func TestJoin(t *testing.T) {
	a, b := curlRun("7.74.0", clients.Accepted), curlRun("7.74.0", clients.Rejected)
	b.Started = time.Unix(105, 0)
	b.Missing = append(b.Missing, clients.Missing{Stack: "wget", Reason: lang.Plain("no wget")})
	joined, err := Join(a.In("debian:11"), b.In("debian:13"))
	require.NoError(t, err)
	require.Len(t, joined.Clients, 2)
	assert.Equal(t, "curl-7.74.0/default@debian:11", joined.Clients[0].ID())
	assert.Equal(t, []string{"debian:11", "debian:13"}, joined.Images())
	assert.Equal(t, 6*time.Second, joined.Duration)
	assert.Len(t, joined.Missing, 1, "wget was found in one image")
	x := joined.Index()
	assert.Equal(t, clients.Accepted, x.Cell("expired", "curl-7.74.0/default@debian:11").Outcome)
	assert.Equal(t, clients.Rejected, x.Cell("expired", "curl-7.74.0/default@debian:13").Outcome)
	assert.Equal(t, "curl-7.74.0/default", a.Scenarios[0].Cells[0].Client, "the runs are unchanged")

	diffs := joined.AcrossImages()
	require.Len(t, diffs, 1)
	require.Len(t, diffs[0].Changes, 1)
	assert.Equal(t, NowRejects, diffs[0].Changes[0].Effect)
	assert.Equal(t, []Pair{{"curl-7.74.0/default@debian:11", "curl-7.74.0/default@debian:13"}}, diffs[0].Pairs)

	// Clients of two images do not share a group, even if they did the same.
	same, err := Join(a.In("debian:11"), a.In("debian:13"))
	require.NoError(t, err)
	var names []string
	for _, g := range same.Groups() {
		names = append(names, g.Name())
	}
	assert.Equal(t, []string{"curl default 7.74.0@debian:11", "curl default 7.74.0@debian:13"}, names)
	assert.Equal(t, "tlslab run expired --client curl-7.74.0/default --image debian:11 --seed x --at 0001-01-01T00:00:00Z",
		same.Command("expired", "curl-7.74.0/default@debian:11"))

	// JSON keeps the image.
	var out bytes.Buffer
	require.NoError(t, joined.WriteTables(&out, false))
	again, err := Read(&out)
	require.NoError(t, err)
	assert.Equal(t, joined.Images(), again.Images())
}

func TestJoinRefuses(t *testing.T) {
	a, b := curlRun("1", clients.Accepted), curlRun("1", clients.Accepted)
	_, err := Join(a, b)
	assert.ErrorContains(t, err, "client curl-1/default occurs twice")
	b.Seed = "y"
	_, err = Join(a.In("a"), b.In("b"))
	assert.ErrorContains(t, err, "different seeds or times: --seed x")
}

// TestUpgradeInImages names clients with their images, whose names have colons.
func TestUpgradeInImages(t *testing.T) {
	a, b := curlRun("7.74.0", clients.Accepted), curlRun("8.14.1", clients.Rejected)
	joined, err := Join(a.In("lab:5000/debian:11"), b.In("debian:13"))
	require.NoError(t, err)
	d, err := Upgrade(joined, joined, "curl@lab:5000/debian:11:curl@debian:13")
	require.NoError(t, err)
	assert.Len(t, d.Changes, 1)
	_, err = Upgrade(joined, joined, "curl@debian:12:curl@debian:13")
	assert.ErrorContains(t, err, `no client of the run matches "curl@debian:12"`)
}
