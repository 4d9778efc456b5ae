package scenarios_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"example.com/tlslab/scenarios"
)

// TestReadme holds README's catalogue to be the catalogue.
func TestReadme(t *testing.T) {
	const path = "../README.md"
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)<!-- catalogue start -->.*<!-- catalogue end -->`)
	want := "<!-- catalogue start -->\n" + catalogue() + "\n<!-- catalogue end -->"
	if *update {
		readme = block.ReplaceAllLiteral(readme, []byte(want))
		if err := os.WriteFile(path, readme, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(string(readme), want) {
		t.Error("README.md shows another catalogue: go test ./scenarios -run Readme -update")
	}
}

// catalogue returns the catalogue as Markdown, a table a family.
func catalogue() string {
	var b strings.Builder
	for _, family := range scenarios.Families() {
		var rows []string
		for _, s := range append(scenarios.All(), scenarios.Behind(scenarios.Mongod)...) {
			if s.Family == family {
				rows = append(rows, tableRow(s))
			}
		}
		if len(rows) > 0 {
			fmt.Fprintf(&b, "\n### %s\n\n| scenario | a client | class | what is served |\n|---|---|---|---|\n%s\n", family, strings.Join(rows, "\n"))
		}
	}
	return b.String()
}

func tableRow(s *scenarios.Scenario) string {
	e := s.Expect
	does := string(e.Verdict) + "s"
	classes := strings.Join(words(e), ", ")
	switch {
	case e.Verdict == scenarios.Either:
		does = "may accept or reject"
	case e.Verdict == scenarios.Accept:
		classes = ""
	}
	if e.Feature != "" {
		does += ", if it has " + e.Feature
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s |", s.ID, does, classes, strings.ReplaceAll(s.Title, "|", `\|`))
}
