package explain

import (
	"cmp"
	"strconv"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/internal/ports"
	"example.com/tlslab/lab/messages"
)

// protocol is what commands need to know of a protocol over TLS. The zero value stands for HTTPS, and for any other
// that begins with TLS.
type protocol struct {
	// port is its usual port for TLS; zero means that of HTTPS.
	port int
	// starttls is the name by which openssl s_client asks for TLS in it, with further options, if it begins in plain
	// text.
	starttls string
	// apart says that TLS is inside messages of the protocol's own, or not over TCP, so that openssl s_client cannot
	// reach it.
	apart bool
}

// protocols are those that [messages.Source] names as a Service, and those that words of a message name.
var protocols = map[string]protocol{
	"dtls":       {port: ports.HTTPS, apart: true},   // RFC 9147: over UDP
	"eap":        {port: ports.RADIUS, apart: true},  // RFC 5216: inside of EAP, inside of RADIUS or 802.1X
	"ftp":        {port: ports.FTP, starttls: "ftp"}, // RFC 4217
	"imap":       {port: ports.IMAPS},                // RFC 8314
	"kafka":      {port: ports.Kafka},
	"ldap":       {port: ports.LDAPS},
	"mongodb":    {port: ports.MongoDB},
	"mysql":      {port: ports.MySQL, starttls: "mysql"},
	"openvpn":    {port: ports.OpenVPN, apart: true}, // inside of packets of its control channel
	"pop3":       {port: ports.POP3S},                // RFC 8314
	"postgres":   {port: ports.Postgres, starttls: "postgres"},
	"quic":       {port: ports.HTTPS, apart: true},                  // RFC 9001: over UDP
	"rdp":        {port: ports.RDP, apart: true},                    // MS-RDPBCGR: after an X.224 request
	"redis":      {port: ports.Redis},                               // tls-port 6379, as Redis' documentation has it
	"smtp":       {port: ports.SMTP, starttls: "smtp"},              // RFC 3207
	"sqlserver":  {port: ports.SQLServer, apart: true},              // MS-TDS: inside of PRELOGIN packets, up to TDS 7
	"xmpp":       {port: ports.XMPP, starttls: "xmpp -name {host}"}, // RFC 6120
	"xmppserver": {port: ports.XMPPServer, starttls: "xmpp-server -name {host}"},
}

// atPort are the protocols at ports that tell, whichever program wrote the message: those that begin in plain text, and
// those that begin with TLS although others of the same name do not.
var atPort = map[string]protocol{
	"21": protocols["ftp"], "25": protocols["smtp"], "587": protocols["smtp"], "110": {starttls: "pop3"},
	"119": {starttls: "nntp"}, "143": {starttls: "imap"}, "389": {starttls: "ldap"}, "4190": {starttls: "sieve"},
	"5222": protocols["xmpp"], "5269": protocols["xmppserver"], "3306": protocols["mysql"],
	"5432": protocols["postgres"], "1194": protocols["openvpn"], "1433": protocols["sqlserver"],
	"3389": protocols["rdp"], "465": {}, "563": {}, "636": {}, "990": {}, "993": {}, "995": {}, "5223": {},
}

// named are words by which a message names the protocol below or above TLS; the first that fits counts.
var named = []struct {
	protocol string
	words    *lazyregexp.Regexp
}{
	{"eap", lazyregexp.New(`\b(?:eap_t?tls|eap_peap|EAP-T?TLS|EAP-PEAP|CTRL-EVENT-EAP|wpa_supplicant|hostapd|` +
		`radiusd)\b`)},
	{"quic", lazyregexp.New(`\bQUIC|\bquic(?:-go|he|_tls)?\b|\bERR_QUIC|\bCRYPTO_ERROR 0x1`)},
	{"dtls", lazyregexp.New(`\bDTLS|\bdtls1_|\bpion/dtls\b`)},
	{"sqlserver", lazyregexp.New(`\b(?:SQL Server|SqlClient|SqlException|SQLServerException)\b|\bTDSSNI|\bmssql`)},
	{"rdp", lazyregexp.New(`\b(?:(?:x|wl)?freerdp|TermService|xrdp)\b|\bERRCONNECT_TLS`)},
	{"xmppserver", lazyregexp.New(`\bs2s(?:in|out)?\b`)},
	{"xmpp", lazyregexp.New(`\b(?:xmpp|XMPP|prosody|ejabberd|c2s)\b`)},
	{"ftp", lazyregexp.New(`\b(?:lftp|FileZilla|vsftpd|proftpd|pure-ftpd|ftplib|FTPS)\b|\bftps?://|` +
		`\b425 Unable to build`)},
}

// namedIn returns the protocol that a message names; empty if it names none of those that matter.
func namedIn(text string) string {
	for _, n := range named {
		if n.words.MatchString(text) {
			return n.protocol
		}
	}
	return ""
}

// service returns the protocol that all of the finding's stacks speak or, if that is any, the one that the message
// names; empty, which stands for HTTPS, if neither tells.
func (f Finding) service() string {
	service := ""
	for i, stack := range f.Stacks {
		s := messages.Of(stack).Service
		if i > 0 && s != service {
			service = ""
			break
		}
		service = s
	}
	return cmp.Or(service, f.Protocol)
}

// protocol returns the protocol that the finding's server speaks: what its port tells, or else its program's.
func (f Finding) protocol() protocol {
	own := protocols[f.service()]
	if p, ok := atPort[f.Port]; ok && !own.apart {
		return p
	}
	return own
}

// reaches reports whether a command can reach the finding's server: curl asks no database, and openssl s_client speaks
// TLS over TCP, after an exchange in plain text that it knows.
func (f Finding) reaches(command string) bool {
	switch {
	case strings.HasPrefix(command, "curl -v http"):
		return f.service() == "" && f.protocol() == protocol{}
	case strings.Contains(command, "openssl s_client"):
		return !f.protocol().apart
	}
	return true
}

// place matches the placeholders for host and port in a command.
var place = lazyregexp.New(`\{(host|port)\}`)

// fill puts the finding's host and port into a command.
func (f Finding) fill(command string) string {
	host, port := f.Host, f.Port
	if host == "" {
		host = "HOST"
	}
	p := f.protocol()
	if port == "" {
		port = strconv.Itoa(cmp.Or(p.port, ports.HTTPS))
	}
	if p.starttls != "" && !strings.Contains(command, "-starttls") {
		command = strings.Replace(command, "openssl s_client ", "openssl s_client -starttls "+p.starttls+" ", 1)
	}
	return place.ReplaceAllStringFunc(command, func(what string) string {
		if what == "{host}" {
			return host
		}
		return port
	})
}
