package explain

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/messages/phrases"
)

// reach is how far apart, in lines of the log, two lines with the same key may be to belong together.
type reach int

// The reaches. An identifier of a connection is used once; a thread serves one connection after another; a process
// serves several at once, so that only its neighbouring lines belong together.
const (
	ofConnection reach = 2_000
	ofThread     reach = 40
	ofProcess    reach = 6
	never        reach = -1 // lines with the same mark need not belong together
)

// format is a way in which programs mark the lines of a log that belong together.
type format struct {
	// name is what is marked: lines with different values of one name belong to different things.
	name string
	// has are texts of which each such line contains one. They spare most lines the regular expression.
	has words
	// key matches the mark near the beginning of a line. Its groups are the value; without groups the value is empty.
	key *lazyregexp.Regexp
	reach
}

// The beginnings of lines.
const (
	stamp  = `^\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d| [A-Z]{3,4})?\]?`
	cstamp = `^[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \d{4}`
	level  = `(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|SEVERE|FATAL)`
	socket = `(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]|[0-9a-fA-F:]*::[0-9a-fA-F:]*):\d{2,5}`
)

// openVPNWords are in the lines of OpenVPN that tell of a failure.
var openVPNWords = words{
	" VERIFY ", " OpenSSL: ", " TLS_ERROR: ", " TLS Error: ", " TLS: ", " Incoming Control Channel",
}

// formats are the formats of logs. A line may have several of these marks.
var formats = []format{
	// nginx's error log: *345 is the number of the connection.
	{"nginx", words{": *"}, lazyregexp.New(stamp + ` \[\w+\] (\d+#\d+: \*\d+) `), ofConnection},
	// Apache's error log. Lines of the TLS library have no client, but the same process and thread.
	{"client", words{"[client "}, lazyregexp.New(`\] \[client ([^\]]+)\]`), ofConnection},
	{"client", words{"[remote "}, lazyregexp.New(`\] \[remote ([^\]]+)\]`), ofConnection},
	{"pid", words{"[pid "}, lazyregexp.New(`\[pid (\d+(?::tid \d+)?)\]`), ofThread},
	// HAProxy's log of connections.
	{"haproxy", words{"]"}, lazyregexp.New(`(?:^|[ \]])(` + socket + `) \[\d\d/[A-Z][a-z]{2}/\d{4}:`), ofConnection},
	// Dovecot's logins.
	{"session", words{"session=<"}, lazyregexp.New(`session=<([^>]+)>`), ofConnection},
	// OpenVPN: a server's lines begin with the peer, and a client has no other connection.
	{
		"openvpn", openVPNWords,
		lazyregexp.New(`(?:` + stamp + `|` + cstamp + `|(?:openvpn|ovpn)\S*\[\d+\]:) (?:us=\d+ )?` +
			`((?:[\w.-]+/)?` + socket + `) `),
		ofConnection,
	},
	{
		"openvpn-client", openVPNWords,
		lazyregexp.New(`(?:` + stamp + `|` + cstamp + `|(?:openvpn|ovpn)\S*\[\d+\]:) (?:us=\d+ )?` +
			`(?:VERIFY |OpenSSL: |TLS_ERROR|TLS Error|TLS: |Incoming Control Channel)`),
		ofProcess,
	},
	// stunnel: LOG3[12] is about connection 12, in older versions about a thread.
	{"stunnel", words{" LOG"}, lazyregexp.New(`\bLOG[0-7]\[([0-9:]+)\]:`), ofConnection},
	// MongoDB: objects since 4.4, text before.
	{"connection", words{`"ctx":"conn`}, lazyregexp.New(`"ctx":"conn(\d+)"`), ofConnection},
	{"connection", words{"[conn"}, lazyregexp.New(`^\S+ [A-Z] +[A-Z]+ +\[conn(\d+)\]`), ofConnection},
	{"thread", words{`"ctx":"`}, lazyregexp.New(`"ctx":"([^"]+)"`), ofThread},
	// PostgreSQL has a process for each connection. Exim and others write the process in the same place.
	{"pid", words{" ["}, lazyregexp.New(stamp + ` \[(\d+)(?:-\d+)?\]`), ofThread},
	// MySQL and MariaDB: the number of the connection, which is 0 for the server itself.
	{"mysql", words{"Z "}, lazyregexp.New(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ([1-9]\d*) \[`), ofConnection},
	// SQL Server.
	{
		"spid", words{" spid", " Logon "},
		lazyregexp.New(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ (spid\d+s?|Logon) `), ofProcess,
	},
	// Log4j, Logback and Spring Boot: the thread, before or after the level.
	{
		"thread", words{"["},
		lazyregexp.New(level + ` +(?:\d+ +--- +(?:\[[\w-]*\] +)?)?\[ *([^\]\s][^\]]{0,80})\]`), ofThread,
	},
	{
		"thread", words{"] "},
		lazyregexp.New(`^[\d:.,TZ/ +-]{8,35} \[ *([^\]\s][^\]]{0,80})\] +` + level + `\b`), ofThread,
	},
	// Kafka.
	{"channel", words{"channelId="}, lazyregexp.New(`channelId=([^\s,)]+)`), ofConnection},
	// logfmt and objects, as Go's and other programs write them; OpenLDAP and 389 Directory Server.
	{
		"connection", words{"conn"},
		lazyregexp.New(`\b(?:conn|conn_id|connID|connection|connection_id|connectionId)="?([\w.:-]+)`), ofConnection,
	},
	{
		"connection", words{`onn`},
		lazyregexp.New(`"(?:conn_id|connId|connID|connection_id|connectionId|ConnectionId)": ?"?([\w.:-]+)`),
		ofConnection,
	},
	{
		"request", words{"eq"},
		lazyregexp.New(`\b(?:request_id|requestId|req_id|reqId|request-id)"?[=:] ?"?([\w.:/-]+)`),
		ofConnection,
	},
	// Envoy and Istio.
	{"connection", words{"[C"}, lazyregexp.New(`\[C(\d+)\]`), ofConnection},
	// RabbitMQ and other Erlang programs: a process for each connection; EMQX names the peer.
	{"erlang", words{" <"}, lazyregexp.New(` (<\d+\.\d+\.\d+>)`), ofConnection},
	{"peer", words{"peername: "}, lazyregexp.New(`peername: ([^,\s]+)`), ofConnection},
	// FreeRADIUS: the number of the request.
	{"radius", words{"("}, lazyregexp.New(`^(?:[^()]{0,60} : \w+: )?\((\d+)\) +\w`), ofConnection},
	// Windows' event log.
	{"activity", words{"ActivityI"}, lazyregexp.New(`ActivityI[Dd]\W{1,4}([0-9A-Fa-f-]{36})`), ofConnection},
	// klog (Kubernetes), glog and Abseil (gRPC), Chromium, Android.
	{"thread", words{"] "}, lazyregexp.New(`^[IWEF]\d{4} \S+ +(\d+) \S+:\d+\] `), ofProcess},
	{"thread", words{".cc("}, lazyregexp.New(`^\[(\d+:\d+):\d{4}/\d+\.\d+:`), ofProcess},
	{
		"thread", words{" V ", " D ", " I ", " W ", " E ", " F "},
		lazyregexp.New(`^\d\d-\d\d \d\d:\d\d:\d\d\.\d+ +(\d+ +\d+) [VDIWEF] `), ofThread,
	},
	// Mosquitto: the second.
	{"second", words{": "}, lazyregexp.New(`^(1\d{9}): `), ofProcess},
	// syslog, and journalctl's output: Postfix has a process for each connection, most others have one for all.
	{"pid", words{"postfix/"}, lazyregexp.New(`\bpostfix\S*/\w+\[(\d+)\]:`), ofThread},
	{
		"pid", words{"]: "},
		lazyregexp.New(`^(?:<\d+>)?(?:[A-Z][a-z]{2} +\d+ [\d:]{8}|\d{4}-\d\d-\d\dT\S+) \S+ ` +
			`([\w./@-]+\[\d+\]):`),
		ofProcess,
	},
}

// openVPNServer matches the lines that OpenVPN writes as a server: they begin with the client.
var openVPNServer = lazyregexp.New(`(?m)(?:^|\]: |\d )(?:[\w.-]+/)?` + socket +
	` (?:VERIFY |OpenSSL: |TLS_ERROR: |TLS Error: )`)

// writtenBy returns who wrote a text, as far as words or the format of a line tell; empty if they do not.
func writtenBy(text string) phrases.Writer {
	by := phrases.WrittenBy(text)
	if by == "" && openVPNWords.in(text) && openVPNServer.MatchString(text) {
		return phrases.Server
	}
	return by
}

// mark is what a line says about where it belongs.
type mark struct {
	name, value string
	reach
}

// traits are what lines of one likeness have in common.
type traits struct {
	formats []int // the indices of their marks' formats
	voiced  bool  // they tell who wrote them
}

// traitsOf returns the traits of a message.
func (in *reader) traitsOf(u unit) traits {
	if t, ok := in.traits[u.like]; ok && u.like != "" {
		return t
	}
	_, line := head(u.text)
	t := traits{voiced: voiced(u.text)}
	for i, f := range formats {
		if f.has.in(line) && f.key.MatchString(line) {
			t.formats = append(t.formats, i)
		}
	}
	if u.like != "" && in.room(u.like) {
		in.traits[u.like] = t
	}
	return t
}

// longestContainer is the number of bytes of the longest name that docker compose writes before a line.
const longestContainer = 64

// head is the beginning of a message's first line, where its marks are, without what Docker writes before it: the name
// of a container, or the beginning of an object.
func head(text string) (container, line string) {
	line = text[:min(len(text), beginning)]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	if before, after, ok := strings.Cut(line, " | "); ok && len(before) < longestContainer {
		if name := strings.TrimSpace(before); name != "" && !strings.ContainsAny(name, " \t[]") {
			return name, after
		}
	}
	return "", strings.TrimPrefix(line, `{"log":"`)
}

// marksIn returns the marks of a message by some of the formats, the first of each name.
func (t traits) marksIn(text string) (list []mark) {
	container, line := head(text)
	for _, i := range t.formats {
		f := formats[i]
		if m := f.key.FindStringSubmatch(line); m != nil && !has(list, f.name) {
			list = append(list, mark{f.name, strings.Join(m[1:], " "), f.reach})
		}
	}
	if container != "" && len(list) > 0 {
		list = append(list, mark{"container", container, never})
	}
	return list
}

// has reports whether a list has a mark with a name.
func has(list []mark, name string) bool {
	return slices.ContainsFunc(list, func(m mark) bool { return m.name == name })
}
