package messages

// openVPNSource writes the same as a client and as a server. The marks are from angristan/openvpn-install 1073 and
// Nyr/openvpn-install 352; the one about a name is from the program's source.
var openVPNSource = Source{
	Name:    "openvpn",
	Verbose: "verb 6",
	Service: "openvpn",
	Voices: []Voice{{
		Marks: []string{
			"VERIFY ERROR: depth=", "VERIFY X509NAME ERROR: ", "VERIFY KU ERROR", "VERIFY EKU ERROR",
			"TLS_ERROR: BIO read tls_read_plaintext error", "TLS Error: TLS ", "openvpn[", "ovpn-server[",
			"ovpn-client[",
		},
	}},
	Passes: []string{"openssl"},
	Switches: Switches{
		Weak: []string{"tls-cert-profile insecure", "tls-version-min 1.0"},
	},
}
