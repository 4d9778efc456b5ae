package messages

import (
	"regexp"
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// lookups are the words of failed look-ups of names, whoever passes them on: those of the systems' resolvers
// (gai_strerror of glibc, musl, macOS and Windows), of c-ares, and of what languages make of them. Beside "there is no
// such name" they say that no resolver could be asked, as on a machine without a network: for a client that is the same
// failure.
var lookups = append(sameClass(failure.NameResolution,
	// glibc
	"Name or service not known", "Temporary failure in name resolution", "No address associated with hostname",
	"Non-recoverable failure in name resolution",
	// musl, which says "Try again" for a failure that may pass
	"Name does not resolve", "[Errno -3] Try again", "getaddrinfo: Try again", "getaddrinfo failed: Try again",
	// macOS and Windows
	"nodename nor servname provided", "No such host is known",
	"The requested name is valid, but no data of the requested type was found",
	// c-ares
	"Domain name not found", "Could not contact DNS servers", "DNS server returned answer with no data",
	// Node.js, Rust, curl, Java and Go
	"getaddrinfo EAI_AGAIN", "getaddrinfo ENOTFOUND", "failed to lookup address information", "Resolving timed out",
	"UnknownHostException",
	// Chromium, which asks no resolver where there is no network
	"net::ERR_INTERNET_DISCONNECTED",
), Rule{
	Contains: "no such host", Class: failure.NameResolution,
	Only: regexp.MustCompile(`dial tcp|https://|Last error`),
})

// sameClass returns rules of one class.
func sameClass(class failure.Class, texts ...string) []Rule {
	var list []Rule
	for _, t := range texts {
		list = append(list, Rule{Contains: t, Class: class})
	}
	return list
}

// withLookups returns the rules of a stack or a program, and those of failed look-ups before them, as these have words
// of time in them. There are none of a name that is not known.
func withLookups(name string) []Rule {
	own := Of(name).Rules
	if own == nil {
		return nil
	}
	return slices.Concat(lookups, own)
}
