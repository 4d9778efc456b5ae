package ask

import (
	"slices"

	"example.com/tlslab/lab/internal/ports"
)

// service is what a server is expected to speak, as its port or its URL says.
type service struct {
	name      string
	port      int
	schemes   []string // of URLs, besides the name
	starttls  string   // the prologue, or empty if TLS begins at once
	protocols []string // for ALPN
}

// services lists the services that have a usual port. The first one is the default.
var services = []service{
	{name: "https", port: ports.HTTPS, schemes: []string{"wss"}, protocols: []string{"h2", "http/1.1"}},
	{name: "smtp", port: ports.SMTP, starttls: "smtp"},
	{name: "submission", port: ports.Submission, starttls: "smtp"},
	{name: "smtps", port: ports.SMTPS},
	{name: "imap", port: ports.IMAP, starttls: "imap"},
	{name: "imaps", port: ports.IMAPS},
	{name: "pop3", port: ports.POP3, starttls: "pop3"},
	{name: "pop3s", port: ports.POP3S},
	{name: "ftp", port: ports.FTP, starttls: "ftp"},
	{name: "ftps", port: ports.FTPS},
	{name: "ldap", port: ports.LDAP, starttls: "ldap"},
	{name: "ldaps", port: ports.LDAPS},
	{name: "postgres", port: ports.Postgres, schemes: []string{"postgresql"}, starttls: "postgres",
		protocols: []string{"postgresql"}},
	{name: "mysql", port: ports.MySQL, schemes: []string{"mariadb"}, starttls: "mysql"},
	{name: "mongodb", port: ports.MongoDB},
	{name: "redis", port: ports.Redis, schemes: []string{"rediss"}},
	{name: "kafka", port: ports.Kafka},
	{name: "amqps", port: ports.AMQPS},
	{name: "mqtts", port: ports.MQTTS},
	{name: "dot", port: ports.DoT, schemes: []string{"tls"}, protocols: []string{"dot"}},
	{name: "xmpp", port: ports.XMPP, starttls: "xmpp", protocols: []string{"xmpp-client"}},
	{name: "nntp", port: ports.NNTP, starttls: "nntp"},
	{name: "nntps", port: ports.NNTPS, schemes: []string{"snews"}},
	{name: "sieve", port: ports.Sieve, starttls: "sieve"},
}

// serviceNamed returns the service with that name, or that a URL's scheme stands for.
func serviceNamed(name string) (service, bool) {
	i := slices.IndexFunc(services, func(s service) bool { return s.name == name || slices.Contains(s.schemes, name) })
	if i < 0 {
		return service{}, false
	}
	return services[i], true
}

// service returns the service that a target is expected to be: the named one, or that of the port. It is HTTPS if
// nothing is known.
func (t Target) service() service {
	if s, ok := serviceNamed(t.Service); ok {
		return s
	}
	i := slices.IndexFunc(services, func(s service) bool { return s.port == t.Port })
	return services[max(i, 0)]
}

// NoSTARTTLS is the value of [Target].STARTTLS for servers that speak TLS at once, whatever their port.
const NoSTARTTLS = "none"

// prologue returns the name of the prologue to use, or an empty string for none.
func (t Target) prologue() string {
	switch t.STARTTLS {
	case "":
		return t.service().starttls
	case NoSTARTTLS:
		return ""
	}
	return t.STARTTLS
}

// isHTTP reports whether the server is asked for a page after the ordinary handshake.
func (t Target) isHTTP() bool { return t.prologue() == "" && t.service().name == services[0].name }

// protocols returns the protocols to offer in ALPN.
func (t Target) protocols() []string {
	if t.Protocols != nil {
		return t.Protocols
	}
	if service := t.service(); service.starttls == t.prologue() {
		return service.protocols
	}
	return nil
}
