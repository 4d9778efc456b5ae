package file_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
)

// TestEveryRow checks that every scenario of the catalogue, printed as a file and read back, is the same.
func TestEveryRow(t *testing.T) {
	count := 0
	for _, service := range scenarios.Services() {
		for _, s := range scenarios.Behind(service) {
			t.Run(s.ID, func(t *testing.T) {
				data, err := file.Marshal(s)
				require.NoError(t, err)
				list, err := file.Parse("row.yaml", data)
				require.NoError(t, err, "%s", data)
				require.Len(t, list, 1)
				read := list[0]
				read.Port = s.Port // files have none
				assert.Equal(t, s, read, "%s", data)
			})
			count++
		}
	}
	assert.Greater(t, count, 300)
}

// TestWholeCatalogue checks that a file can have many scenarios.
func TestWholeCatalogue(t *testing.T) {
	all := scenarios.All()
	data, err := file.Marshal(all...)
	require.NoError(t, err)
	list, err := file.Parse("all.yaml", data)
	require.NoError(t, err)
	require.Len(t, list, len(all))
	for i, s := range all {
		list[i].Port = s.Port
		assert.Equal(t, s, list[i])
	}
}
