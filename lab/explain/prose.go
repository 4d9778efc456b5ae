package explain

import (
	"fmt"
	"slices"
	"sync"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// Prose explains a failure in one language. Texts may contain code between backquotes. Commands are for a shell. They
// contain the host and port that the finding names, or else HOST and the usual port. The reader has to replace file
// names (ca.pem, cert.pem, client.pem).
type Prose struct {
	// Class is the class that is explained.
	Class failure.Class `json:"class"`
	// Means says what the failure is.
	Means string `json:"means"`
	// Causes are the reasons why it happens, the likeliest first.
	Causes []Cause `json:"causes"`
	// Fix says how to fix it.
	Fix string `json:"fix"`
	// Where names the stack that Here is about ("PyMongo"), and Here says how to do it there. Both are empty if there
	// is nothing to set.
	Where string `json:"where,omitempty"`
	Here  string `json:"here,omitempty"`
	// NoFix is what people do instead, although it does not fix it.
	NoFix NoFix `json:"no_fix"`
	// Reproduce are commands that show the failure in the lab.
	Reproduce []string `json:"reproduce"`
}

// Cause is a reason for a failure.
type Cause struct {
	Text string `json:"text"`
	// Tell says how to tell whether it is this one.
	Tell string `json:"tell"`
	// Commands are the commands to run for that; often none.
	Commands []string `json:"commands,omitempty"`
}

// NoFix is what makes an error go away, or is said to, and does not fix it.
type NoFix struct {
	// Switches are settings of the finding's stacks, as they are written there; empty if no setting is popular.
	Switches []string `json:"switches"`
	Why      string   `json:"why"`
}

// section is the texts below one heading.
type section struct {
	fields map[string]string // by name, for the names that occur once
	causes []Cause
}

// book is the prose of one language.
type book struct {
	classes map[string]section
	aspects map[string]section
	causes  map[string]section
	stacks  map[string]section
	words   lang.Words
}

// books is the prose of every language. The files are part of the program; a test checks that they are complete.
var books = sync.OnceValue(func() map[lang.Tag]book {
	all := map[lang.Tag]book{}
	for _, l := range lang.All() {
		b := book{
			map[string]section{}, map[string]section{}, map[string]section{}, map[string]section{},
			l.Words("explain/words"),
		}
		for name, into := range map[string]map[string]section{
			"certificate": b.classes, "handshake": b.classes, "wire": b.classes, "client": b.classes,
			"stacks": b.stacks, "aspects": b.aspects, "causes": b.causes,
		} {
			if err := sections(l.Entries("explain/"+name), into); err != nil {
				panic(fmt.Errorf("%s: explain/%s: %w", l, name, err))
			}
		}
		all[l] = b
	}
	return all
})

// sections sorts entries into their sections. "cause" begins a cause; the "tell" and "run" that follow belong to it.
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
				return fmt.Errorf("%s is misplaced in section %s", e.Name, name)
			}
			into[name] = s
		}
		if len(e.Sections) == 0 {
			return fmt.Errorf("%s comes before the first section", e.Name)
		}
	}
	return nil
}

// in returns the prose of a language, or the English prose if that language has none.
func in(l lang.Tag) book {
	if b, ok := books()[l]; ok {
		return b
	}
	return books()[lang.English]
}

// The names in explain/stacks.txt of what can be set in a stack.
const (
	trustKey   = "trust"   // which roots it trusts
	chainKey   = "chain"   // what a server sends
	hostKey    = "host"    // which name it verifies
	clientKey  = "client"  // its own certificate
	versionKey = "version" // versions and suites
)

// setting names, for a class, what to set in the client, if there is anything.
var setting = map[failure.Class]string{
	failure.Untrusted: trustKey, failure.SelfSigned: trustKey, failure.BadSignature: trustKey,
	failure.HostnameMismatch: hostKey, failure.UnrecognizedName: hostKey,
	failure.ClientCertificateRequired: clientKey, failure.ClientCertificateRejected: clientKey,
	failure.BadPassphrase:       clientKey,
	failure.ClientMisconfigured: clientKey, failure.BadPEM: trustKey, failure.MissingFile: trustKey,
	failure.ProtocolVersion: versionKey, failure.NoSharedCipher: versionKey, failure.HandshakeFailure: versionKey,
	failure.NoSharedGroup: versionKey,
}

// serverSetting is the same for a server that writes about its client. The client objects to what the server sends,
// the server to what the client sends.
var serverSetting = map[failure.Class]string{
	failure.Untrusted: chainKey, failure.SelfSigned: chainKey, failure.HostnameMismatch: chainKey,
	failure.Expired: chainKey, failure.BadSignature: chainKey,
	failure.WrongUsage: chainKey, failure.KeyMismatch: chainKey, failure.BadPEM: chainKey,
	failure.MissingFile:               chainKey,
	failure.ClientCertificateRequired: trustKey, failure.ClientCertificateRejected: trustKey,
	failure.ProtocolVersion: versionKey, failure.NoSharedCipher: versionKey, failure.HandshakeFailure: versionKey,
}

// Prose explains the finding in a language: its class or, if the message does not tell it, the likeliest one.
func (f Finding) Prose(l lang.Tag) Prose {
	if f.Class == "" && len(f.Possible) > 0 {
		return f.prose(l, f.Possible[0])
	}
	return f.prose(l, f.Class)
}

// Proses explains each class that the finding can have, at most three, the likeliest first.
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
				command = f.store()
			}
			if f.reaches(command) {
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
	if f.pointsTo(class) && !f.hasSection(b, class) && !settable[f.Cause] {
		set = false
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

// settable are the causes for which the setting of the class is the fix.
var settable = map[string]bool{
	"private-ca": true, "own-trust-store": true, "old-trust-store": true, "trust-variable": true, "empty-store": true,
	"address": true, "missing-intermediate": true,
}

// mostSwitches is how many switches are named: those of the likeliest stacks.
const mostSwitches = 5

func (f Finding) switches(class failure.Class) []string {
	list := []string{}
	for _, a := range f.of(class) {
		if a.switches != nil {
			return a.switches
		}
	}
	if f.perspective() == atRefused || f.perspective() != atClient && !slices.Contains(switchedInServers, class) {
		return list // the switches are the client's, or there are none
	}
	if info, _ := failure.Lookup(class); f.pointsTo(class) && info.Group == "client" {
		return list // the cause is in the client's own files, and no switch is about these
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

// store returns the command that shows which roots the finding's stack trusts.
func (f Finding) store() string {
	for _, stack := range f.Stacks {
		if command := messages.Of(stack).TrustStore; command != "" {
			return command
		}
	}
	return "openssl version -d"
}
