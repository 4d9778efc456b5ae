package scenarios

import (
	"crypto/tls"
	"time"

	"example.com/tlslab/scenarios/failure"
)

// timeLimit is the time that clients get in scenarios in which they run into a timeout.
const timeLimit = time.Second

var wire = []Scenario{
	{
		ID: "plain-http", Port: 1, Title: "HTTP where TLS should be",
		Story: Story{
			What: "The port speaks HTTP without TLS, and answers the ClientHello with 400 Bad Request.",
			Where: "TLS that is terminated one hop too early: at a load balancer that forwards HTTP to a TLS " +
				"port; a proxy setting with https instead of http.",
			See: `OpenSSL up to 3.1, Python, Node: "wrong version number" (3.2 and later: record layer failure). ` +
				`Go: "server gave HTTP response to HTTPS client".`,
		},
		Fix:     "Use the right port, or terminate TLS at the right hop.",
		Server:  Server{Fault: FaultPlainHTTP},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.NotTLS),
		Sources: []string{"D3", "badssl"},
	},
	{
		ID: "banner", Port: 2, Title: "an SSH server",
		Story: Story{
			What:  "The port belongs to an SSH server, which sends a banner first.",
			Where: "A mistyped port, or one forwarded to the wrong service.",
			See: `OpenSSL, Python, Node: "wrong version number". Go: "first record does not look like a TLS ` +
				`handshake".`,
		},
		Fix:     "Use the right port.",
		Server:  Server{Fault: FaultBannerSSH},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.NotTLS),
		Sources: []string{"RFC 4253"},
	},
	{
		ID: "banner-mysql", Port: 3, Title: "a MySQL server",
		Story: Story{
			What: "The port belongs to a MySQL server, which sends a greeting first, and starts TLS only when " +
				"asked to in its own protocol.",
			Where: "Protocols that do not start with TLS: MySQL, PostgreSQL, SMTP with STARTTLS.",
			See: `OpenSSL, Python, Node: "wrong version number". Go: "first record does not look like a TLS ` +
				`handshake".`,
		},
		Fix:     "Use a client of that protocol, or the right port.",
		Server:  Server{Fault: FaultBannerMySQL},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.NotTLS),
		Sources: []string{"MySQL client/server protocol"},
	},
	{
		ID: "garbage", Port: 4, Title: "meaningless bytes",
		Story: Story{
			What:  "The server answers the ClientHello with 256 bytes that are not a TLS record.",
			Where: "A proxy with its own protocol, a tunnel that is set up at one end only.",
			See: `OpenSSL, Python, Node: "wrong version number". Go: "first record does not look like a TLS ` +
				`handshake".`,
		},
		Fix:     "Find out what answers on the port.",
		Server:  Server{Fault: FaultGarbage},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.NotTLS, failure.CorruptRecord),
		Sources: []string{"RFC 8446"},
	},
	{
		ID: "garbage-oversized-record", Port: 5, Title: "a record that is too long",
		Story: Story{
			What: "The server answers with a handshake record of 65,535 bytes; the maximum is 16,384 plus some " +
				"for encryption (RFC 8446, section 5.2).",
			Where: "Broken middleboxes, and embedded TLS stacks that miscount.",
			See:   `OpenSSL, Python, Node: "packet length too long". Go: "oversized record received".`,
		},
		Fix:     "Replace the server, or whatever alters its records in transit.",
		Server:  Server{Fault: FaultOversizedRecord},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.CorruptRecord),
		Sources: []string{"RFC 8446"},
	},
	{
		ID: "garbage-short-record", Port: 6, Title: "the connection ends in the middle of a record",
		Story: Story{
			What:  "The server sends half of its first record and closes the connection.",
			Where: "Middleboxes with too small a buffer, crashing servers.",
			See:   `Python: "EOF occurred in violation of protocol". Go: "unexpected EOF".`,
		},
		Fix:     "Read the server's log; look for a middlebox that closes the connection.",
		Server:  Server{Fault: FaultShortRecord},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.UnexpectedEOF, failure.CorruptRecord),
		Known: []Known{bunClosed}, Sources: []string{"RFC 8446"},
	},
	{
		ID: "connection-refused", Port: 7, Title: "nothing listens",
		Story: Story{
			What:  "Nothing listens on the port: the system answers with a reset.",
			Where: "The server is down, or listens on another port or address.",
			See:   `Python, Go: "connection refused". Node: "ECONNREFUSED". curl: "Couldn't connect to server".`,
		},
		Fix:     "Start the server, or use the right address.",
		Server:  Server{Fault: FaultRefused},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.ConnectionRefused),
		Sources: []string{"D3"},
	},
	{
		ID: "reset-on-accept", Port: 8, Title: "a reset at the first byte",
		Story: Story{
			What:  "The connection is accepted, but reset at the client's first byte.",
			Where: "A load balancer without a healthy server behind it, an access list.",
			See:   `Python, Go: "connection reset by peer". Node: "ECONNRESET".`,
		},
		Fix:     "Read the load balancer's log; check access lists.",
		Server:  Server{Fault: FaultResetOnAccept},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.ConnectionReset),
		Known: []Known{denoReset, libpqReset}, Sources: []string{"D3"},
	},
	{
		ID: "reset-after-hello", Port: 9, Title: "a reset on the ClientHello",
		Story: Story{
			What:  "The server reads the ClientHello, then the connection is reset.",
			Where: "Firewalls that inspect SNI; servers that crash.",
			See:   `Python, Go: "connection reset by peer". Node: "ECONNRESET".`,
		},
		Fix:     "Look for a firewall in between; read the server's log.",
		Server:  Server{Fault: FaultResetAfterHello},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.ConnectionReset),
		Known: []Known{denoReset}, Sources: []string{"D3"},
	},
	{
		ID: "reset-after-certificate", Port: 10, Title: "a reset after the Certificate",
		Story: Story{
			What: "The server sends ServerHello and Certificate, then the connection is reset. This is TLS 1.2, " +
				"where the two can be told apart on the wire.",
			Where: "Firewalls that inspect certificates.",
			See:   `Python, Go: "connection reset by peer". Node: "ECONNRESET".`,
		},
		Fix:     "Look for a firewall in between that inspects certificates.",
		Server:  Server{MaxVersion: tls.VersionTLS12, Fault: FaultResetAfterCertificate},
		Control: "good-tls12", Defect: []string{"server.fault"}, Expect: reject(failure.ConnectionReset),
		Known:   []Known{nodeReset},
		Sources: []string{"D3"},
	},
	{
		ID: "close-after-hello", Port: 11, Title: "the connection closes on the ClientHello",
		Story: Story{
			What: "The server reads the ClientHello and closes the connection, without an alert.",
			Where: "A mongod that refuses a client; TLS on a port whose server expects something else; a server " +
				"out of memory.",
			See: `Python: "EOF occurred in violation of protocol". Node: "Client network socket disconnected ` +
				`before secure TLS connection was established". Go: "EOF".`,
		},
		Fix:     "Read the server's log; look for a middlebox.",
		Server:  Server{Fault: FaultCloseAfterHello},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.UnexpectedEOF),
		Known: []Known{bunClosed}, Sources: []string{"D2"},
	},
	{
		ID: "silent", Port: 12, Title: "the server accepts and never answers",
		Story: Story{
			What: "The server accepts the connection, reads the ClientHello and never answers.",
			Where: "A process that hangs while its listener is still open; plain MongoDB, which waits for the " +
				"rest of a message; a stateful firewall that lost the connection.",
			See: `Python: "The handshake operation timed out". curl: "timed out after". Go: "Client.Timeout ` +
				`exceeded". openssl s_client waits forever.`,
		},
		Fix:    "Find out what the server is doing; give every client a time limit.",
		Server: Server{Fault: FaultSilent}, Patience: timeLimit,
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "stalled-certificate", Port: 13, Title: "the server stops in the middle of its Certificate",
		Story: Story{
			What: "The first half of the Certificate message arrives, and nothing more. This is TLS 1.2, where " +
				"it can be seen on the wire.",
			Where: "Path MTU black holes: small packets get through, the large Certificate does not. " +
				"VPNs and tunnels.",
			See: `Python: "The handshake operation timed out". curl: "timed out after". Go: "Client.Timeout ` +
				`exceeded".`,
		},
		Fix:    "Let ICMP Fragmentation Needed through, or lower the MTU (RFC 8899).",
		Server: Server{MaxVersion: tls.VersionTLS12, Fault: FaultStalledCertificate}, Patience: timeLimit,
		Control: "good-tls12", Defect: []string{"server.fault"}, Expect: reject(failure.Timeout),
		Sources: []string{"D3", "RFC 2923"},
	},
	{
		ID: "slow", Port: 14, Title: "every record is delayed",
		Story: Story{
			What:  "Every record from the server is a tenth of a second late; otherwise nothing is wrong.",
			Where: "Satellite links, overloaded servers.",
			See:   "The client gets a response, if its time limit is more than about a second.",
		},
		Fix:     "Give the client a time limit that suits the connection.",
		Server:  Server{Fault: FaultSlow},
		Control: "good", Defect: []string{"server.fault"}, Expect: accept, Sources: []string{"D3"},
	},
	{
		ID: "syn-dropped", Port: 15, Title: "connections are never accepted",
		Story: Story{
			What: "The server's accept queue is full, so the system drops every SYN, which looks like a firewall " +
				"to the client.",
			Where: "Cloud security groups, a firewall between networks; a server that has stopped accepting " +
				"connections.",
			See: `Python: "timed out". curl: "timed out after". Go: "Client.Timeout exceeded".`,
		},
		Fix:    "Open the port in the firewall; give every client a connect timeout.",
		Server: Server{Fault: FaultSYNDropped}, Patience: timeLimit,
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "unknown-host", Port: 16, Title: "the name does not resolve", Host: "does-not-exist.invalid",
		Story: Story{
			What: "The client is given a name below .invalid, which never resolves (RFC 6761, section 6.4), and " +
				"no address.",
			Where: "A mistyped name; a private zone that the client's resolver does not see.",
			See: `Python, openssl: "Name or service not known". Go: "no such host". Node: "ENOTFOUND". curl: ` +
				`"Could not resolve host".`,
		},
		Fix:     "Correct the name or its DNS record.",
		Server:  Server{Fault: FaultUnresolved},
		Control: "good", Defect: []string{"host", "server.fault"}, Expect: reject(failure.NameResolution),
		Sources: []string{"D3", "RFC 6761"},
	},
	{
		ID: "truncated-response", Port: 17, Title: "the connection closes in the middle of the answer",
		Story: Story{
			What: "The handshake is good, half of the response arrives, and the connection closes without " +
				"close_notify (RFC 8446, section 6.1). An attacker who can cut connections can truncate responses " +
				"this way.",
			Where: "Servers that crash or are stopped while they respond; proxies with a limit.",
			See: `Go: "unexpected EOF". Python: "IncompleteRead" or "unexpected eof while reading". curl: ` +
				`"transfer closed with". Node: "aborted".`,
		},
		Fix:     "Read the server's log; do not tell the client to ignore the missing close_notify.",
		Server:  Server{Fault: FaultTruncatedResponse},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.UnexpectedEOF),
		Known: []Known{phpTruncated, javaTruncated, bunClosed}, Sources: []string{"RFC 8446"},
	},
}
