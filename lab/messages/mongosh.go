package messages

// mongoshSource is MongoDB's shell. It writes what the driver for Node.js does, so only its name tells it: it gives it
// to the server as appName, and prints it with the address.
var mongoshSource = Source{
	Name:    "mongosh",
	Service: "mongodb",
	Voices: []Voice{{
		Marks: []string{"mongosh ", "appName=mongosh", "Current Mongosh Log ID"},
	}},
	Passes: []string{"mongo-node"},
	Switches: Switches{
		All:  []string{"--tlsAllowInvalidCertificates"},
		Host: []string{"--tlsAllowInvalidHostnames"},
	},
	TrustStore: nodeTrustStore,
}
