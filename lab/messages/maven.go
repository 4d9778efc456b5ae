package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var mavenSource = Source{
	Name:    "maven",
	Verbose: "MAVEN_OPTS=-Djavax.net.debug=ssl:handshake",
	Program: true,
	Marks:   []string{"Could not transfer metadata ", "Could not transfer artifact "},
	Rules:   mavenRules,
	Alerts:  javaAlerts,
	Passes:  []string{"java"},
	Switches: Switches{
		All: []string{
			"-Dmaven.wagon.http.ssl.insecure=true", "-Daether.connector.https.securityMode=insecure",
		},
		Host: []string{"-Dmaven.wagon.http.ssl.allowall=true"},
		Weak: javaSwitches.Weak,
	},
	TrustStore: javaTrustStore,
}

// mavenRules are Maven's own texts, and those of its TLS library, which it passes on.
var mavenRules = slices.Concat([]Rule{
	{Contains: "validity check failed: NotAfter", Class: failure.Expired},
	{Contains: "validity check failed: NotBefore", Class: failure.NotYetValid},
	{Contains: "doesn't match any of the subject alternative names", Class: failure.HostnameMismatch},
}, javaRules)
