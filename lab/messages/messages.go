// Package messages knows what programs and libraries write when TLS fails. Each source has a file: the rules that give
// words a failure class, the marks that tell who wrote them, what its alerts can mean, the switches that people reach
// for, and what is known about clients that use it. A new source is one file here and a line in sources.
package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

// Untold is the class of messages that say that the certificate was refused but not why, as Python's did up to 3.6. A
// judgement never has it.
const Untold failure.Class = "untold"

// Rule maps what a message contains to a failure class.
type Rule struct {
	Contains string
	Class    failure.Class
	// Only must match the message as well if its source is not known, because the words have many other uses. Nil
	// means no condition.
	Only *lazyregexp.Regexp
	// tells is how telling the words are, if that is less than their class suggests.
	tells rank
}

// Source is a program or a library that writes messages.
type Source struct {
	// Name is the name of a client stack of the lab, or of another program, in lower case: "python", "nginx".
	Name string
	// Service is the protocol that it speaks over TLS, if it speaks no other: "mongodb", as clients' declarations
	// and scenarios.Service have it, or "smtp". Empty means HTTPS, or any.
	Service string
	// Program says that it is a program with rules that the lab does not run.
	Program bool
	// Marks are texts that only this source writes: a message with one of them is in its words.
	Marks []string
	// Rules give words their class, in the order in which they are tried. Nil means that only marks are known. There
	// is no rule for words that the source has not written about a server of the lab.
	Rules []Rule
	// Alerts lists what the alerts that it sends can mean, the canonical class first. An alert that is not listed can
	// mean anything. Stacks that judge the certificate after the handshake, as Node does, send no alert; GnuTLS sends
	// the same one for everything.
	Alerts map[wire.AlertCode][]failure.Class
	// Voices are the marks by which a text of unknown origin is attributed to this source. Nil means Marks.
	Voices []Voice
	// Identities are texts that it alone writes, and no other program that uses the same library.
	Identities []string
	// Over names the module that it is built on, if that module checks certificates itself: "node:tls". What is known
	// about the module holds for it too (scenarios.Known). It does not name TLS libraries: clients report theirs.
	Over string
	// Passes lists the sources whose messages it passes on.
	Passes []string
	// Switches are what people reach for to make the failure go away.
	Switches Switches
	// Verbose is what makes it write more about TLS: a command, a variable or a setting, as it is written there. Empty
	// if nothing is known.
	Verbose string
	// Commands matches a word of a command, without its directory, that shows that a client is written in it or uses
	// it. Nil means that none does.
	Commands *lazyregexp.Regexp
	// Causes lists what in a client's code most often causes a finding, by the name of the finding in
	// lab/lessons/check: "verification-off".
	Causes map[string][]string
	// TrustStore is the command that shows which roots it trusts by default, with {host} and {port} as placeholders
	// for a server's. Empty means that none is known.
	TrustStore string
}

// Voice is a set of marks that tell who wrote a text, and in which role.
type Voice struct {
	Marks []string
	// Sources are the sources that the marks belong to, the likeliest first. Nil means only this source.
	Sources []string
	// Server says that these are a server's messages about its clients.
	Server bool
	// Own says that these are messages about the program's own files and settings, before any connection.
	Own bool
}

// sources lists all sources, in the order in which they are tried: servers before clients, because both quote the same
// libraries; wrappers before the libraries they wrap.
var sources = []*Source{
	&haproxyCheckSource, &goServerSource, &nginxUpstreamSource, &nginxSource, &apacheSource, &haproxySource,
	&postgresServerSource, &mongodSource, &erlangServerSource, &erlangSource, &postfixSmtpdSource,
	&dovecotSource, &elasticsearchSource, &opensslServerSource, &redisServerSource,

	&aria2Source, &socatSource, &stunnelSource, &redisCliSource, &gradleSource, &mavenSource, &uvSource,
	&poetrySource, &condaSource, &pipSource, &podmanSource, &helmSource, &terraformSource, &vaultSource,
	&traefikSource, &linkerdSource, &dockerSource, &kubectlSource, &yarnSource, &pnpmSource, &npmSource,
	&cargoSource, &composerSource, &bundlerSource, &aptSource, &gitSource, &psqlSource, &sqlcmdSource,
	&openVPNSource, &envoySource, &grpcSource, &openldapSource, &kafkaSource, &postfixSource, &espIDFSource,
	&androidSource,

	&mongoshSource, &mongoJavaSource, &pymongoSource, &pymongoOCSPSource, &mongoNodeSource, &mongoGoSource,
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

// Rules returns the rules of a source, in the order in which they are tried. The caller may change the result.
func Rules(name string) []Rule { return slices.Clone(Of(name).Rules) }

// AllRules returns the rules of all sources, and those for failed lookups.
func AllRules() []Rule {
	var list []Rule
	for _, s := range sources {
		list = append(list, s.Rules...)
	}
	return append(list, lookups...)
}

// Classify returns the failure class of a source's message, by the most telling rule; empty if no rule fits.
func Classify(name, message string) failure.Class {
	r, _ := telling(withLookups(name), message, nil)
	return r.Class
}
