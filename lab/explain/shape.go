package explain

import (
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/internal/needle"
	"example.com/tlslab/lab/messages"
)

// swap returns a replacer of what differs in a message from one machine to another, beyond what messages.Steady
// replaces.
func swap(pattern, word string) needle.Replacer { return needle.New(lazyregexp.New(pattern), word) }

// places replace names, addresses and files where the words around them show what they are.
var places = []needle.Replacer{
	swap(`https?://[^\s"'<>(),]+`, "URL"),
	swap(`\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(:\d\d)?([.,]\d+)?( ?(Z|UTC|[+-]\d\d:?\d\d))*`, "TIME"),
	swap(`\bvalid for [^;"<>]+, not [^\s"<>,;)]+`, "valid for NAMES, not NAME"),
	swap(`altnames: Host: .*`, "altnames: NAMES"),
	swap(`(for|hostname|match|of|host name|address|matching) (u?)'[^']*'`, "$1 'NAME'"),
	swap(`matching \S+ found`, "matching NAME found"),
	swap(`matching IP address \S+ found`, "matching IP address NAME found"),
	swap(`\bDIR/[^\s'":,()]+`, "PATH"),
	swap(`(^|[\s'"(=:])(?:[A-Za-z]:\\|\.{0,2}/)[^\s'":,()]+`, "${1}PATH"),
	swap(`\b(0x)?[0-9a-fA-F]{8,}\b`, "N"),
}

// numbers replace the remaining addresses and numbers, after the host names.
var numbers = []needle.Replacer{
	swap(`\[[0-9a-fA-F:]*:[0-9a-fA-F:.]*\]`, "NAME"),
	swap(`\b\d{1,3}(\.\d{1,3}){3}\b`, "NAME"),
	swap(`\b(localhost|db\d*)\b`, "NAME"),
	swap(`\d+`, "N"),
	swap(`\b(PORT|LINE|TIME|ADDRESS|NADDRESS)\b`, "N"),
	swap(`\bN([., ]N)+\b`, "N"),
	swap(`\s+`, " "),
}

// dotted is a word with dots in it: a host name, or the name of a class or a file.
var dotted = lazyregexp.New(`[A-Za-z0-9*_-]+(?:\.[A-Za-z0-9*_-]+)+`)

// reason matches BoringSSL's number for an error, which is the message.
var reason = lazyregexp.New(`error_reason \d+`)

// notHost matches dotted words that are not host names.
var notHost = lazyregexp.New(`[A-Z_]|^(java|javax|sun|com\.mongodb|node|ssl|http|os|io|urllib|socket)\.|\.(c|h|` +
	`cc|cpp|py|js|ts|go|rb|pl|php|rs|java|erl|pem|crt|cer|key|p12|pfx|der|so|json|txt|log|cnf|conf)$|^[0-9.]+$`)

// shape returns a message without what differs from run to run and from machine to machine, so that messages from
// elsewhere can be compared with the record.
func shape(message string) string { return steadyShape(messages.Steady(message)) }

// steadyShape is shape for results of messages.Steady, as the messages of the record are.
func steadyShape(message string) string {
	for _, f := range places {
		message = f.Replace(message)
	}
	message = dotted.ReplaceAllStringFunc(message, func(word string) string {
		if notHost.MatchString(word) {
			return word
		}
		return "NAME"
	})
	message = reason.ReplaceAllStringFunc(message, func(words string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + 'a'
			}
			return r
		}, words)
	})
	for _, f := range numbers {
		message = f.Replace(message)
	}
	return strings.TrimSpace(message)
}

// hosts find the server that a client connected to. The first group is the host, the second, if any, the port.
var hosts = []*lazyregexp.Regexp{
	lazyregexp.New(`https://([A-Za-z0-9][A-Za-z0-9.-]*)(?::(\d+))?`),
	lazyregexp.New(`server at "([A-Za-z0-9][A-Za-z0-9.-]*)"(?: \([^)]*\))?, port (\d+)`),
	lazyregexp.New(`host='([A-Za-z0-9.-]+)', port=(\d+)`),
	lazyregexp.New(`connect to (?:host )?([A-Za-z0-9][A-Za-z0-9.-]*)(?::| port )(\d+)`),
	lazyregexp.New(`handshake failed: ([A-Za-z0-9][A-Za-z0-9.-]*):(\d+)`),
	lazyregexp.New(`(?:^|[\s"'(=/])((?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}|localhost|` +
		`\d{1,3}(?:\.\d{1,3}){3}):(\d{2,5})\b`),
	lazyregexp.New(`not valid for '([A-Za-z0-9.-]+)'`),
	lazyregexp.New(`valid for [^"]*, not ([A-Za-z0-9][A-Za-z0-9.-]*)`),
	lazyregexp.New(`resolve host(?: address)?:? '?([A-Za-z0-9.-]+)`),
	lazyregexp.New(`(?:target host name|DNS name matching|lookup) '?([A-Za-z0-9][A-Za-z0-9.-]*)`),
}

// address returns the host and port that a client's message names. Both consist of letters, digits, dots and hyphens,
// and do not begin with a hyphen, so that they are safe in a command.
func address(message string) (host, port string) {
	for _, re := range hosts {
		m := re.FindStringSubmatch(message)
		if m == nil || strings.HasSuffix(m[1], ".c") || strings.HasSuffix(m[1], ".py") {
			continue
		}
		if len(m) > 2 {
			port = m[2]
		}
		return strings.TrimRight(m[1], ".-"), port
	}
	return "", ""
}
