package messages

import (
	"regexp"
	"strings"
	"sync"

	"example.com/tlslab/lab/internal/needle"
)

// fleeting is what changes in a message from run to run, and the word that replaces it.
var fleeting = []struct {
	*regexp.Regexp
	word string
}{
	{regexp.MustCompile(`\b(localhost|127\.0\.0\.1|[a-z.]*tlslab\.test):\d+`), "$1:PORT"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "TIME"},
	{regexp.MustCompile(`notAfter=.* GMT`), "notAfter=TIME"},
	{regexp.MustCompile(`notBefore=.* GMT`), "notBefore=TIME"},
	{regexp.MustCompile(`\b[0-9A-F]{12,16}:error`), "ADDRESS:error"},
	{regexp.MustCompile(`after \d+ (ms|milliseconds)`), "after N $1"},
	{regexp.MustCompile(` port \d+\b`), " port PORT"},
	{regexp.MustCompile(`(127\.0\.0\.1:PORT->127\.0\.0\.1):\d+`), "$1:PORT"},
	{regexp.MustCompile(`ended the client after [\d.]+s`), "ended the client after TIME"},
	{regexp.MustCompile(` on [\d.]+:53: `), " on RESOLVER: "},
	{regexp.MustCompile(`\bdoes-not-exist\.invalid:\d+`), "does-not-exist.invalid:PORT"},
	{regexp.MustCompile(`\d+ (bytes remaining to read|more expected)`), "N $1"},
	{regexp.MustCompile(`\b0x[0-9a-f]{6,}\b`), "0xADDRESS"},
	{regexp.MustCompile(`\bport=\d+`), "port=PORT"},
	{regexp.MustCompile(`\('127\.0\.0\.1', \d+\)`), "('127.0.0.1', PORT)"},
	{regexp.MustCompile(`IncompleteRead\(\d+`), "IncompleteRead(N"},
	{regexp.MustCompile(`content-length: \d+, bytes received: \d+`), "content-length: N, bytes received: N"},
	{regexp.MustCompile(`received \d+ (bytes, expected|of) \d+`), "received N $1 N"},
	{regexp.MustCompile(`invalid path: \S*/`), "invalid path: DIR/"},
	{
		regexp.MustCompile(`verification time \d+ \(UNIX\), but certificate is not valid (after|before) \d+ \(\d+ ` +
			`seconds`),
		"verification time TIME (UNIX), but certificate is not valid $1 TIME (N seconds",
	},
	{regexp.MustCompile(`(\w\.c):\d+`), "$1:LINE"}, // a line in the source of OpenSSL or an interpreter
	{regexp.MustCompile(`\b(NotAfter|NotBefore|date): \w{3} \w{3} \d\d \d\d:\d\d:\d\d \w+ \d{4}`), "$1: TIME"},
	// What MongoDB's drivers write about waiting.
	{regexp.MustCompile(`(time|Update) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC`), "$1 TIME"},
	{regexp.MustCompile(`:PORT\[-\d+\]`), ":PORT[-N]"},
	{regexp.MustCompile(`after \d+ms \(`), "after TIME ("},
	{regexp.MustCompile(`connectTimeoutMS: \d+\)`), "connectTimeoutMS: TIME)"},
	{regexp.MustCompile(`TimeoutMS: [\d.]+ms`), "TimeoutMS: TIME"},
	// Wget's progress report.
	{regexp.MustCompile(`\|127\.0\.0\.1\|:\d+`), "|127.0.0.1|:PORT"},
	{regexp.MustCompile(`Length: \d+ \([\d.]+[KM]\)`), "Length: N"},
	{regexp.MustCompile(`\d+% +[\d.]+[KMG]?=[\d.]+s`), "N% SPEED=TIME"},
	{regexp.MustCompile(`\([\d.]+ [KMG]?B/s\)`), "(SPEED)"},
	{regexp.MustCompile(`at byte \d+/\d+`), "at byte N/N"},
	// The lab's files are in a directory for the run, with one for each scenario in it.
	{regexp.MustCompile(`[^\s'"(]*[/\\]([a-z0-9-]+)[/\\]([a-z0-9-]+\.(?:pem|der|p12))\b`), "DIR/$1/$2"},
}

// replacers replace what is fleeting.
var replacers = sync.OnceValue(func() (list []needle.Replacer) {
	for _, f := range fleeting {
		list = append(list, needle.New(f.Regexp, f.word))
	}
	return list
})

// Steady returns a client's message without what changes from run to run: it replaces ports, times, memory addresses,
// line numbers of an interpreter's source and the run's directory by words in capitals. Two runs of the same clients
// give equal messages.
func Steady(message string) string {
	message = strings.TrimSpace(message)
	for _, r := range replacers() {
		message = r.Replace(message)
	}
	return message
}
