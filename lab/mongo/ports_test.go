package mongo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/scenarios"
)

// published returns the port ranges that the lab's service in compose.yaml publishes: the responder's, and
// those of everything behind the lab's own TLS.
func published() string {
	ports := []int{lab.DefaultBasePort}
	for _, service := range []scenarios.Service{scenarios.HTTPS, scenarios.MongoDB} {
		for _, s := range scenarios.Behind(service) {
			ports = append(ports, lab.DefaultBasePort+s.Port)
		}
	}
	slices.Sort(ports)
	var b strings.Builder
	for first := 0; first < len(ports); {
		last := first
		for last+1 < len(ports) && ports[last+1] <= ports[last]+1 {
			last++
		}
		r := fmt.Sprintf("%d-%d", ports[first], ports[last])
		fmt.Fprintf(&b, "      - 127.0.0.1:%s:%s\n", r, r)
		first = last + 1
	}
	return b.String()
}

// TestComposePorts checks that compose.yaml publishes every scenario that tlslab list shows.
func TestComposePorts(t *testing.T) {
	path := filepath.Join("..", "..", "compose.yaml")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	block := regexp.MustCompile(`(?s)(      # ports start: [^\n]*\n)(.*)(      # ports end\n)`)
	if *update {
		text = block.ReplaceAll(text, []byte("${1}"+published()+"${3}"))
		require.NoError(t, os.WriteFile(path, text, 0o644))
	}
	m := block.FindSubmatch(text)
	require.NotNil(t, m, "compose.yaml has no markers for the ports")
	assert.Equal(t, published(), string(m[2]),
		"compose.yaml does not publish all scenarios: go test ./lab/mongo -run ComposePorts -update")
}
