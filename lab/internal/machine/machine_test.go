package machine

import (
	"encoding/json"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHere(t *testing.T) {
	m := Here()
	require.Equal(t, runtime.GOOS, m.OS)
	require.Equal(t, runtime.GOARCH, m.Arch)
	require.Positive(t, m.CPUs)
	if runtime.GOOS == "linux" {
		require.NotEmpty(t, m.Kernel)
	}
	text, err := json.Marshal(m)
	require.NoError(t, err)
	name, err := os.Hostname()
	require.NoError(t, err)
	require.NotContains(t, string(text), name)
}

func TestPrettyName(t *testing.T) {
	require.Equal(t, "Debian GNU/Linux 12 (bookworm)",
		prettyName([]byte("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n")))
	require.Equal(t, "Alpine", prettyName([]byte("PRETTY_NAME='Alpine'")))
	require.Empty(t, prettyName(nil))
	require.NotContains(t, prettyName([]byte("PRETTY_NAME=\"a\x1b[31mb\"\n")), "\x1b")
}
