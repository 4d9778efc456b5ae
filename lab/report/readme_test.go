package report_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
)

var update = flag.Bool("update", false, "write the tables of lab/clients/README.zh-CN.md anew")

// TestReadmeUpgrades checks that the Chinese README shows Python's upgrades as in the record.
func TestReadmeUpgrades(t *testing.T) {
	const path, begin, end = "../clients/README.zh-CN.md", "<!-- upgrades start -->", "<!-- upgrades end -->"
	record, err := result.Open("../result/matrix")
	require.NoError(t, err)
	want := begin + "\n"
	for _, u := range []struct{ title, from, to string }{
		{"从 3.8 到 3.11", "python-3.8/default", "python-3.11/default"},
		{"从 3.12 到 3.13", "python-3.12/default", "python-3.13/default"},
	} {
		diff, err := result.Upgrade(record, record, u.from+":"+u.to)
		require.NoError(t, err)
		want += fmt.Sprintf("\n### %s\n\n| 场景 | 以前 | 现在 | 消息 |\n|---|---|---|---|\n", u.title)
		rows := 0
		for _, c := range diff.Changes {
			if c.Effect != result.Wording {
				rows++
				message := c.To.Message
				if c.Effect == result.NowAccepts {
					message = c.From.Message
				}
				want += fmt.Sprintf("| `%s` | %s | %s | `%s` |\n", c.Scenario, state(c.From), state(c.To),
					strings.ReplaceAll(message, "|", `\|`))
			}
		}
		assert.NotZero(t, rows, u.title)
	}
	want += "\n" + end

	readme, err := os.ReadFile(path)
	require.NoError(t, err)
	if *update {
		block := regexp.MustCompile("(?s)" + begin + ".*" + end)
		readme = block.ReplaceAllLiteral(readme, []byte(want))
		require.NoError(t, os.WriteFile(path, readme, 0o644))
	}
	assert.Contains(t, string(readme), want, "go test ./lab/report -run Readme -update")
}

// state returns in Chinese what a client did, and why.
func state(s result.State) string {
	text := map[clients.Outcome]string{clients.Accepted: "接受", clients.Rejected: "拒绝",
		clients.Unsupported: "不支持"}[s.Outcome] + "，" + string(s.Kind)
	if s.Documented && s.Kind != verdict.OK {
		text += "*"
	}
	if s.Class != "" {
		text += fmt.Sprintf("（%s）", s.Class)
	}
	return text
}
