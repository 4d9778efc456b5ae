package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var mongoJavaSource = Source{
	Name:    "mongo-java",
	Verbose: "-Djavax.net.debug=ssl:handshake",
	Service: "mongodb",
	Rules:   mongoJavaRules,
	Alerts:  javaAlerts,
	Voices: []Voice{{
		Marks: []string{"com.mongodb."},
	}},
	Switches: Switches{
		All:  append([]string{"invalidHostNameAllowed(true)"}, javaSwitches.All...),
		Host: javaSwitches.Host,
		Weak: javaSwitches.Weak,
	},
	TrustStore: javaTrustStore,
}

// mongoJavaRules are the texts of MongoDB's driver for Java, which passes on those of JSSE.
var mongoJavaRules = slices.Concat([]Rule{
	{Contains: "Prematurely reached end of stream", Class: failure.UnexpectedEOF},
}, javaRules)
