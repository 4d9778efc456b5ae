package messages_test

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
)

// recordDir is where a run of the whole matrix is recorded.
var recordDir = filepath.Join("..", "result", "matrix")

// TestRulesOnRecord checks that every message of the recorded matrix has its class, and that the record has nothing
// undocumented.
func TestRulesOnRecord(t *testing.T) {
	r, err := result.Open(recordDir)
	require.NoError(t, err)
	stackOf := map[string]string{}
	for _, c := range r.Clients {
		stackOf[c.ID()] = c.Stack
		service := cmp.Or(messages.Of(c.Stack).Service, string(scenarios.HTTPS))
		assert.Equal(t, c.Service, service, "the protocol of %s", c.Stack)
	}
	judged := 0
	for _, s := range r.Scenarios {
		for _, c := range s.Cells {
			assert.True(t, c.Documented, "%s × %s: %s is recorded, but not documented", s.ID, c.Client, c.Kind)
			if c.Outcome != clients.Rejected {
				continue
			}
			judged++
			class := messages.Classify(stackOf[c.Client], c.Message)
			if !c.FromAlert || class != messages.Untold {
				assert.Equal(t, c.Class, class, "%s × %s: %q", s.ID, c.Client, c.Message)
			}
		}
	}
	t.Logf("%d rejections of %d clients", judged, len(r.Clients))
	require.NotZero(t, judged)
}

// TestRecordIsSmall keeps the record small enough for a repository: on average 64 KiB a file.
func TestRecordIsSmall(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordDir, "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	size := int64(0)
	for _, path := range files {
		info, err := os.Stat(path)
		require.NoError(t, err)
		size += info.Size()
	}
	t.Logf("%d files, %d KiB", len(files), size>>10)
	require.Less(t, size, int64(len(files)*64<<10))
}
