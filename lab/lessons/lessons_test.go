package lessons_test

import (
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
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/scenarios"
)

// TestTable checks that everything a lesson names is in the catalogue, and that its scenarios can tell a good
// client from a bad one.
func TestTable(t *testing.T) {
	all := lessons.All()
	assert.GreaterOrEqual(t, len(all), 12)
	seen := map[string]bool{}
	for i, l := range all {
		t.Run(l.ID, func(t *testing.T) {
			assert.False(t, seen[l.ID], "the ID is taken")
			seen[l.ID] = true
			assert.Equal(t, i+1, l.Number)
			assert.InDelta(t, 25, l.Minutes, 15)
			found, ok := lessons.Lookup(strconv.Itoa(l.Number))
			assert.True(t, ok && found == l, "Lookup by number")
			files, err := l.Files()
			require.NoError(t, err)
			assert.Equal(t, l.Graded(), len(files) > 0)
			for name := range files {
				assert.Equal(t, name, l.Command[1])
				assert.True(t, strings.HasPrefix(name, l.ID+"-"), "%s: the files of all lessons are in one directory",
					name)
			}
			for _, s := range l.Rows() {
				want := scenarios.Reject
				if slices.Contains(l.Controls, s.ID) {
					want = scenarios.Accept
				}
				assert.Equal(t, want, s.Expect.Verdict, s.ID)
				assert.True(t, s.Expect.Level == scenarios.Must || slices.Contains(l.Features, s.Expect.Feature) ||
					!l.Graded(), "%s applies only to clients with %s", s.ID, s.Expect.Feature)
				assert.Equal(t, l.Rows()[0].Service, s.Service, s.ID)
			}
		})
	}
	_, ok := lessons.Lookup("no-such-lesson")
	assert.False(t, ok)
}

// headings are the headings of every lesson in English. Other languages have the same number, with the same
// levels.
var headings = []string{"What you will know", "Situation", "Predict", "Run it", "Both sides", "The cause", "The fix",
	"Check"}

var heading = regexp.MustCompile(`(?m)^(#+) (.*)$`)

// fence matches fenced blocks, with the info string and the content.
var fence = regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$")

func TestProse(t *testing.T) {
	for _, in := range lang.All() {
		for _, l := range lessons.All() {
			t.Run(string(in)+"/"+l.ID, func(t *testing.T) {
				text := string(l.Markdown(in))
				plain := fence.ReplaceAllString(text, "")
				var titles, levels []string
				for _, m := range heading.FindAllStringSubmatch(plain, -1) {
					levels = append(levels, m[1])
					titles = append(titles, m[2])
				}
				require.NotEmpty(t, titles)
				assert.Equal(t, titles[0], l.Title(in))
				opening, _, _ := strings.Cut(plain, "\n## ")
				for _, needed := range []string{"`tlslab up --dir lab`", "`go install ./lab/cmd/tlslab`",
					"`.cache/tlslab`"} {
					assert.Contains(t, opening, needed, "what must be running, before the first section")
				}
				assert.Equal(t, append([]string{"#"}, slices.Repeat([]string{"##"}, len(headings))...), levels)
				if in == lang.English {
					assert.Equal(t, headings, titles[1:])
				}
				if l.Graded() {
					assert.GreaterOrEqual(t, len(l.Hints(in)), 3, "hints")
					assert.Contains(t, text, "\n"+l.Check()+"\n", "the command that grades")
				}
				assert.Equal(t, 1, strings.Count(text, "```predict\n"))
				places(t, text)
				for i, line := range strings.Split(text, "\n") {
					assert.LessOrEqual(t, len([]rune(line)), 300, "line %d", i+1)
				}
			})
		}
	}
}

var (
	served = regexp.MustCompile(`lab/([a-z0-9-]+)/[^ ]*(?: +--(?:cert|key|crlfile) [^ ]+)* .*?:(1[0-9]{4})`)
	named  = regexp.MustCompile("`([a-z0-9]+(?:-[a-z0-9]+)+)`")
	runs   = regexp.MustCompile(`(?m)^tlslab (?:run|show) ([a-z0-9 -]+?)(?: --.*)?$`)
)

// places checks that the commands of a lesson name existing scenarios and their ports.
func places(t *testing.T, text string) {
	t.Helper()
	for _, m := range served.FindAllStringSubmatch(text, -1) {
		s, ok := scenarios.Lookup(m[1])
		if assert.True(t, ok, "no scenario %q", m[1]) {
			assert.Equal(t, strconv.Itoa(lab.DefaultBasePort+s.Port), m[2], "the port of %s", s.ID)
		}
	}
	for _, m := range runs.FindAllStringSubmatch(text, -1) {
		for _, id := range strings.Fields(m[1]) {
			_, ok := scenarios.Lookup(id)
			assert.True(t, ok, "no scenario %q", id)
		}
	}
	for _, row := range regexp.MustCompile(`(?m)^\|.*$`).FindAllString(text, -1) {
		for _, m := range named.FindAllStringSubmatch(row, -1) {
			_, scenario := scenarios.Lookup(m[1])
			_, lesson := lessons.Lookup(m[1])
			assert.True(t, scenario || lesson, "%s is neither a scenario nor a lesson", m[1])
		}
	}
}

// TestLanguages checks that all languages have the same commands, expectations and blocks: only prose is
// translated.
func TestLanguages(t *testing.T) {
	for _, l := range lessons.All() {
		for _, in := range lang.All() {
			assert.Equal(t, l.Commands(lang.English), l.Commands(in), "%s in %s", l.ID, in)
			assert.Equal(t, blocks(l.Markdown(lang.English)), blocks(l.Markdown(in)), "%s in %s", l.ID, in)
			assert.Equal(t, ids(l.Markdown(lang.English)), ids(l.Markdown(in)), "%s in %s", l.ID, in)
		}
	}
}

// blocks returns the info strings of blocks, and the content of those that are not prose.
func blocks(text []byte) []string {
	var list []string
	for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
		if m[1] == "predict" || strings.HasPrefix(m[1], "hint") {
			m[2] = ""
		}
		list = append(list, m[1]+"\n"+m[2])
	}
	return list
}

// ids returns the scenarios named in a text's tables, in order.
func ids(text []byte) []string {
	var list []string
	for _, row := range regexp.MustCompile(`(?m)^\|.*$`).FindAllString(string(text), -1) {
		for _, m := range named.FindAllStringSubmatch(row, -1) {
			list = append(list, m[1])
		}
	}
	return list
}

// TestHTML checks that answers and hints are folded, and that nothing in a text is treated as HTML.
func TestHTML(t *testing.T) {
	for _, in := range lang.All() {
		for _, l := range lessons.All() {
			html := string(l.HTML(in))
			assert.Equal(t, 1+len(l.Hints(in)), strings.Count(html, "<details><summary>"), l.ID)
			assert.Equal(t, strings.Count(html, "<details>"), strings.Count(html, "</details>"), l.ID)
			assert.NotContains(t, html, "```", l.ID)
			assert.NotContains(t, html, "raw HTML omitted", l.ID)
		}
	}
	const text = "<script>alert(1)</script>\n\n```predict\n<b>q</b>\n---\n[a](javascript:x)\n```\n\n" +
		"```sh\n<i>\n```\n\n|a|\n|-|\n|b|\n"
	html := string(lessons.HTML([]byte(text), lang.English))
	for _, bad := range []string{"<script", "<b>", "javascript:", "<i>"} {
		assert.NotContains(t, html, bad)
	}
	assert.Contains(t, html, "<td>b</td>")
}

func TestTerminal(t *testing.T) {
	l, _ := lessons.Lookup("names")
	_, answer, _ := strings.Cut(string(l.Markdown(lang.English)), "\n---\n")
	answer, _, _ = strings.Cut(answer, "\n")
	shown := lessons.Terminal(l.Markdown(lang.English), false, 0)
	assert.NotContains(t, shown, answer)
	assert.Contains(t, lessons.Terminal(l.Markdown(lang.English), true, 0), answer)
	assert.NotContains(t, shown, "```")
	assert.NotContains(t, shown, l.Hints(lang.English)[2].Text)
}

// TestWriteFiles checks that a learner's file is never overwritten.
func TestWriteFiles(t *testing.T) {
	l, _ := lessons.Lookup("names")
	dir := filepath.Join(t.TempDir(), "new")
	written, kept, err := l.WriteFiles(dir)
	require.NoError(t, err)
	assert.Len(t, written, 1)
	assert.Empty(t, kept)
	mine := "mine\r\n# tlslab lesson names\r\n"
	require.NoError(t, os.WriteFile(written[0], []byte(mine), 0o644))
	again, kept, err := l.WriteFiles(dir)
	require.NoError(t, err)
	assert.Empty(t, again)
	assert.Equal(t, written, kept)
	text, err := os.ReadFile(written[0])
	require.NoError(t, err)
	assert.Equal(t, mine, string(text))
	_, _, err = l.WriteFiles(written[0])
	assert.Error(t, err, "a file in place of the directory")
}

// TestOneDirectory checks that the files of all lessons can be in one directory, and that another lesson's
// file is not taken for this lesson's.
func TestOneDirectory(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		for _, l := range lessons.All() {
			written, kept, err := l.WriteFiles(dir)
			require.NoError(t, err, l.ID)
			assert.Equal(t, l.Graded(), len(written)+len(kept) == 1, l.ID)
			for _, path := range slices.Concat(written, kept) {
				text, err := os.ReadFile(path)
				require.NoError(t, err)
				files, err := l.Files()
				require.NoError(t, err)
				assert.Equal(t, string(files[filepath.Base(path)]), string(text), l.ID)
			}
		}
	}
	other, err := os.ReadFile(filepath.Join(dir, "which-ca-client.py"))
	require.NoError(t, err)
	path := filepath.Join(dir, "names-client.py")
	require.NoError(t, os.WriteFile(path, other, 0o644))
	l, _ := lessons.Lookup("names")
	written, kept, err := l.WriteFiles(dir)
	assert.ErrorIs(t, err, lessons.ErrTaken)
	assert.Empty(t, slices.Concat(written, kept))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(other), string(text), "it is not lost")
}

// TestSolutionsStayOut checks that a learner is not given a solution.
func TestSolutionsStayOut(t *testing.T) {
	for _, l := range lessons.All() {
		files, err := l.Files()
		require.NoError(t, err)
		for name, text := range files {
			solution, err := os.ReadFile(filepath.Join("testdata", l.ID, "solution", name))
			require.NoError(t, err)
			assert.NotEqual(t, string(solution), string(text), "%s/%s", l.ID, name)
		}
	}
}

var planRow = regexp.MustCompile("^\\| ([0-9]+) \\| (.*) \\|$")

// TestPlans checks that the plans in the teacher's guide add up and use each lesson's minutes.
func TestPlans(t *testing.T) {
	for _, in := range lang.All() {
		var sums []int
		rows := false
		for line := range strings.SplitSeq(string(lessons.TeachersGuide(in)), "\n") {
			m := planRow.FindStringSubmatch(line)
			if m == nil {
				rows = rows && strings.HasPrefix(line, "|")
				continue
			}
			if !rows {
				sums = append(sums, 0)
			}
			rows = true
			minutes, _ := strconv.Atoi(m[1])
			sums[len(sums)-1] += minutes
			if id := strings.Trim(m[2], "`"); id != m[2] {
				l, ok := lessons.Lookup(id)
				if assert.True(t, ok, id) {
					assert.Equal(t, l.Minutes, minutes, id)
				}
			}
		}
		assert.Equal(t, []int{90, 240}, sums, in)
	}
}
