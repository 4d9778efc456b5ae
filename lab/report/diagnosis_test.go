package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
)

// TestWriteDiagnosis checks that the page has the letter, escaped and in its language, and runs no scripts.
func TestWriteDiagnosis(t *testing.T) {
	seen := &ask.Seen{
		Target: ask.Target{Host: "<script>alert(1)</script>", Port: 443}, At: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC),
		Addresses: []ask.Address{{Address: "127.0.0.1:443", End: ask.EndRefused}},
	}
	for language, want := range map[lang.Tag]string{lang.English: "Failures: 1", "zh-CN": "修复"} {
		var page strings.Builder
		r := diagnose.Tell(seen, diagnose.Roots{Name: "root.pem"}, diagnose.Options{Language: language})
		require.NoError(t, report.WriteDiagnosis(&page, r))
		assert.Contains(t, page.String(), want)
		assert.Contains(t, page.String(), `<html lang="`+string(language)+`">`)
		assert.Contains(t, page.String(), "default-src &#39;none&#39;")
		assert.Contains(t, page.String(), "&lt;script&gt;")
		assert.NotContains(t, page.String(), "<script")
	}
}
