// Package messages is what programs and libraries write when TLS fails, a file a source: the rules that
// give words a failure class, the marks that tell who wrote them, what its alerts can stand for, and the
// switches that people reach for, and what to tell of clients that use it. A new source is one file here and a line in
// sources.
package messages

import (
	"regexp"
	"slices"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

// Untold is the class of messages that say that the certificate was refused and not why, as
// Python's are up to 3.6. A judgement never has it.
const Untold failure.Class = "untold"

// Rule maps what a message contains to a failure class.
type Rule struct {
	Contains string
	Class    failure.Class
	// Only is what else a text must match for the rule to count, if the source is not known: much else is
	// said with such words. Nil means nothing.
	Only *regexp.Regexp
	// tells is how much the words tell, where that is less than the class which they are given does.
	tells rank
}

// Source is a program or a library that writes messages.
type Source struct {
	// Name is that of a client stack of the lab, or of another program, lower-case: "python", "nginx".
	Name string
	// Service is the protocol that it speaks over TLS, if it speaks no other: "mongodb", as clients' declarations
	// and scenarios.Service have it, or "smtp". Empty means HTTPS, or any.
	Service string
	// Program says that it is a program that the lab has rules for and does not run.
	Program bool
	// Marks are what only this source writes: a message with one of them is in its words.
	Marks []string
	// Rules give words their class, in the order in which they are tried. Nil means that only marks are
	// known. Every rule is there because the source said so to a server of the lab's.
	Rules []Rule
	// Alerts lists what the alerts that it sends can stand for, canonical first. An alert that is not
	// listed can stand for anything. Stacks that complete the handshake before they judge the certificate,
	// as Node does, send none; GnuTLS sends the same one for everything.
	Alerts map[wire.AlertCode][]failure.Class
	// Voices are the marks by which a text of unknown origin is taken for this source's; nil means those
	// of Marks.
	Voices []Voice
	// Identities are what it alone writes, and no other program that stands on the same library.
	Identities []string
	// Over names the module that it stands on, if that checks certificates itself: "node:tls". What is known
	// of the module is known of it (scenarios.Known). TLS libraries are not named here: clients say which they have.
	Over string
	// Passes lists the sources whose words it passes on.
	Passes []string
	// Switches are what people reach for to make the failure go away.
	Switches Switches
	// Commands matches a word of a command, without its folder, that tells that a client is written in it
	// or uses it. Nil means that no word does.
	Commands *regexp.Regexp
	// Causes lists what in a client's own code most often causes a finding, by the finding's name in
	// lab/lessons/check: "verification-off".
	Causes map[string][]string
	// TrustStore is the command that shows which roots it trusts by itself, with {host} and {port} where
	// those of a server go. Empty means that none is known.
	TrustStore string
}

// Voice is marks that tell who wrote a text, and as what.
type Voice struct {
	Marks []string
	// Sources are whose marks they are, the likelier first; nil means the source's alone.
	Sources []string
	// Server says that a server writes so about its clients.
	Server bool
	// Own says that a program writes so about its own files and settings, before any connection.
	Own bool
}

// sources are in the order in which they are tried: servers before clients, as they quote the same
// libraries; what wraps a library before the library.
var sources = []*Source{
	&haproxyCheckSource, &goServerSource, &nginxUpstreamSource, &nginxSource, &apacheSource, &haproxySource,
	&postgresServerSource, &mongodSource, &erlangServerSource, &erlangSource, &postfixSmtpdSource,
	&opensslServerSource, &redisServerSource,

	&aria2Source, &socatSource, &stunnelSource, &redisCliSource, &mavenSource, &pipSource, &dockerSource,
	&kubectlSource, &npmSource, &gitSource, &psqlSource, &envoySource, &grpcSource, &openldapSource, &kafkaSource,
	&postfixSource,

	&mongoJavaSource, &pymongoSource, &pymongoOCSPSource, &mongoNodeSource, &mongoGoSource,
	&schannelSource, &curlSource, &requestsSource, &urllib3Source, &httpxSource, &aiohttpSource, &cryptographySource,
	&pyopensslSource, &pythonSource,
	&denoSource, &bunSource,
	&axiosSource, &fetchSource, &nodeSource, &okhttpSource, &javaSource, &rubySource, &perlSource, &phpSource,
	&reqwestRustlsSource, &reqwestNativeTlsSource,

	&wgetSource, &gnutlsCliSource, &opensslSource, &goSource, &dotnetSource,
	&chromiumSource, &firefoxSource, &mysqlSource, &boringsslSource, &appleSource, &wolfsslSource, &nssSource,
	&securetransportSource, &mbedtlsSource,

	&shellSource,
}

// Sources returns all sources, in the order in which they are tried.
func Sources() []*Source { return slices.Clone(sources) }

// Of returns the source with a name. For an unknown name it returns an empty source.
func Of(name string) *Source {
	if i := slices.IndexFunc(sources, func(s *Source) bool { return s.Name == name }); i >= 0 {
		return sources[i]
	}
	return new(Source)
}

// Stacks returns the names of the lab's client stacks that have rules, sorted.
func Stacks() []string {
	var names []string
	for _, s := range sources {
		if s.Rules != nil && !s.Program {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Rules returns the rules of a source, in the order in which they are tried. The caller may change the
// result.
func Rules(name string) []Rule { return slices.Clone(Of(name).Rules) }

// AllRules returns the rules of all sources, and those of failed look-ups.
func AllRules() []Rule {
	var list []Rule
	for _, s := range sources {
		list = append(list, s.Rules...)
	}
	return append(list, lookups...)
}

// Classify returns the failure class of the message of a source, by the rule that tells most of it; empty
// if none fits.
func Classify(name, message string) failure.Class {
	r, _ := telling(withLookups(name), message, nil)
	return r.Class
}
