package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
)

// hostileText clears the screen, sets a title and hides text, with C0, DEL and C1, and changes the writing direction.
const hostileText = "a\x1b[2J\x1b]0;title\x07\x1b[8m\x7f\u0080\u009b31m\u009d0;t\u009c" +
	"\u202eb\u202a\u2066\u200e\u200f\u061c\r\b"

// harmless fails if the text contains anything that a terminal would interpret.
func harmless(t *testing.T, what, text string) {
	t.Helper()
	for i, r := range text {
		invalid := r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd")
		if invalid || r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf) {
			around := text[max(0, i-40):min(len(text), i+40)]
			assert.Failf(t, "it reaches the terminal", "%q: %q in %q", what, r, around)
			return
		}
	}
}

// hostileRun is a run in which every text is an attack.
func hostileRun() *result.Run {
	info := clients.Info{
		Stack: "py" + hostileText, Version: "3" + hostileText, Variant: "v" + hostileText,
		Library: hostileText, Service: "https", Path: hostileText, About: hostileText,
	}
	other := info
	other.Version = "4"
	r := &result.Run{
		Schema: result.Schema, Seed: hostileText, Clients: []clients.Info{info, other},
		Missing: []clients.Missing{{Stack: hostileText, Reason: lang.Plain(hostileText)}},
	}
	certificate := result.Certificate{
		Name: hostileText, Subject: hostileText, Names: hostileText, Key: hostileText, Sent: true,
	}
	judgement := verdict.Judgement{
		Kind: verdict.WrongReason, Why: lang.Plain(hostileText), Disagreement: lang.Plain(hostileText),
		Words: hostileText, Class: "class" + hostileText,
	}
	observation := serve.Observation{
		Hello:   &wire.ClientHello{ServerName: hostileText, CipherSuites: []string{hostileText}},
		Version: hostileText, Error: hostileText, ClientCertificate: hostileText,
	}
	for _, id := range []string{"good", "expired", "gone" + hostileText} {
		s := result.Scenario{
			ID: id, Family: "validity", Title: hostileText, Fix: hostileText, Host: hostileText, Control: hostileText,
			Story:       result.Story{What: hostileText, Where: hostileText, See: hostileText},
			Certificate: []result.Certificate{certificate},
		}
		for _, c := range r.Clients {
			s.Cells = append(s.Cells, result.Cell{
				Client: c.ID(), Outcome: clients.Rejected, Message: hostileText + c.Version, Code: hostileText,
				ServerLog: []string{hostileText}, Judgement: judgement, Observed: []serve.Observation{observation},
			})
		}
		r.Scenarios = append(r.Scenarios, s)
	}
	return r
}

// TestHostileText checks that records, logs and names from elsewhere send the terminal only text, on standard output
// and standard error, in every form of output.
func TestHostileText(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	raw, err := json.Marshal(hostileRun())
	require.NoError(t, err)
	var tables bytes.Buffer
	require.NoError(t, hostileRun().WriteTables(&tables, false))
	plain, tabled := write("plain.json", string(raw)), write("tables.json", tables.String())
	write("record/python.txt", "client\t3\u009b\tdefault\thttps\t\x1b[2J\n"+
		"expired\trejected\twrong-reason!\texpired\t*\t\x1b[2J \u202e \xff\n")
	record := filepath.Join(dir, "record")
	known := write("known", "expired insecure "+hostileText+"\nexpired nonsense "+hostileText+"\n")
	log := write("app.log", hostileText+" certificate has expired "+hostileText+
		"\n\xff\xfe certificate verify failed: "+hostileText+"\n")
	write("up/endpoints.json", `{"schema": 1, "seed": "`+"\u009b2J\u202e"+`", "ui": "`+"\u009b2J"+`"}`)
	for _, args := range [][]string{
		{"matrix", "--from", plain}, {"matrix", "--from", tabled}, {"matrix", "--from", record},
		{"matrix", "--from", tabled, "--json"}, {"matrix", "--from", tabled, "--junit", "-"},
		{"matrix", "--from", tabled, "--html", "-"}, {"matrix", "--from", tabled, "--markdown", "-"},
		{"matrix", "--from", record, "--against", tabled, "--wording"},
		{"matrix", "--from", record, "--against", tabled, "--markdown", "-"},
		{"matrix", "--from", tabled, "--compare", "py" + hostileText + ":" + hostileText},
		{"matrix", "--from", filepath.Join(dir, hostileText)},
		{"explain", "--file", log}, {"explain", "--file", log, "--json"},
		{"explain", "certificate has expired " + hostileText}, {"explain", "--client", hostileText, "x"},
		{"test", "--known", known, "--", "true"}, {"test", "--", hostileText},
		{"test", "--id", hostileText, "--", "true"}, {"lesson", hostileText}, {"check", hostileText},
		{"show", hostileText}, {"show", "--seed", hostileText, "--at", hostileText, "good"},
		{"show", "--seed", hostileText, "good"}, {"wait", "--timeout=1ms", filepath.Join(dir, "up")},
		{"list", "--family", hostileText}, {"list", "--" + hostileText}, {hostileText},
		{"run", "--client", hostileText, "good"}, {"run", "--client", "go/" + hostileText, "good"},
		{"run", "--client", "go", "--seed", hostileText, "expired"},
		{"run", "--client", "go", "--seed", hostileText, "--json", "expired"},
	} {
		var stdout, stderr bytes.Buffer
		run(context.Background(), args, &stdout, &stderr)
		harmless(t, strings.Join(args, " ")+": stdout", stdout.String())
		harmless(t, strings.Join(args, " ")+": stderr", stderr.String())
		assert.NotEmpty(t, stdout.String()+stderr.String(), args)
	}
}
