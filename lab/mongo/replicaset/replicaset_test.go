package replicaset_test

import (
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/mongogo"
	"example.com/tlslab/lab/clients/mongojava"
	"example.com/tlslab/lab/clients/mongonode"
	"example.com/tlslab/lab/clients/pymongo"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/mongo/replicaset"
)

// TestScenarios runs every scenario on the image that TLSLAB_MONGO_IMAGE names, with the drivers that are found.
func TestScenarios(t *testing.T) {
	image := os.Getenv(mongo.ImageVariable)
	l, err := lab.New(lab.Config{Seed: "replica sets", At: time.Now().Truncate(time.Second)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	set, err := clients.Discover(t.Context(), clients.Options{
		Stacks: []clients.Stack{pymongo.Stack(), mongonode.Stack(), mongojava.Stack(), mongogo.Stack()},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	drivers := slices.DeleteFunc(set.Clients, func(c *clients.Client) bool { return c.Variant != "default" })
	for _, s := range replicaset.Scenarios() {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			got, err := replicaset.Run(t.Context(), l, s, replicaset.Options{
				Containers: mongo.ContainerOptions{Image: image}, Clients: drivers})
			if errors.Is(err, errors.ErrUnsupported) {
				needs.Stack(t, "replica-set", false, err.Error())
				return
			}
			require.NoError(t, err)
			var shown strings.Builder
			require.NoError(t, got.Write(&shown, 100))
			t.Log("\n" + shown.String())
			require.Empty(t, got.Deviations)
		})
	}
}

var update = flag.Bool("update", false, "write the tables of README")

// TestReadme checks that README has the table of all scenarios in both languages.
func TestReadme(t *testing.T) {
	for file, words := range map[string][5]string{
		"../README.md":       {"replica set", "how members 1, 2, 3 see all three", "a driver with the whole set", "a driver at one member", "reads and writes"},
		"../README.zh-CN.md": {"副本集", "成员 1、2、3 各自看到的三个成员", "连接整个副本集的驱动", "只连接一个成员的驱动", "读写正常"},
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		const begin, end = "<!-- replica sets start -->\n", "<!-- replica sets end -->\n"
		before, rest, ok := strings.Cut(string(text), begin)
		require.True(t, ok, file)
		_, after, ok := strings.Cut(rest, end)
		require.True(t, ok, file)
		table := replicaset.Markdown([4]string(words[:4]), words[4])
		want := before + begin + "\n" + table + "\n" + end + after
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
			continue
		}
		require.Equal(t, want, string(text), "go test ./lab/mongo/replicaset -run Readme -update writes it")
	}
}

// TestDeclared checks that every scenario says what people need, and that changes name certificates of the recipe.
func TestDeclared(t *testing.T) {
	ids := map[string]bool{}
	for _, s := range replicaset.Scenarios() {
		require.False(t, ids[s.ID], s.ID)
		ids[s.ID] = true
		for _, text := range []string{s.Title, s.Story.What, s.Story.Where, s.Story.See, s.Fix} {
			require.NotEmpty(t, text, s.ID)
		}
		for _, c := range s.Changes {
			require.Contains(t, []int{1, 2, 3}, c.Member, s.ID)
		}
	}
}
