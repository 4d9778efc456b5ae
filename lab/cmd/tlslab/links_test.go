package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// source is the root of the source tree.
var source = filepath.Join("..", "..", "..")

// readmes returns the paths of the tree's READMEs, with slashes, relative to its root.
func readmes(t *testing.T) []string {
	return markdown(t, func(name string) bool { return strings.HasPrefix(name, "README") })
}

// markdown returns the paths of the tree's Markdown files whose names are wanted.
func markdown(t *testing.T, wanted func(name string) bool) []string {
	t.Helper()
	var list []string
	require.NoError(t, fs.WalkDir(os.DirFS(source), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != "." && unread(d.Name()):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(p, ".md") && wanted(d.Name()):
			list = append(list, p)
		}
		return nil
	}))
	return list
}

// unread reports whether a folder has no Markdown for readers.
func unread(folder string) bool {
	return strings.HasPrefix(folder, ".") || folder == "testdata" || folder == "node_modules"
}

// link matches the target of a link or a picture that is in the tree, and its anchor.
var link = regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)

// notInAnchors matches what GitHub drops from a heading to make its anchor.
var notInAnchors = regexp.MustCompile("[^\\p{L}\\p{N} _-]")

// anchors returns the anchors of a text's headings.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(text) {
		if heading := strings.TrimLeft(line, "#"); heading != line && strings.HasPrefix(heading, " ") {
			heading = notInAnchors.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
			all[strings.ReplaceAll(heading, " ", "-")] = true
		}
	}
	return all
}

// TestLinks checks that every link in Markdown files leads somewhere.
func TestLinks(t *testing.T) {
	checked := 0
	for _, file := range markdown(t, func(string) bool { return true }) {
		text, err := os.ReadFile(filepath.Join(source, file))
		require.NoError(t, err)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target := file
			if m[1] != "" {
				target = path.Join(path.Dir(file), m[1])
			}
			checked++
			_, err := os.Stat(filepath.Join(source, target))
			if !assert.NoError(t, err, "%s: %s", file, m[0]) || m[2] == "" {
				continue
			}
			to, err := os.ReadFile(filepath.Join(source, target))
			require.NoError(t, err)
			assert.True(t, anchors(string(to))[m[2]], "%s: %s has no heading #%s", file, target, m[2])
		}
	}
	assert.Greater(t, checked, 40)
}

// TestReadmeIsOnePage checks that README is one page, in both languages.
func TestReadmeIsOnePage(t *testing.T) {
	for _, file := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join(source, file))
		require.NoError(t, err)
		assert.LessOrEqual(t, strings.Count(string(text), "\n"), 150, file)
	}
}
