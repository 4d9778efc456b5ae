package lessons

import "example.com/tlslab/scenarios"

// Commands of several lessons for a learner's file, whose name is prefixed with the lesson's ID.
var (
	urlAndCA = []string{"python3", "client.py", "{url}", "{ca}"}
	withKey  = []string{"python3", "client.py", "--ca", "{ca}", "--cert", "{cert}", "--key", "{key}", "--password",
		"{password}", "{url}"}
	hostPort = []string{"python3", "client.py", "{host}", "{connect}", "{ca}"}
)

// table lists the lessons in order. IDs do not change; numbers are positions.
var table = []Lesson{
	{
		ID: "read-an-error", Minutes: 15, Level: First, Command: urlAndCA, OwnWords: true,
		Controls:   []string{"good"},
		Scenarios:  []string{"expired", "not-yet-valid", "untrusted-root"},
		Neighbours: []string{"wrong-host", "self-signed"},
	},
	{
		ID: "missing-intermediate", Minutes: 15, Level: First, Command: urlAndCA,
		Controls:   []string{"good", "good-long-chain"},
		Scenarios:  []string{"missing-intermediate", "wrong-intermediate"},
		Neighbours: []string{"untrusted-root", "wrong-host", "expired"},
	},
	{
		ID: "names", Minutes: 20, Level: Second, Command: hostPort,
		Controls:   []string{"good", "good-ip", "good-wildcard"},
		Scenarios:  []string{"wrong-host", "wrong-ip", "wildcard-too-deep", "wildcard-bare"},
		Neighbours: []string{"ip-as-dns-name", "untrusted-root", "expired"},
	},
	{
		ID: "which-ca", Minutes: 15, Level: Second, Command: urlAndCA,
		Controls:   []string{"good", "good-tls13", "good-rsa2048"},
		Scenarios:  []string{"untrusted-root", "impostor-root"},
		Neighbours: []string{"self-signed", "wrong-host", "expired"},
	},
	{
		ID: "self-signed", Minutes: 15, Level: First, Command: []string{"sh", "client.sh", "{url}", "{ca}"},
		Controls:   []string{"good", "good-root-sent"},
		Scenarios:  []string{"self-signed", "untrusted-root"},
		Neighbours: []string{"wrong-host", "expired"},
	},
	{
		ID: "client-certificates", Minutes: 25, Level: Second, Command: withKey,
		Controls: []string{"good-client-certificate", "client-certificate-optional", "client-key-encrypted"},
		Scenarios: []string{"client-certificate-expired", "client-certificate-untrusted", "client-key-mismatch",
			"client-key-wrong-passphrase"},
		Neighbours: []string{"untrusted-root", "wrong-host"},
	},
	{
		ID: "revocation", Minutes: 25, Level: Second, Command: []string{"python3", "client.py", "--crl", "{crl}",
			"{url}", "{ca}"},
		Features:   []string{scenarios.FeatureCRL},
		Controls:   []string{"good-crl", "good"},
		Scenarios:  []string{"revoked-crl", "crl-expired", "crl-wrong-issuer"},
		Neighbours: []string{"expired", "untrusted-root", "wrong-host"},
	},
	{
		ID: "protocol-and-ciphers", Minutes: 20, Level: Second, Command: urlAndCA,
		Controls:   []string{"good-tls12-rsa", "good-tls13"},
		Scenarios:  []string{"tls10-only", "tls11-only", "sha1-leaf"},
		Neighbours: []string{"triple-des-only", "expired", "untrusted-root", "wrong-host"},
	},
	{
		ID: "not-tls", Minutes: 20, Level: Second, Command: urlAndCA,
		Controls:   []string{"good", "slow"},
		Scenarios:  []string{"plain-http", "connection-refused", "close-after-hello", "reset-after-hello", "silent"},
		Neighbours: []string{"truncated-response", "expired", "wrong-host"},
	},
	{
		ID: "python-upgrade", Minutes: 25, Level: Second, Command: withKey,
		Controls:   []string{"good", "good-client-certificate"},
		Scenarios:  []string{"missing-intermediate", "wrong-host"},
		Neighbours: []string{"untrusted-root", "self-signed", "expired"},
	},
	{
		ID: "pymongo", Minutes: 30, Level: Third, Command: []string{"python3", "client.py", "--combined", "{combined}",
			"--password", "{password}", "{url}", "{ca}"},
		Controls:   []string{"mongo-good", "mongo-good-client-certificate"},
		Scenarios:  []string{"mongo-wrong-host", "mongo-expired", "mongo-untrusted-root"},
		Neighbours: []string{"mongo-wrong-usage", "mongo-client-certificate-expired"},
	},
	{
		ID: "verification-guide", Minutes: 20, Level: Second, Command: []string{"sh", "probe.sh", "{host}",
			"{connect}", "{ca}"},
		Controls:   []string{"good", "good-ip"},
		Scenarios:  []string{"wrong-host", "expired", "missing-intermediate"},
		Neighbours: []string{"wrong-ip", "untrusted-root", "self-signed"},
	},
	{
		ID: "rotate-a-root", Minutes: 20, Level: Third, Command: urlAndCA,
		Controls:   []string{"good", "good-rsa2048", "good-cross-signed"},
		Scenarios:  []string{"rotated-root", "impostor-root"},
		Neighbours: []string{"untrusted-root", "expired", "wrong-host"},
	},
	{
		ID: "write-a-client", Minutes: 40, Level: Third, Command: []string{"python3", "client.py", "{host}",
			"{connect}", "{ca}"},
		Controls: []string{"good", "good-ip", "good-wildcard", "good-long-chain", "good-tls12", "good-tls13",
			"slow"},
		Scenarios: []string{"expired", "not-yet-valid", "wrong-host", "wrong-ip", "wildcard-too-deep",
			"untrusted-root", "self-signed", "missing-intermediate", "tampered-leaf", "wrong-usage"},
		Neighbours: []string{"tls10-only", "sha1-leaf", "plain-http", "close-after-hello", "connection-refused",
			"silent", "truncated-response"},
	},
	{
		ID: "test-your-client", Minutes: 20, Level: Third,
		Scenarios: []string{"expired", "wrong-host", "trailing-dot-name"},
		Controls:  []string{"good"},
	},
	{
		ID: "from-an-outage", Minutes: 20, Level: Third,
		Scenarios: []string{"missing-intermediate"},
		Controls:  []string{"good"},
	},
}
