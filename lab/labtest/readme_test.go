package labtest_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "update the code in the READMEs")

// TestReadme checks that each README shows the code of snippet_test.go.
func TestReadme(t *testing.T) {
	source, err := os.ReadFile("snippet_test.go")
	require.NoError(t, err)
	code := strings.Replace(string(source), "package labtest_test\n", "package myclient\n", 1)
	block := regexp.MustCompile("(?s)<!-- snippet start -->\n.*<!-- snippet end -->")
	want := "<!-- snippet start -->\n```go\n" + code + "```\n<!-- snippet end -->"
	for _, path := range []string{"README.md", "README.zh-CN.md"} {
		readme, err := os.ReadFile(path)
		require.NoError(t, err)
		if *update {
			readme = block.ReplaceAllLiteral(readme, []byte(want))
			require.NoError(t, os.WriteFile(path, readme, 0o644))
		}
		assert.True(t, strings.Contains(string(readme), want),
			"%s does not show the code of snippet_test.go: go test ./lab/labtest -run Readme -update", path)
	}
}

// TestReadmeAsPasted checks that the READMEs' code compiles and runs when pasted into another module.
func TestReadmeAsPasted(t *testing.T) {
	source, err := filepath.Abs("../..")
	require.NoError(t, err)
	for _, readme := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(readme, func(t *testing.T) {
			text, err := os.ReadFile(readme)
			require.NoError(t, err)
			_, code, _ := strings.Cut(string(text), "<!-- snippet start -->\n```go\n")
			code, _, found := strings.Cut(code, "```\n<!-- snippet end -->")
			require.True(t, found)
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "tls_test.go"), []byte(code), 0o600))
			// This replaces go mod tidy, which would query a proxy.
			for _, name := range []string{"go.mod", "go.sum"} {
				data, err := os.ReadFile(filepath.Join(source, name))
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
			}
			for _, line := range [][]string{
				{"mod", "edit", "-module", "example.org/myclient", "-require", "example.com/tlslab@v0.0.0", "-replace",
					"example.com/tlslab=" + source},
				{"test", "-mod=mod", "-run", "TestRefusesExpired", "."},
			} {
				cmd := exec.Command("go", line...)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off")
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, "go %v: %s", line, out)
			}
		})
	}
}
