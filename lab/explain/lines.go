package explain

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
)

// The limits within which a log is read, whatever is in it.
const (
	longestLine = 64 << 10 // bytes of a line that are read at once; the rest counts as separate lines
	longestUnit = 64 << 10 // bytes of lines that belong together
	mostLines   = 400      // lines that belong together
)

// unit is one message: the lines that belong together.
type unit struct {
	line int // the number of the first line
	text string
	like string // its likeness; empty if that was not asked for
}

// colors matches the sequences that make a terminal color text (CSI and OSC of ECMA-48).
var colors = lazyregexp.New(`\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)`)

func uncolored(line string) string {
	if strings.IndexByte(line, '\x1b') < 0 {
		return line
	}
	return colors.ReplaceAllString(line, "")
}

// eachLine calls f for every line of a reader, without its line ending, and with its number from 1. A line that is too
// long comes in pieces with the same number. It returns early when the context ends.
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
	// goesOn matches lines that continue the message before them, whatever it is.
	goesOn = lazyregexp.New(`^[ \t]+\S|^Caused by: |^Suppressed: |^\.\.\. \d+ |^During handling of the above|` +
		`^The above exception was|^[})\]]|^- [{A-Z]`)
	// traceback matches the first line of a Python traceback.
	traceback = lazyregexp.New(`Traceback \(most recent call last\):?$`)
	// begins matches lines that begin a message of a log: with a time, a level or an object.
	begins = lazyregexp.New(`^\s*(?:\[?\d{4}[-/]\d\d[-/]\d\d|\[?\d\d:\d\d:\d\d|[A-Z][a-z]{2} +\d+ \d\d:\d\d|\{"|` +
		`<\d+>|\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b|time=|level=|\d{10})`)
)

// verbose are programs that write one message on several lines: first are words of its first line, and next matches the
// lines that continue it.
var verbose = []struct {
	first words
	next  *lazyregexp.Regexp
}{
	// Windows' event log, exported as text.
	{
		words{"36887", "36888", "36874", "36882", "Protokollname:", "Log Name:", "Event ID", "EventID"},
		lazyregexp.New(`^(?:[A-Z][\pL -]{2,24}:|[\pL ,.-]+(?:: ?\d+)?\.?$|.*alert)`),
	},
	{words{
		"ERROR: The certificate", "ERROR: cannot verify", "GnuTLS: ", "ERROR: Failed to open cert",
	}, lazyregexp.New(`^(?:ERROR: |GnuTLS: |Unable to establish|The certificate|To connect to)`)},
	{words{"net::ERR_"}, lazyregexp.New(`^(?:SSL_\w+_ERROR \(|Certificate i=|ERROR: )`)},
	{words{"Status: The cert", "*** ", "|<1>|"}, lazyregexp.New(`^(?:\*\*\* |\|<\d+>\|)`)},
	{
		words{
			"SSL operation failed with code", "fopen(", "file_get_contents(", "stream_socket_client(", "cafile stream",
		},
		lazyregexp.New(`^(?:error:[0-9A-F]{8}|(?:\[[^]]*\] )?(?:PHP )?(?:Warning: +)?(?:fopen|file_get_contents|` +
			`stream_socket_client)\()`),
	},
	{
		words{
			"verify error:num=", "depth=", "Could not read", "Could not open", "could not load", "unable to load",
			"Unable to load",
		},
		lazyregexp.New(`^(?:verify error|verify return|depth=|notAfter=|notBefore=|issuer=|error:[0-9A-F]{8}|` +
			`[0-9A-F]{8,}:error:)`),
	},
}

// grouper joins the lines that belong to one message, and emits the message when it is complete.
type grouper struct {
	emit  func(unit)
	line  int
	text  strings.Builder
	first string
	lines int
	next  *lazyregexp.Regexp // matches lines that continue it; nil for messages of one line
	// python is the place in a Python traceback.
	python int
}

// The places in a Python traceback.
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

// beginning is the number of bytes of a line that decide whether it continues the one before.
const beginning = 1 << 10

// joins reports whether a line belongs to the message so far.
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
	if line != "" && strings.IndexByte(" \t.CSDT})]-", line[0]) >= 0 && goesOn.MatchString(line) &&
		strings.TrimSpace(g.first) != "" {
		return true
	}
	return g.next != nil && g.next.MatchString(line)
}

// flush emits the message so far.
func (g *grouper) flush() {
	if text := strings.TrimSpace(g.text.String()); text != "" {
		g.emit(unit{line: g.line, text: text})
	}
	g.text.Reset()
}

// inner returns what a line holds as JSON: the strings of an object, which may follow a prefix, or else the line with
// its escapes undone. It is empty if the line has neither.
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

// collect gathers the strings in a JSON value.
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
