package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var mongoNodeSource = Source{
	Name:    "mongo-node",
	Verbose: "NODE_DEBUG=tls",
	Service: "mongodb",
	Rules:   mongoNodeRules,
	Voices: []Voice{{
		Marks: []string{
			"MongoServerSelectionError", "MongoNetworkError", "MongooseServerSelectionError", "MongooseError",
		},
	}},
	Switches:   mongoSwitches,
	TrustStore: nodeTrustStore,
	Over:       nodeTLS,
}

// mongoNodeRules are the texts of the driver for Node.js, which passes on Node's texts and has its own for timeouts.
var mongoNodeRules = slices.Concat([]Rule{
	{Contains: "timed out after", Class: failure.Timeout, Only: outOfTime},
	{
		Contains: " closed", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`Mongo\w*Error: connection .* closed`),
	},
}, nodeRules)
