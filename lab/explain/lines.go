package explain

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
)

// The bounds within which a log is read, whatever is in it.
const (
	longestLine = 64 << 10 // bytes of a line that are read at once; the rest of it counts as lines of their own
	longestUnit = 64 << 10 // bytes of lines that belong together
	mostLines   = 400      // that belong together
)

// unit is a message: lines that belong together.
type unit struct {
	line int // the number of the first
	text string
}

// colors matches what terminals are told in order to color text (ECMA-48, CSI and OSC sequences).
var colors = regexp.MustCompile(`\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)`)

func uncolored(line string) string {
	if strings.IndexByte(line, '\x1b') < 0 {
		return line
	}
	return colors.ReplaceAllString(line, "")
}

// eachLine calls f for every line of a reader, numbered from 1, without its end. A line that is too long
// comes in pieces under the same number. It ends early with the context.
func eachLine(ctx context.Context, r io.Reader, f func(n int, line string)) (lines int, err error) {
	b := bufio.NewReaderSize(r, longestLine)
	for more := false; ; {
		if err := ctx.Err(); err != nil {
			return lines, err
		}
		piece, err := b.ReadSlice('\n')
		if len(piece) > 0 {
			if !more {
				lines++
			}
			f(lines, strings.TrimRight(string(piece), "\r\n"))
		}
		more = errors.Is(err, bufio.ErrBufferFull)
		switch {
		case err == nil || more:
		case errors.Is(err, io.EOF):
			return lines, nil
		default:
			return lines, err
		}
	}
}

var (
	// goesOn matches lines that go on with the message before, whatever it is.
	goesOn = regexp.MustCompile(`^[ \t]+\S|^Caused by: |^Suppressed: |^\.\.\. \d+ |^During handling of the above|` +
		`^The above exception was|^[})\]]`)
	// traceback and raised match the first line of Python's traceback and the one that ends it.
	traceback = regexp.MustCompile(`Traceback \(most recent call last\):?$`)
	// begins matches lines that begin a message of a log: a time, a level, an object.
	begins = regexp.MustCompile(`^\s*(?:\[?\d{4}[-/]\d\d[-/]\d\d|\[?\d\d:\d\d:\d\d|[A-Z][a-z]{2} +\d+ \d\d:\d\d|\{"|` +
		`<\d+>|\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b|time=|level=|\d{10})`)
)

// verbose are programs that say one thing in several lines: words that the first of these lines has, and
// what those match that go on.
var verbose = []struct {
	first words
	next  *regexp.Regexp
}{
	{words{
		"ERROR: The certificate", "ERROR: cannot verify", "GnuTLS: ", "ERROR: Failed to open cert",
	}, regexp.MustCompile(`^(?:ERROR: |GnuTLS: |Unable to establish|The certificate|To connect to)`)},
	{words{" LOG4["}, regexp.MustCompile(`^\d{4}\.\d\d\.\d\d \S+ LOG[34]\[`)}, // stunnel's
	{words{"net::ERR_"}, regexp.MustCompile(`^(?:SSL_\w+_ERROR \(|Certificate i=|ERROR: )`)},
	{words{"Status: The cert", "*** ", "|<1>|"}, regexp.MustCompile(`^(?:\*\*\* |\|<\d+>\|)`)},
	{
		words{
			"SSL operation failed with code", "fopen(", "file_get_contents(", "stream_socket_client(", "cafile stream",
		},
		regexp.MustCompile(`^(?:error:[0-9A-F]{8}|(?:\[[^]]*\] )?(?:PHP )?(?:Warning: +)?(?:fopen|file_get_contents|` +
			`stream_socket_client)\()`),
	},
	{
		words{
			"verify error:num=", "depth=", "Could not read", "Could not open", "could not load", "unable to load",
			"Unable to load",
		},
		regexp.MustCompile(`^(?:verify error|verify return|depth=|notAfter=|notBefore=|issuer=|error:[0-9A-F]{8}|` +
			`[0-9A-F]{8,}:error:)`),
	},
}

// grouper puts lines together that belong to one message, and passes it on when it is whole.
type grouper struct {
	emit  func(unit)
	line  int
	text  strings.Builder
	first string
	lines int
	next  *regexp.Regexp // matches lines that go on; nil for the messages of one line
	// python says where in a traceback the lines are.
	python int
}

// Where in a traceback of Python's a line is.
const (
	noTraceback = iota
	inFrames    // after its first line
	afterError  // after the line that names the exception: another may follow
)

func (g *grouper) add(n int, line string) {
	line = uncolored(line)
	if g.text.Len() > 0 && g.joins(line) && g.lines < mostLines && g.text.Len()+len(line) < longestUnit {
		g.text.WriteByte('\n')
		g.text.WriteString(line)
		g.lines++
		return
	}
	g.flush()
	g.line, g.first, g.lines = n, line, 1
	g.text.WriteString(line)
	g.next = nil
	for _, v := range verbose {
		if v.first.in(line) {
			g.next = v.next
		}
	}
	g.python = noTraceback
	if strings.Contains(line, "Traceback (most") && traceback.MatchString(line) {
		g.python = inFrames
	}
}

// beginning is how much of a line tells whether it goes on with the one before, in bytes.
const beginning = 1 << 10

// joins reports whether a line belongs to the message that is being put together.
func (g *grouper) joins(line string) bool {
	switch g.python {
	case inFrames:
		if line != "" && line[0] != ' ' && line[0] != '\t' {
			g.python = afterError
		}
		return true
	case afterError:
		if traceback.MatchString(line) && !begins.MatchString(line[:min(len(line), beginning)]) {
			g.python = inFrames
			return true
		}
		if strings.TrimSpace(line) == "" {
			return true
		}
	}
	line = line[:min(len(line), beginning)]
	if line != "" && strings.IndexByte(" \t.CSDT})]", line[0]) >= 0 && goesOn.MatchString(line) &&
		strings.TrimSpace(g.first) != "" {
		return true
	}
	return g.next != nil && g.next.MatchString(line)
}

// flush passes on what there is.
func (g *grouper) flush() {
	if text := strings.TrimSpace(g.text.String()); text != "" {
		g.emit(unit{g.line, text})
	}
	g.text.Reset()
}

// inner returns what a line holds in the encoding of JSON: the strings of an object, behind a prefix or
// without one, or else the line with its escapes undone. It is empty if there is nothing of the kind.
func inner(text string) string {
	if i := strings.IndexByte(text, '{'); i >= 0 && strings.Contains(text[i:], `":`) {
		var v any
		d := json.NewDecoder(strings.NewReader(text[i:]))
		if d.Decode(&v) == nil {
			var parts []string
			collect(v, &parts, 0)
			if len(parts) > 0 {
				return strings.Join(parts, "\n")
			}
		}
	}
	if strings.Contains(text, `\n`) || strings.Contains(text, `\"`) || strings.Contains(text, `\u00`) {
		return escapes.Replace(text)
	}
	return ""
}

var escapes = strings.NewReplacer(`\r`, "", `\n`, "\n", `\t`, "\t", `\"`, `"`, `\/`, `/`, `\\`, `\`,
	`\u0027`, "'", `\u0022`, `"`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

// collect gathers the strings of a value of JSON.
func collect(v any, parts *[]string, depth int) {
	switch x := v.(type) {
	case string:
		if x != "" {
			*parts = append(*parts, x)
		}
	case []any:
		for _, e := range x {
			collect(e, parts, depth+1)
		}
	case map[string]any:
		for _, key := range sortedKeys(x) {
			collect(x[key], parts, depth+1)
		}
	}
}
