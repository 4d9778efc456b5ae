package messages

import (
	"strings"
	"sync"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/internal/needle"
)

// fleeting is what changes in a message from run to run, and the word that replaces it.
var fleeting = []struct {
	*lazyregexp.Regexp
	word string
}{
	{lazyregexp.New(`\b(localhost|127\.0\.0\.1|[a-z.]*tlslab\.test):\d+`), "$1:PORT"},
	{lazyregexp.New(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "TIME"},
	{lazyregexp.New(`notAfter=.* GMT`), "notAfter=TIME"},
	{lazyregexp.New(`notBefore=.* GMT`), "notBefore=TIME"},
	{lazyregexp.New(`\b[0-9A-F]{12,16}:error`), "ADDRESS:error"},
	{lazyregexp.New(`after \d+ (ms|milliseconds)`), "after N $1"},
	{lazyregexp.New(` port \d+\b`), " port PORT"},
	{lazyregexp.New(`(127\.0\.0\.1:PORT->127\.0\.0\.1):\d+`), "$1:PORT"},
	{lazyregexp.New(`ended the client after [\d.]+s`), "ended the client after TIME"},
	{lazyregexp.New(` on [\d.]+:53: `), " on RESOLVER: "},
	{lazyregexp.New(`\bdoes-not-exist\.invalid:\d+`), "does-not-exist.invalid:PORT"},
	{lazyregexp.New(`\d+ (bytes remaining to read|more expected)`), "N $1"},
	{lazyregexp.New(`\b0x[0-9a-f]{6,}\b`), "0xADDRESS"},
	{lazyregexp.New(`\bport=\d+`), "port=PORT"},
	{lazyregexp.New(`\('127\.0\.0\.1', \d+\)`), "('127.0.0.1', PORT)"},
	{lazyregexp.New(`IncompleteRead\(\d+`), "IncompleteRead(N"},
	{lazyregexp.New(`content-length: \d+, bytes received: \d+`), "content-length: N, bytes received: N"},
	{lazyregexp.New(`received \d+ (bytes, expected|of) \d+`), "received N $1 N"},
	{lazyregexp.New(`invalid path: \S*/`), "invalid path: DIR/"},
	{
		lazyregexp.New(`verification time \d+ \(UNIX\), but certificate is not valid (after|before) \d+ \(\d+ ` +
			`seconds`),
		"verification time TIME (UNIX), but certificate is not valid $1 TIME (N seconds",
	},
	{lazyregexp.New(`(\w\.c):\d+`), "$1:LINE"}, // a line in the source of OpenSSL or an interpreter
	{lazyregexp.New(`\b(NotAfter|NotBefore|date): \w{3} \w{3} \d\d \d\d:\d\d:\d\d \w+ \d{4}`), "$1: TIME"},
	// What MongoDB's drivers write about waiting.
	{lazyregexp.New(`(time|Update) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC`), "$1 TIME"},
	{lazyregexp.New(`:PORT\[-\d+\]`), ":PORT[-N]"},
	{lazyregexp.New(`after \d+ms \(`), "after TIME ("},
	{lazyregexp.New(`connectTimeoutMS: \d+\)`), "connectTimeoutMS: TIME)"},
	{lazyregexp.New(`TimeoutMS: [\d.]+ms`), "TimeoutMS: TIME"},
	// Wget's progress report.
	{lazyregexp.New(`\|127\.0\.0\.1\|:\d+`), "|127.0.0.1|:PORT"},
	{lazyregexp.New(`Length: \d+ \([\d.]+[KM]\)`), "Length: N"},
	{lazyregexp.New(`\d+% +[\d.]+[KMG]?=[\d.]+s`), "N% SPEED=TIME"},
	{lazyregexp.New(`\([\d.]+ [KMG]?B/s\)`), "(SPEED)"},
	{lazyregexp.New(`at byte \d+/\d+`), "at byte N/N"},
	// The lab's files are in a directory for the run, with one for each scenario in it.
	{lazyregexp.New(`[^\s'"(]*[/\\]([a-z0-9-]+)[/\\]([a-z0-9-]+\.(?:pem|der|p12))\b`), "DIR/$1/$2"},
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
