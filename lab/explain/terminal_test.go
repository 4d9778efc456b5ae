package explain_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/lang"
)

var update = flag.Bool("update", false, "write what the terminal shows into testdata anew")

// shownMessages are the messages in the golden files: from a client, from a server, and one that names no cause.
var shownMessages = map[string]string{
	"client": "requests.exceptions.SSLError: HTTPSConnectionPool(host='api.example.com', port=443): Max retries " +
		"exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] " +
		"certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)')))",
	"server": "2026/11/22 10:00:05 [info] 7#7: *9 SSL_do_handshake() failed (SSL: error:0A000418:SSL " +
		"routines::tlsv1 alert unknown ca:SSL alert number 48) while SSL handshaking, client: 10.1.2.3, server: " +
		"0.0.0.0:443",
	"untold":  "[('SSL routines', 'tls_process_initial_server_flight', 'invalid status response')]",
	"refused": "dial tcp 10.0.0.5:6379: connect: connection refused",
}

// TestTerminal compares what people see, at 80 columns, with testdata: go test ./lab/explain -run TestTerminal -update
func TestTerminal(t *testing.T) {
	for name, message := range shownMessages {
		for _, l := range lang.All() {
			var out strings.Builder
			explain.Terminal{W: &out, Width: 80, Locale: l}.Report(explain.Read(message))
			path := filepath.Join("testdata", fmt.Sprintf("terminal-%s-%s.txt", name, l))
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(out.String()), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), out.String(), path)
		}
	}
}

// TestTerminalFits checks that prose fits the window, at any width and with color, and that text without color has
// none.
func TestTerminalFits(t *testing.T) {
	for _, width := range []int{30, 40, 60, 80, 100} {
		for _, l := range lang.All() {
			for name, message := range shownMessages {
				for _, color := range []bool{false, true} {
					var out strings.Builder
					explain.Terminal{W: &out, Width: width, Color: color, Locale: l}.Report(explain.Read(message))
					for line := range strings.Lines(out.String()) {
						plain := strings.TrimSpace(text.StripEscape(line))
						separated := strings.Contains(plain, "; ") || strings.Contains(plain, "；")
						if strings.HasPrefix(plain, "$ ") || separated && !strings.HasPrefix(line, " ") {
							continue // a command, to be copied, or the title
						}
						assert.LessOrEqual(
							t, text.StringWidthWithoutEscSequences(strings.TrimRight(line, "\n")), width,
							"%s %s %d: %s", name, l, width, line,
						)
					}
					assert.Equal(t, color, strings.Contains(out.String(), "\x1b["))
				}
			}
		}
	}
}
