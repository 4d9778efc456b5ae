package mongo_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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

// publishedAt matches the host ports that compose.yaml publishes.
var publishedAt = regexp.MustCompile(`127\.0\.0\.1:(\d+)(?:-(\d+))?:`)

// shift adds a free distance to the host ports in compose.yaml. It returns the path of the changed copy, and the
// distance. The file's own ports may be taken: by tests of other packages, or by another run of these tests.
func shift(t *testing.T) (string, int) {
	t.Helper()
	original, err := os.ReadFile(filepath.Join("..", "..", "compose.yaml"))
	require.NoError(t, err)
	distance := freeDistance(t, hostPorts(t, string(original)))
	moved := publishedAt.ReplaceAllStringFunc(string(original), func(found string) string {
		return regexp.MustCompile(`\b\d{4,5}\b`).ReplaceAllStringFunc(found, func(port string) string {
			n, _ := strconv.Atoi(port) // the expression matches digits only
			return strconv.Itoa(n + distance)
		})
	})
	path := filepath.Join(t.TempDir(), "compose.yaml")
	require.NoError(t, os.WriteFile(path, []byte(moved), 0o600))
	return path, distance
}

// hostPorts lists the host ports that a compose file publishes.
func hostPorts(t *testing.T, file string) []int {
	t.Helper()
	var all []int
	for _, found := range publishedAt.FindAllStringSubmatch(file, -1) {
		first, _ := strconv.Atoi(found[1]) // the expression matches digits only
		last := first
		if found[2] != "" {
			last, _ = strconv.Atoi(found[2])
		}
		for port := first; port <= last; port++ {
			all = append(all, port)
		}
	}
	require.Greater(t, len(all), 200)
	return all
}

// freeDistance returns a random distance at which all ports are free. Ports stay below 32768, where Linux's
// ephemeral ports begin.
func freeDistance(t *testing.T, ports []int) int {
	t.Helper()
	for range 100 {
		distance := 3000 + rand.IntN(32767-slices.Max(ports)-3000)
		free := !slices.ContainsFunc(ports, func(port int) bool {
			l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port+distance))
			if err != nil {
				return true
			}
			l.Close()
			return false
		})
		if free {
			return distance
		}
	}
	require.Fail(t, "no free ports for compose.yaml in 100 attempts")
	return 0
}
