package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var fetchSource = Source{
	Name:    "fetch",
	Verbose: "NODE_DEBUG=undici",
	Rules:   fetchRules,
	Voices: []Voice{{
		Marks: []string{"fetch failed", "undici"},
	}},
	Switches:   nodeSwitches,
	TrustStore: nodeTrustStore,
	Over:       nodeTLS,
}

// fetchRules are the texts of undici, which implements fetch, and of Node, on which it is built.
var fetchRules = slices.Concat([]Rule{
	{Contains: "other side closed", Class: failure.UnexpectedEOF, Only: lazyregexp.New(`fetch failed|undici`)},
	{
		Contains: "Response body length does not match", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`fetch failed|undici`),
	},
}, nodeRules)
