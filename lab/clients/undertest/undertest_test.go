package undertest

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios/failure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFill(t *testing.T) {
	bare := serve.Endpoint{URL: "https://localhost:1/", Host: "localhost", Port: 1, CAFile: "ca.pem",
		Connect: "127.0.0.1:1"}
	full := bare
	full.CertFile, full.KeyFile, full.CombinedFile, full.KeyPassword, full.CRLFile = "c.pem", "k.pem", "b.pem",
		"secret", "crl.pem"
	stores := bare
	stores.CAPKCS12, stores.CAJKS, stores.CADir, stores.CAPassword = "t.p12", "t.jks", "t.d", "tlslab"
	nowhere := bare
	nowhere.Connect = ""
	for _, test := range []struct {
		endpoint  serve.Endpoint
		arguments string
		want      string
	}{
		{bare, "--cacert {ca} {url}", "--cacert ca.pem https://localhost:1/"},
		{bare, "{host}:{port} {host}", "localhost:1 localhost"},
		{full, "--cert {cert} --key={key} {combined} {password} {crl}",
			"--cert c.pem --key=k.pem b.pem secret crl.pem"},
		{bare, "-v --cert {cert} --key={key} {url}", "-v https://localhost:1/"},
		// the option -v comes before it, and may take a value or not
		{bare, "-v {cert} {url}", "https://localhost:1/"},
		{bare, "run {cert} {url}", "run https://localhost:1/"},
		{bare, "--cert={cert} --key {key}", ""},
		{bare, "--file={ca} {cert}", "--file=ca.pem"}, // the option has its value
		{bare, "--cert {cert}:{password} x", "x"},
		{nowhere, "--connect-to ::{connect} {url}", "https://localhost:1/"},
		{bare, "--connect-to ::{connect}", "--connect-to ::127.0.0.1:1"},
		{stores, "-DtrustStore={ca_p12} -Dpw={ca_password} --capath {ca_dir} {ca_jks}",
			"-DtrustStore=t.p12 -Dpw=tlslab --capath t.d t.jks"},
		{bare, "-DtrustStore={ca_p12} --capath {ca_dir} {ca_jks} {ca}", "ca.pem"},
		{bare, "{nothing} {} {URL}", "{nothing} {} {URL}"},
	} {
		got := fill(strings.Fields(test.arguments), test.endpoint)
		assert.Equal(t, test.want, strings.Join(got, " "), test.arguments)
	}
	assert.Equal(t, []string{"", "-"}, fill([]string{"", "-"}, bare))
}

func TestNotTold(t *testing.T) {
	assert.Equal(t, []clients.Part{clients.PartConnect, clients.PartCertificate, clients.PartPassword},
		notTold([]string{"{url}", "{ca}"}))
	assert.Equal(t, []clients.Part{clients.PartPassword}, notTold([]string{"--to={connect}", "{combined}"}))
	assert.Empty(t, notTold([]string{"{connect}", "{cert}", "{password}"}))
	for _, form := range []string{"{ca_p12}", "{ca_jks}", "{ca_dir}"} {
		assert.Equal(t, []clients.Part{clients.PartCAFile},
			notTold([]string{"{connect}", "{cert}", "{password}", "--trust=" + form}))
		assert.Empty(t, notTold([]string{"{connect}", "{cert}", "{password}", form, "{ca}"}))
	}
}

func TestShown(t *testing.T) {
	for line, want := range map[string]string{
		"plain \t":                        "plain",
		"10 %\r50 %\r100 %":               "100 %",
		"10 %\rdone\r\n":                  "done",
		"\x1b[31mred\x1b[0m \x07bell":     "red bell",
		"a\tb":                            "a\tb",
		"broken \xff text":                "broken \uFFFD text",
		"\x1b[2K\x1b[1;31merror:\x1b[m x": "error: x",
	} {
		assert.Equal(t, want, shown(line), "%q", line)
	}
	assert.Equal(t, "err\nout 1\nout 2", said("err\n\n", "out 1\r\nout 2"))
}

func TestEnviron(t *testing.T) {
	t.Setenv("SSL_CERT_FILE", "theirs")
	t.Setenv("https_proxy", "theirs")
	t.Setenv("NO_PROXY", "theirs")
	t.Setenv("TLSLAB_ANYTHING", "theirs")
	t.Setenv("LC_ALL", "de_DE.UTF-8")
	t.Setenv("LC_CTYPE", "overruled")
	t.Setenv("OURS", "kept=so")
	env := Environ()
	assert.Contains(t, env, "OURS=kept=so")
	assert.Contains(t, env, "LC_MESSAGES=C")
	assert.Contains(t, env, "LC_CTYPE=de_DE.UTF-8")
	assert.False(t, slices.ContainsFunc(env, func(e string) bool {
		return strings.Contains(e, "theirs") || strings.Contains(e, "overruled") || strings.HasPrefix(e, "LC_ALL")
	}))
}

func TestReadExit(t *testing.T) {
	for name, test := range map[string]struct {
		out  process.Output
		want clients.Result
	}{
		"accepted": {process.Output{Stdout: "hello"}, clients.Result{Outcome: clients.Accepted}},
		"rejected": {process.Output{Code: 60, Stderr: "no\n", Stdout: "so far"},
			clients.Result{Outcome: clients.Rejected, Message: "no\nso far", Code: "60"}},
		"with no output": {process.Output{Code: 1, Status: "exit status 1"},
			clients.Result{Outcome: clients.Rejected, Message: "exit status 1, with no output", Code: "1"}},
		"unavailable": {process.Output{Code: 69, Stdout: "no TLS 1.3 here\n"},
			clients.Result{Outcome: clients.Unsupported, Message: "no TLS 1.3 here", Code: "69"}},
		"killed": {process.Output{Code: -1, Status: "signal: killed"},
			clients.Result{Outcome: clients.Failed, Message: "the client died of a signal (signal: killed)",
				Code: "signal: killed"}},
	} {
		got := readExit(test.out)
		got.Told = nil
		assert.Equal(t, test.want, got, name)
	}
}

func TestReadTryTLS(t *testing.T) {
	certificate, wire := []failure.Class{failure.Expired}, []failure.Class{failure.ConnectionRefused}
	for name, test := range map[string]struct {
		out     process.Output
		classes []failure.Class
		outcome clients.Outcome
		message string
	}{
		"accept":          {process.Output{Stdout: "ACCEPT\n"}, certificate, clients.Accepted, ""},
		"accept and more": {process.Output{Stdout: "TLS 1.3\nACCEPT\n\n"}, certificate, clients.Accepted, ""},
		"reject":          {process.Output{Stdout: "because\nREJECT"}, certificate, clients.Rejected, "because"},
		"reject, on stderr": {process.Output{Stdout: "REJECT\n", Stderr: "because\n"}, certificate, clients.Rejected,
			"because"},
		"reject, mute": {process.Output{Stdout: "REJECT\r\n"}, certificate, clients.Rejected,
			"REJECT, without a reason"},
		"unsupported": {process.Output{Stdout: "no bundle\nUNSUPPORTED\n"}, certificate, clients.Unsupported,
			"no bundle"},
		"no verdict": {process.Output{Stdout: "REJECT\nbye\n"}, certificate, clients.Failed,
			`the stub's last line is "bye": want ACCEPT, REJECT or UNSUPPORTED`},
		"nothing": {process.Output{}, certificate, clients.Failed,
			`the stub's last line is "": want ACCEPT, REJECT or UNSUPPORTED`},
		"crash": {process.Output{Code: 1, Status: "exit status 1", Stderr: "oh no"}, certificate, clients.Failed,
			"the stub ended with exit status 1, which means that it failed for a reason unrelated to TLS: oh no"},
		"crash, wire": {process.Output{Code: 1, Status: "exit status 1", Stderr: "Connection refused"}, wire,
			clients.Rejected, "Connection refused"},
		"killed": {process.Output{Code: -1, Status: "signal: killed"}, wire, clients.Failed,
			"the client died of a signal (signal: killed)"},
	} {
		r := readTryTLS(test.out, test.classes)
		assert.Equal(t, test.outcome, r.Outcome, name)
		assert.Equal(t, test.message, r.Message, name)
		assert.Equal(t, name == "crash", r.LastWords != nil, name)
	}
	mute := readTryTLS(process.Output{Code: 1, Status: "exit status 1"}, certificate)
	require.NotNil(t, mute.LastWords)
	assert.Empty(t, *mute.LastWords)
}

func TestLook(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("hello"), 0o600))
	names := map[string]string{"no-such-program-here": "on PATH: give its path", text + "-not": "cannot be run"}
	if runtime.GOOS != "windows" { // there, the name makes a program executable
		names[text] = "is not executable: chmod +x it"
	}
	for name, want := range names {
		_, err := Stack(Options{Command: []string{name}}).Find(t.Context())
		assert.ErrorIs(t, err, ErrCommand)
		assert.ErrorContains(t, err, want)
	}
	_, err := Stack(Options{}).Find(t.Context())
	assert.ErrorIs(t, err, ErrCommand)
	_, err = Stack(Options{Contract: "none"}).Open(t.Context(), clients.Place{})
	assert.ErrorContains(t, err, `unknown contract "none": want one of [exit served worker trytls]`)
}
