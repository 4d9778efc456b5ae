package report_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
)

// What the guard writes does not depend on how the text was cut, and has the lab's own colours where
// there are any, and no other sequence.
func TestGuard(t *testing.T) {
	const text = "\x1b[1;31mbad\x1b[0m 证书 \x1b[8mhidden\x1b[2J \u009b2J\u202e\x7f \xe8\xaf \xff\tend\n\xe8"
	for styles, want := range map[bool]string{
		false: `\x1b[1;31mbad\x1b[0m 证书 \x1b[8mhidden\x1b[2J \x9b2J\u202e\x7f \xe8\xaf \xff` + "\tend\n" + `\xe8`,
		true:  "\x1b[1;31mbad\x1b[0m" + ` 证书 \x1b[8mhidden\x1b[2J \x9b2J\u202e\x7f \xe8\xaf \xff` + "\tend\n" + `\xe8`,
	} {
		var whole bytes.Buffer
		g := &report.Guard{W: &whole, Styles: styles}
		n, err := g.Write([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, len(text), n)
		require.NoError(t, g.Flush())
		assert.Equal(t, want, whole.String())
	}
	var whole bytes.Buffer
	g := &report.Guard{W: &whole}
	for _, b := range []byte(text) {
		_, err := g.Write([]byte{b})
		require.NoError(t, err)
	}
	require.NoError(t, g.Flush())
	assert.Contains(t, whole.String(), ` 证书 \x1b[8mhidden`)
}

// JSON keeps its values, in harmless characters.
func TestVisibleJSON(t *testing.T) {
	const text = "\x1b \x7f \u009b \u202e \U000e0041 证书"
	var out bytes.Buffer
	require.NoError(t, result.WriteJSON(&out, []string{text}))
	assert.Equal(t, out.String(), visible.Text(out.String()))
	var back []string
	require.NoError(t, json.Unmarshal(out.Bytes(), &back))
	assert.Equal(t, []string{text}, back)
}
