package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNewLanguage adds a made-up language: a copy of the Chinese folder in which some texts are replaced. The command
// must speak it without any other change. See "Adding a language" in CONTRIBUTING.md.
func TestNewLanguage(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the command")
	}
	text, err := filepath.Abs("../../lang/text")
	require.NoError(t, err)
	dir := t.TempDir()
	own := map[string]string{
		"language.txt":           "name = Esperanto\ncalled = esperanto\n",
		"check.txt":              "solved = solvita\n", // the other texts are in English
		"scenarios/validity.txt": "[expired]\ntitle = la folio eksvalidiĝis hieraŭ\n",
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	chinese := filepath.Join(text, "zh-CN")
	require.NoError(t, filepath.WalkDir(chinese, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(chinese, path)
		if err != nil {
			return err
		}
		if words, ok := own[filepath.ToSlash(name)]; ok {
			path = filepath.Join(dir, strings.ReplaceAll(name, string(filepath.Separator), "-"))
			if err := os.WriteFile(path, []byte(words), 0o600); err != nil {
				return err
			}
		}
		overlay.Replace[filepath.Join(text, "eo", name)] = path
		return nil
	}))
	file, err := json.Marshal(overlay)
	require.NoError(t, err)
	path, command := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "tlslab.exe")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", path, "-o", command, ".").CombinedOutput()
	require.NoError(t, err, string(out))

	for line, want := range map[string]string{
		"list --family validity --lang eo":             "la folio eksvalidiĝis hieraŭ",
		"show expired --lang esperanto-x":              "choose en, eo or zh-CN",
		"lessons --lang eo":                            "缺少中间证书",
		"explain --lang eo certificate has expired":    "证书",
		"list --family names --lang eo":                "叶证书",
		"__complete list --lang ":                      "Esperanto",
		"list --family validity --lang en":             "the leaf expired yesterday",
		"list --family validity --lang zh_CN.UTF-8":    "叶证书昨天过期",
		"show just-expired --lang eo --seed x":         "the leaf expired one second",
		"explain --lang eo --json unknown authority a": `"language": "eo"`,
	} {
		args := strings.Split(line, " ")
		out, _ := exec.CommandContext(t.Context(), command, args...).CombinedOutput() // wrong usage is an error
		assert.Contains(t, string(out), want, line)
	}
}
