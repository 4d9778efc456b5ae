package undertest

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
)

func TestUnknownPlaceholders(t *testing.T) {
	for word, want := range map[string]string{
		"{CA}": "{ca}", "{cafile}": "{ca}", "{ca_file}": "{ca}", "{ca-cert}": "{ca}", "{URL}": "{url}",
		"{uri}": "{url}", "{hots}": "{host}",
		"{prot}": "{port}", "{hostname}": "{host}", "{conect}": "{connect}", "{certs}": "{cert}", "{Key}": "{key}",
		"{passphrase}": "{password}",
		"{nothing}":    "", "{id}": "", "{cb}": "",
	} {
		command := []string{"--x=" + word, "{ca}", "{}", "{1}", `{"a": 1}`}
		assert.Equal(t, []UnknownPlaceholder{{word, want}}, UnknownPlaceholders(command), word)
	}
	assert.Empty(t, UnknownPlaceholders(Placeholders()))
	for _, name := range aliases { // each alias leads to a placeholder
		assert.Contains(t, Placeholders(), "{"+name+"}")
	}
}

func TestKnowsCA(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o700))
		return path
	}
	reads := write("reads", "#!/bin/sh\ncurl --cacert \"$TLSLAB_CA_FILE\" \"$TLSLAB_URL\"\n")
	ignores := write("ignores", "#!/bin/sh\ncurl \"$TLSLAB_URL\"\n")
	late := write("late", strings.Repeat("x", 1<<20-3)+"TLSLAB_CA_FILE"+strings.Repeat("y", 100)) // across two blocks
	jar := filepath.Join(dir, "client.jar")
	f, err := os.Create(jar)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	_, err = z.Create("Main.class")
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	for name, test := range map[string]struct {
		contract string
		command  []string
		want     bool
	}{
		"a placeholder":        {"exit", []string{ignores, "--cacert={ca}"}, true},
		"another contract":     {"served", []string{ignores, "{url}"}, false},
		"the variable":         {"exit", []string{ignores, "-c", "curl --cacert $TLSLAB_CA_FILE"}, true},
		"the program reads it": {"exit", []string{reads, "{url}"}, true},
		"its file reads it":    {"exit", []string{ignores, reads}, true},
		"far into the file":    {"exit", []string{ignores, late}, true},
		"nothing does":         {"exit", []string{ignores, "{url}", "{CA}"}, false},
		"the default":          {"", []string{ignores, "{url}"}, false},
		"an archive may":       {"exit", []string{ignores, "-jar", jar}, true},
		"a directory may":      {"exit", []string{ignores, dir}, true},
		"trytls tells it":      {"trytls", []string{ignores}, true},
		"worker tells it":      {"worker", []string{ignores}, true},
		"no command":           {"exit", nil, false},
	} {
		assert.Equal(t, test.want, KnowsCA(Options{Contract: test.contract, Command: test.command}), name)
	}
}

func TestReadServed(t *testing.T) {
	for name, test := range map[string]struct {
		out  process.Output
		want clients.Result
	}{
		"success": {process.Output{Stdout: "hello"}, clients.Result{Outcome: clients.Rejected, Message: "hello",
			Code: "0"}},
		"failure": {process.Output{Code: 128, Stderr: "no repository\n"},
			clients.Result{Outcome: clients.Rejected, Message: "no repository", Code: "128"}},
		"unavailable": {process.Output{Code: 69, Status: "exit status 69"},
			clients.Result{Outcome: clients.Rejected, Message: "exit status 69, with no output", Code: "69"}},
		"killed": {process.Output{Code: -1, Status: "signal: killed"},
			clients.Result{Outcome: clients.Failed, Message: "the client died of a signal (signal: killed)",
				Code: "signal: killed"}},
	} {
		got := readServed(test.out)
		got.Told = nil
		assert.Equal(t, test.want, got, name)
	}
}
