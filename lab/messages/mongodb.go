package messages

var mongodSource = Source{
	Name:    "mongod",
	Verbose: `db.setLogLevel(2, "network")`,
	Service: "mongodb",
	Voices: []Voice{{
		Marks: []string{"InvalidSSLConfiguration"},
		Own:   true,
	}, {
		Marks: []string{
			`"ctx":"conn`, `"c":"NETWORK"`, " NETWORK ", "SSLHandshakeFailed",
			"SSL peer certificate validation failed", "No SSL certificate provided by peer",
			"SSL handshake received but server is started without SSL", "only allow SSL connections",
		},
		Server: true,
	}},
	Switches: Switches{
		All:  []string{"allowInvalidCertificates: true"},
		Host: []string{"allowInvalidHostnames: true"},
		Weak: []string{"disabledProtocols: none"},
	},
}

// mongoSwitches are the switches that MongoDB's drivers have in common.
var mongoSwitches = Switches{
	All:  []string{"tlsInsecure=true", "tlsAllowInvalidCertificates=true"},
	Host: []string{"tlsAllowInvalidHostnames=true"},
	Weak: []string{"CipherString = DEFAULT:@SECLEVEL=0"},
}
