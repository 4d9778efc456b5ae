package lang_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// One word is one thing in Chinese, too: an alert is 告警, and the reader 您.
func TestChineseWords(t *testing.T) {
	root := os.DirFS("../..")
	seen := 0
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != ".":
			return fs.SkipDir
		case d.IsDir() || !strings.Contains(path, "zh") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		seen++
		for n, line := range strings.Split(string(text), "\n") {
			for not, want := range map[string]string{"警报": "告警", "你": "您"} {
				if strings.Contains(line, not) {
					t.Errorf("%s:%d has %s, where all others have %s", filepath.ToSlash(path), n+1, not, want)
				}
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, seen, 20, "the Chinese texts were not found")
}
