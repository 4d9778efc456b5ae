package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	tlslabrequire "example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// wrongClients are commands, with what test, check and labtest must each find.
var wrongClients = map[string][]assess.Code{
	"client verifies":          nil,
	"client silent":            {assess.NeverConnects},
	"client another-ca":        {assess.TrustsSomethingElse},
	"client pins":              {assess.PinsOneCertificate},
	"client refuses":           {assess.RejectsEverything},
	"client plaintext":         {assess.InTheClear},
	"client retries":           {assess.RetriesUnverified},
	"client reports-success":   {assess.ReportsSuccess},
	"client insecure":          {assess.VerificationOff},
	"client no-names":          {assess.NamesUnchecked},
	"client no-chain":          {assess.ChainUnchecked},
	"client no-dates":          {assess.DatesUnchecked},
	"client after-the-request": {assess.SendsUnverified},
	"client one-reason":        {assess.OneReason},
	"client mute":              {assess.ReasonHidden},

	"PYTHON fails_always.py {url} {ca}":      {assess.RejectsEverything},
	"PYTHON never_connects.py {url} {ca}":    {assess.NeverConnects},
	"PYTHON no_dates.py {url} {ca}":          {assess.DatesUnchecked},
	"PYTHON after_the_request.py {url} {ca}": {assess.SendsUnverified},
}

// TestAlike checks that test, check and labtest find the same about the same client.
func TestAlike(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs each client three times")
	}
	lesson, _ := lessons.Lookup("which-ca")
	for line, want := range wrongClients {
		t.Run(strings.TrimSuffix(line, " {url} {ca}"), func(t *testing.T) {
			t.Parallel()
			command := strings.Fields(line)
			if command[0] == "PYTHON" {
				path, err := python()
				tlslabrequire.Any(t, "python", err)
				file, err := filepath.Abs(filepath.Join("../../lessons/testdata/cheats", command[1]))
				require.NoError(t, err)
				command[0], command[1] = path, file
			}
			test := []string{"test", "--json", "--keep-going", "--id", rowsOf(lesson), "--"}
			check := []string{"check", lesson.ID, "--json", "--dir", t.TempDir(), "--"}
			assert.Equal(t, want, codesOf(t, append(test, command...)), "test")
			assert.Equal(t, want, codesOf(t, append(check, command...)), "check")
			assert.Equal(t, want, inLabtest(t, command), "labtest")
		})
	}
}

// rowsOf names the scenarios of a lesson.
func rowsOf(l *lessons.Lesson) string {
	var ids []string
	for _, s := range l.Rows() {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, ",")
}

// codesOf returns the codes that a command of tlslab finds.
func codesOf(t *testing.T, args []string) []assess.Code {
	t.Helper()
	var doc struct {
		Findings []struct{ Code assess.Code }
	}
	require.NoError(t, json.Unmarshal(printed(t, args...), &doc))
	var codes []assess.Code
	for _, f := range doc.Findings {
		codes = append(codes, f.Code)
	}
	return codes
}

// inLabtest returns the codes that labtest finds. It runs in another process, because the test fails there.
func inLabtest(t *testing.T, command []string) []assess.Code {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestAlikeInLabtest$")
	cmd.Env = append(os.Environ(), "TLSLAB_ALIKE="+strings.Join(command, "\n"))
	out, _ := cmd.CombinedOutput()
	var codes []assess.Code
	for _, line := range regexp.MustCompile(`(?m)^ +([a-z-]+): `).FindAllStringSubmatch(string(out), -1) {
		if code := assess.Code(line[1]); slices.Contains(assess.Codes(), code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// TestAlikeInLabtest is what inLabtest runs; by itself it does nothing.
func TestAlikeInLabtest(t *testing.T) {
	command := strings.Split(os.Getenv("TLSLAB_ALIKE"), "\n")
	if command[0] == "" {
		return
	}
	lesson, _ := lessons.Lookup("which-ca")
	classify := labtest.Classify(func(err error) failure.Class { // as test and check do
		_, class := messages.Recognise(err.Error())
		return class
	})
	labtest.TestClient(t, func(ctx context.Context, e serve.Endpoint) error {
		var args []string
		for _, word := range command[1:] {
			args = append(args, strings.NewReplacer("{url}", e.URL, "{ca}", e.CAFile).Replace(word))
		}
		connect := cmp.Or(e.Connect, net.JoinHostPort(e.Host, strconv.Itoa(e.Port)))
		cmd := exec.CommandContext(ctx, command[0], args...)
		cmd.Env = append(os.Environ(), "TLSLAB_URL="+e.URL, "TLSLAB_HOST="+e.Host,
			"TLSLAB_CONNECT="+connect, "TLSLAB_CA_FILE="+e.CAFile)
		var failed *exec.ExitError
		switch out, err := cmd.CombinedOutput(); {
		case errors.As(err, &failed):
			lines := strings.Split(strings.TrimSpace(string(out)), "\n") // the last tells why
			return errors.New(cmp.Or(lines[len(lines)-1], err.Error()))
		default:
			return err
		}
	}, classify, labtest.KeepGoing(), labtest.Skip(func(s *scenarios.Scenario) bool {
		return !slices.Contains(strings.Split(rowsOf(lesson), ","), s.ID)
	}))
}
