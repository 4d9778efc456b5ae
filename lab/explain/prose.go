package explain

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/tlslab/lab/internal/ports"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// Prose explains a failure in one language. Text may hold code between backquotes. Commands are for a shell
// and have the host and port of the finding in them where it names them, else HOST and a usual port; names
// of files (ca.pem, cert.pem, client.pem) are the reader's to replace.
type Prose struct {
	// Class is the class that is explained.
	Class failure.Class `json:"class"`
	// Means says what the failure is.
	Means string `json:"means"`
	// Causes are why it happens, the likelier first.
	Causes []Cause `json:"causes"`
	// Fix says how to fix it.
	Fix string `json:"fix"`
	// Where names the stack that Here is about ("PyMongo"), and Here says how it is done there. Both are empty
	// where there is nothing to set.
	Where string `json:"where,omitempty"`
	Here  string `json:"here,omitempty"`
	// NoFix is what people do instead, and what does not fix it.
	NoFix NoFix `json:"no_fix"`
	// Reproduce are commands that show the failure in the lab.
	Reproduce []string `json:"reproduce"`
}

// Cause is a reason for a failure.
type Cause struct {
	Text string `json:"text"`
	// Tell says how to tell whether it is this one.
	Tell string `json:"tell"`
	// Commands are what to run for it; often none.
	Commands []string `json:"commands,omitempty"`
}

// NoFix is what makes an error go away, or is believed to, and does not fix it.
type NoFix struct {
	// Switches are settings of the finding's stacks, in their own words; none if no setting is popular.
	Switches []string `json:"switches"`
	Why      string   `json:"why"`
}

// section is what the texts say below one heading.
type section struct {
	fields map[string]string // by name, for names that stand there once
	causes []Cause
}

// book is the prose of one language.
type book struct {
	classes map[string]section
	aspects map[string]section
	stacks  map[string]section
	words   lang.Words
}

// books are all of it. The files are part of the program; a test holds them to be readable and whole.
var books = sync.OnceValue(func() map[lang.Tag]book {
	all := map[lang.Tag]book{}
	for _, l := range lang.All() {
		b := book{map[string]section{}, map[string]section{}, map[string]section{}, l.Words("explain/words")}
		for name, into := range map[string]map[string]section{
			"certificate": b.classes, "handshake": b.classes, "wire": b.classes, "client": b.classes,
			"stacks": b.stacks, "aspects": b.aspects,
		} {
			if err := sections(l.Entries("explain/"+name), into); err != nil {
				panic(fmt.Errorf("%s: explain/%s: %w", l, name, err))
			}
		}
		all[l] = b
	}
	return all
})

// sections puts lines into their sections. "cause" begins a cause; "tell" and "run" belong to it.
func sections(entries []lang.Entry, into map[string]section) error {
	for _, e := range entries {
		for _, name := range e.Sections {
			s, ok := into[name]
			if !ok {
				s.fields = map[string]string{}
			}
			last := len(s.causes) - 1
			switch {
			case e.Name == "cause":
				s.causes = append(s.causes, Cause{Text: e.Text})
			case e.Name == "tell" && last >= 0 && s.causes[last].Tell == "":
				s.causes[last].Tell = e.Text
			case e.Name == "run" && last >= 0:
				s.causes[last].Commands = append(s.causes[last].Commands, e.Text)
			case s.fields[e.Name] == "" && e.Name != "tell" && e.Name != "run":
				s.fields[e.Name] = e.Text
			default:
				return fmt.Errorf("%s does not belong where it stands, below %s", e.Name, name)
			}
			into[name] = s
		}
		if len(e.Sections) == 0 {
			return fmt.Errorf("%s stands above the first heading", e.Name)
		}
	}
	return nil
}

// in returns the prose of a language, which is English if there is none in it.
func in(l lang.Tag) book {
	if b, ok := books()[l]; ok {
		return b
	}
	return books()[lang.English]
}

// trust, host and so on are the names in explain/stacks.txt: what is to be set in a stack.
const (
	trustKey   = "trust"   // which roots it trusts
	chainKey   = "chain"   // what a server sends
	hostKey    = "host"    // which name it verifies
	clientKey  = "client"  // its own certificate
	versionKey = "version" // versions and suites
)

// setting says for a class what there is to set in the client, if anything is.
var setting = map[failure.Class]string{
	failure.Untrusted: trustKey, failure.SelfSigned: trustKey, failure.BadSignature: trustKey,
	failure.HostnameMismatch: hostKey, failure.UnrecognizedName: hostKey,
	failure.ClientCertificateRequired: clientKey, failure.ClientCertificateRejected: clientKey,
	failure.BadPassphrase:       clientKey,
	failure.ClientMisconfigured: clientKey, failure.BadPEM: trustKey, failure.MissingFile: trustKey,
	failure.ProtocolVersion: versionKey, failure.NoSharedCipher: versionKey, failure.HandshakeFailure: versionKey,
	failure.NoSharedGroup: versionKey,
}

// serverSetting is the same for a server that writes about its client: where the client objected, it is to
// what the server sends; where the server did, it is to what the client sent.
var serverSetting = map[failure.Class]string{
	failure.Untrusted: chainKey, failure.SelfSigned: chainKey, failure.HostnameMismatch: chainKey,
	failure.Expired: chainKey, failure.BadSignature: chainKey,
	failure.WrongUsage: chainKey, failure.KeyMismatch: chainKey, failure.BadPEM: chainKey,
	failure.MissingFile:               chainKey,
	failure.ClientCertificateRequired: trustKey, failure.ClientCertificateRejected: trustKey,
	failure.ProtocolVersion: versionKey, failure.NoSharedCipher: versionKey, failure.HandshakeFailure: versionKey,
}

// Prose explains the finding in a language: its class, or the likeliest of those that it can be.
func (f Finding) Prose(l lang.Tag) Prose {
	if f.Class == "" && len(f.Possible) > 0 {
		return f.prose(l, f.Possible[0])
	}
	return f.prose(l, f.Class)
}

// Proses explains each of the classes that the finding can be, at most three, the likeliest first.
func (f Finding) Proses(l lang.Tag) []Prose {
	if f.Class != "" {
		return []Prose{f.Prose(l)}
	}
	var list []Prose
	for _, class := range f.Possible[:min(len(f.Possible), mostProses)] {
		list = append(list, f.prose(l, class))
	}
	return list
}

const mostProses = 3

func (f Finding) prose(l lang.Tag, class failure.Class) Prose {
	b := in(l)
	s := f.told(b, class)
	p := Prose{
		Class: class, Means: s.fields["means"], Fix: s.fields["fix"],
		NoFix: NoFix{Switches: f.switches(class), Why: s.fields["not"]}, Reproduce: f.Reproduce(),
	}
	for _, c := range s.causes {
		var commands []string
		for _, command := range c.Commands {
			if command == "{store}" {
				commands = append(commands, f.store())
				// a database is none of curl's
			} else if f.service() == (service{}) || !strings.HasPrefix(command, "curl -v http") {
				commands = append(commands, f.fill(command))
			}
		}
		c.Commands = commands
		p.Causes = append(p.Causes, c)
	}
	key, set := setting[class]
	if f.Server || f.Setup && len(f.Stacks) > 0 && isServer(f.Stacks[0]) {
		key, set = serverSetting[class]
	}
	for _, a := range f.of(class) {
		if a.key != "" {
			key, set = a.key, true
		}
		set = set && !a.unset
	}
	if set {
		name := "other"
		if len(f.Stacks) > 0 && f.Library == "" {
			if _, ok := b.stacks[f.Stacks[0]]; ok {
				name = f.Stacks[0]
			}
		}
		p.Where, p.Here = b.stacks[name].fields["name"], b.stacks[name].fields[key]
		if p.Here == "" {
			p.Where = ""
		}
	}
	return p
}

// mostSwitches is how many are named: of the likeliest stacks.
const mostSwitches = 5

func (f Finding) switches(class failure.Class) []string {
	list := []string{}
	for _, a := range f.of(class) {
		if a.switches != nil {
			return a.switches
		}
	}
	if f.sits() == atRefused || f.sits() != atClient && !slices.Contains(switchedInServers, class) {
		return list // it is the client that would be switched, or nothing
	}
	for _, stack := range f.Stacks {
		for _, s := range messages.Of(stack).Switches.ForClass(class) {
			if !slices.Contains(list, s) && len(list) < mostSwitches {
				list = append(list, s)
			}
		}
	}
	return list
}

// place matches what a command of the prose has for a host and a port.
var place = regexp.MustCompile(`\{(host|port)\}`)

// service is what a stack connects to: its usual port, and the protocol in which TLS is asked for, as openssl s_client
// names it. The zero value is HTTPS.
type service struct {
	port     int
	starttls string
}

var (
	kafka    = service{ports.Kafka, ""}
	ldaps    = service{ports.LDAPS, ""}
	mongodb  = service{ports.MongoDB, ""}
	mysql    = service{ports.MySQL, "mysql"}
	postgres = service{ports.Postgres, "postgres"}
	redis    = service{ports.Redis, ""}
	smtp     = service{ports.SMTP, "smtp"}
)

// services are those of the stacks that connect to nothing else.
var services = map[string]service{
	"pymongo": mongodb, "pymongo-ocsp": mongodb, "mongo-node": mongodb, "mongo-go": mongodb, "mongo-java": mongodb,
	"mongod": mongodb,
	"psql":   postgres, "postgres-server": postgres, "mysql": mysql, "postfix": smtp, "postfix-smtpd": smtp,
	"kafka": kafka, "openldap": ldaps, "redis-server": redis,
}

// service returns what the finding's stacks connect to; HTTPS, which is the zero value, if any of them does.
func (f Finding) service() service {
	var s service
	for i, stack := range f.Stacks {
		if of := services[stack]; i > 0 && of != s {
			return service{}
		} else {
			s = of
		}
	}
	return s
}

// fill puts the finding's host and port into a command.
func (f Finding) fill(command string) string {
	host, port := f.Host, f.Port
	if host == "" {
		host = "HOST"
	}
	s := f.service()
	if port == "" {
		port = strconv.Itoa(cmp.Or(s.port, ports.HTTPS))
	}
	if s.starttls != "" && !strings.Contains(command, "-starttls") {
		command = strings.Replace(command, "openssl s_client ", "openssl s_client -starttls "+s.starttls+" ", 1)
	}
	return place.ReplaceAllStringFunc(command, func(what string) string {
		if what == "{host}" {
			return host
		}
		return port
	})
}

// store returns the command that says which roots the finding's stack trusts.
func (f Finding) store() string {
	for _, stack := range f.Stacks {
		if command := messages.Of(stack).TrustStore; command != "" {
			return f.fill(command)
		}
	}
	return "openssl version -d"
}
