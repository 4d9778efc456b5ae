package file_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
)

// TestReadmeExample checks that the READMEs' example is a scenario, with a control that is like it.
func TestReadmeExample(t *testing.T) {
	var read []*scenarios.Scenario
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", name))
		require.NoError(t, err)
		example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(text)
		require.NotNil(t, example, name)
		c, err := file.Read(filepath.Join(write(t, map[string]string{"database.yaml": string(example[1])}), "database.yaml"))
		require.NoError(t, err, name)
		s := c.Declared()[0]
		assert.Equal(t, "our-database-in-march-good", s.Control)
		assert.Contains(t, string(text), "`"+s.Control+"`")
		read = append(read, s)
	}
	assert.Equal(t, read[0], read[1], "the languages have different examples")
}
