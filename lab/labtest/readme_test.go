package labtest_test

import (
	"context"
	"crypto/tls"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"example.com/tlslab/lab/serve"
)

// myClient stands in for a reader's own client.
func myClient(ctx context.Context, e serve.Endpoint) error { return get(ctx, e, new(tls.Config)) }

var update = flag.Bool("update", false, "write the READMEs' code anew")

// TestReadme holds each README to show the code of snippet_test.go as it is.
func TestReadme(t *testing.T) {
	source, err := os.ReadFile("snippet_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(source), "package labtest_test\n\n")
	block := regexp.MustCompile("(?s)<!-- snippet start -->\n.*<!-- snippet end -->")
	want := "<!-- snippet start -->\n```go\n" + code + "```\n<!-- snippet end -->"
	for _, path := range []string{"../../README.md", "../../README.zh-CN.md"} {
		readme, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			readme = block.ReplaceAllLiteral(readme, []byte(want))
			if err := os.WriteFile(path, readme, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(string(readme), want) {
			t.Errorf("%s shows other code than snippet_test.go: go test ./lab/labtest -run Readme -update", path)
		}
	}
}
