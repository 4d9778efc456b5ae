package labtest_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCarriesNoDatabase checks that a program which tests its https client does not link a database or
// Docker's client.
func TestCarriesNoDatabase(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "example.com/tlslab/lab/labtest").CombinedOutput()
	require.NoError(t, err, string(out))
	for line := range strings.Lines(string(out)) {
		for _, heavy := range []string{"FerretDB", "mongo-driver", "modernc.org", "testcontainers", "docker"} {
			assert.NotContains(t, line, heavy, "labtest depends on it")
		}
	}
}
