package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

// lookups are the rules for failed lookups of names, whichever program passes the words on: those of system resolvers
// (gai_strerror of glibc, musl, macOS and Windows), of c-ares, and of the languages on top of them. Some say that there
// is no such name, others that no resolver could be reached, as on a machine without a network. For a client both are
// the same failure.
var lookups = append(sameClass(failure.NameResolution,
	// glibc
	"Name or service not known", "Temporary failure in name resolution", "No address associated with hostname",
	"Non-recoverable failure in name resolution",
	// musl, which says "Try again" for a temporary failure
	"Name does not resolve", "[Errno -3] Try again", "getaddrinfo: Try again", "getaddrinfo failed: Try again",
	// macOS and Windows
	"nodename nor servname provided", "No such host is known",
	"The requested name is valid, but no data of the requested type was found",
	// c-ares
	"Domain name not found", "Could not contact DNS servers", "DNS server returned answer with no data",
	// Node.js, Rust, curl, Java and Go
	"getaddrinfo EAI_AGAIN", "getaddrinfo ENOTFOUND", "failed to lookup address information", "Resolving timed out",
	"UnknownHostException",
	// Chromium, which asks no resolver if there is no network
	"net::ERR_INTERNET_DISCONNECTED",
), Rule{
	Contains: "no such host", Class: failure.NameResolution,
	Only: lazyregexp.New(`dial tcp|https://|Last error`),
})

// sameClass returns rules that give texts the same class.
func sameClass(class failure.Class, texts ...string) []Rule {
	var list []Rule
	for _, t := range texts {
		list = append(list, Rule{Contains: t, Class: class})
	}
	return list
}

// withLookups returns the rules for failed lookups and those of a stack or a program. Lookups come first, because their
// words can look like those of a timeout. For an unknown name there are none.
func withLookups(name string) []Rule {
	own := Of(name).Rules
	if own == nil {
		return nil
	}
	return slices.Concat(lookups, own)
}
