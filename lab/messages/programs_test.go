package messages_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// said is what a program was seen to write.
type said struct {
	class   failure.Class
	program string
	message string
}

// saidByPrograms returns testdata/programs.txt.
func saidByPrograms(t *testing.T) []said {
	f, err := os.Open(filepath.Join("testdata", "programs.txt"))
	require.NoError(t, err)
	defer f.Close()
	var list []said
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		parts := strings.Split(lines.Text(), "\t")
		require.Len(t, parts, 3, lines.Text())
		list = append(list, said{failure.Class(parts[0]), parts[1], strings.ReplaceAll(parts[2], `\n`, "\n")})
	}
	require.NoError(t, lines.Err())
	return list
}

// TestPrograms checks that what programs wrote is recognised as theirs, with its class, and that each of a program's
// own rules decides a message. A rule that decides none is a guess.
func TestPrograms(t *testing.T) {
	decided := map[string]map[messages.Rule]bool{}
	for _, s := range saidByPrograms(t) {
		name, class := messages.Recognise(s.message)
		assert.Equal(t, s.program, name, s.message)
		assert.Equal(t, s.class, class, s.message)
		r, _ := messages.MostTelling(s.program, s.message, nil)
		if decided[s.program] == nil {
			decided[s.program] = map[messages.Rule]bool{}
		}
		decided[s.program][r] = true
		if line := messages.Telling(s.program, s.message); assert.Contains(t, line, r.Contains, s.message) {
			assert.NotContains(t, line, "\n")
		}
	}
	library := map[messages.Rule]bool{}
	for _, stack := range messages.Stacks() {
		for _, r := range messages.Rules(stack) {
			library[r] = true
		}
	}
	for _, s := range messages.Sources() {
		if !s.Program {
			continue
		}
		for _, r := range s.Rules {
			assert.True(t, library[r] || decided[s.Name][r], "%s: no message is decided by the rule %+v", s.Name, r)
		}
	}
}

// TestMostTellingWins checks that the most telling words win, wherever they are: words that only say that something
// failed override nothing, before or after them.
func TestMostTellingWins(t *testing.T) {
	for _, c := range []struct {
		telling, general string
		want             failure.Class
	}{
		{
			"CERT: Pre-verification error: certificate has expired",
			"SSL_connect: error:0A000086:SSL routines::certificate verify failed", failure.Expired,
		},
		{
			"verify error:num=20:unable to get local issuer certificate", "sslv3 alert handshake failure",
			failure.Untrusted,
		},
		{"curl: (60) SSL certificate problem: self-signed certificate", "Connection reset by peer", failure.SelfSigned},
		{"x509: certificate is valid for a.example, not b.example", "unexpected EOF", failure.HostnameMismatch},
		{
			"javax.net.ssl.SSLHandshakeException: PKIX path validation failed: signature check failed",
			"java.net.SocketException: Broken pipe", failure.BadSignature,
		},
		{"SSL routines::dh key too small", "SSL routines::sslv3 alert handshake failure", failure.WeakDH},
		{
			"The certificate of 'localhost' has expired.", "The certificate of 'localhost' is not trusted.",
			failure.Expired,
		},
		{"SSL routines::wrong version number", "Connection to ::1 failed: Connection refused", failure.NotTLS},
		{"SSL: sslv3 alert handshake failure", "Connection timed out", failure.HandshakeFailure},
	} {
		for _, message := range []string{
			c.telling + "\n" + c.general, c.general + "\n" + c.telling, c.general + "\n" + c.telling + "\n" + c.general,
		} {
			stack, class := messages.Recognise(message)
			assert.Equal(t, c.want, class, "%s: %s", stack, message)
			assert.Equal(t, c.telling, messages.Telling(stack, message))
		}
	}
}

// TestTellingOfUnknownWords checks that, of a message that no rule knows, the telling line is shown and not the lines
// around it.
func TestTellingOfUnknownWords(t *testing.T) {
	const telling = "ERROR: TLS peer refused: certificate of the wrong colour"
	assert.Equal(t, telling, messages.Telling("", "starting\n"+telling+"\nsee the manual\nbye"))
	assert.Equal(t, "bye", messages.Telling("", "starting\nbye\n"))
}
