package scenarios_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

// readmes are the READMEs, with the words that each uses for what a client does.
var readmes = []struct {
	path     string
	language lang.Tag
	header   string
	does     map[scenarios.Verdict]string
	ifItHas  string // what it does, feature
}{
	{
		path: "README.md", language: lang.English, header: "| scenario | a client | class | what is served |",
		does: map[scenarios.Verdict]string{
			scenarios.Accept: "accepts", scenarios.Reject: "rejects", scenarios.Either: "may accept or reject",
		},
		ifItHas: "%s, if it has %s",
	},
	{
		path: "README.zh-CN.md", language: lang.Chinese, header: "| 场景 | 客户端 | 类别 | 提供的内容 |",
		does: map[scenarios.Verdict]string{
			scenarios.Accept: "接受", scenarios.Reject: "拒绝", scenarios.Either: "接受或拒绝均可",
		},
		ifItHas: "%s（具备 %s 时）",
	},
}

// TestReadme checks that the catalogue in each README is up to date.
func TestReadme(t *testing.T) {
	for n, r := range readmes {
		readme, err := os.ReadFile(r.path)
		if err != nil {
			t.Fatal(err)
		}
		block := regexp.MustCompile(`(?s)<!-- catalogue start -->.*<!-- catalogue end -->`)
		want := "<!-- catalogue start -->\n" + catalogue(n) + "\n<!-- catalogue end -->"
		if *update {
			readme = block.ReplaceAllLiteral(readme, []byte(want))
			if err := os.WriteFile(r.path, readme, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(string(readme), want) {
			t.Errorf("the catalogue in %s is out of date: go test ./scenarios -run Readme -update", r.path)
		}
	}
}

// catalogue returns the catalogue as Markdown for a README, with one table for each family.
func catalogue(readme int) string {
	var b strings.Builder
	for _, family := range scenarios.Families() {
		var rows []string
		for _, s := range declared() {
			if s.Family == family {
				rows = append(rows, tableRow(readme, s))
			}
		}
		if len(rows) > 0 {
			fmt.Fprintf(&b, "\n### %s\n\n%s\n|---|---|---|---|\n%s\n", family, readmes[readme].header,
				strings.Join(rows, "\n"))
		}
	}
	return b.String()
}

func tableRow(readme int, s *scenarios.Scenario) string {
	r, e := readmes[readme], s.Expect
	does := r.does[e.Verdict]
	classes := strings.Join(words(e), ", ")
	if e.Verdict == scenarios.Accept {
		classes = ""
	}
	if e.Feature != "" {
		does = fmt.Sprintf(r.ifItHas, does, e.Feature)
	}
	title := strings.ReplaceAll(r.language.Of(s).Title, "|", `\|`)
	return fmt.Sprintf("| `%s` | %s | %s | %s |", s.ID, does, classes, title)
}
