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
			What:  "The port speaks HTTP without TLS, and answers the ClientHello with 400 Bad Request.",
			Where: "TLS ended one hop too early: at a load balancer that passes HTTP on to a client's TLS port; a proxy setting with https where http is meant.",
			See:   `OpenSSL up to 3.1, Python, Node: "wrong version number" (3.2 and later: record layer failure). Go: "server gave HTTP response to HTTPS client".`,
		},
		Fix:     "Use the right port, or let TLS end at the right hop.",
		Server:  Server{Fault: FaultPlainHTTP},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.NotTLS), Sources: []string{"D3", "badssl"},
	},
	{
		ID: "banner", Port: 2, Title: "an SSH server",
		Story: Story{
			What:  "The port belongs to an SSH server, which speaks first.",
			Where: "A port mistyped, or forwarded to the wrong service.",
			See:   `OpenSSL, Python, Node: "wrong version number". Go: "first record does not look like a TLS handshake".`,
		},
		Fix:     "Use the right port.",
		Server:  Server{Fault: FaultBannerSSH},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.NotTLS), Sources: []string{"RFC 4253"},
	},
	{
		ID: "banner-mysql", Port: 3, Title: "a MySQL server",
		Story: Story{
			What:  "The port belongs to a MySQL server, which speaks first, and would begin TLS only when asked to in its own protocol.",
			Where: "Databases whose TLS is not TLS from the first byte: MySQL, PostgreSQL, SMTP with STARTTLS.",
			See:   `OpenSSL, Python, Node: "wrong version number". Go: "first record does not look like a TLS handshake".`,
		},
		Fix:     "Use a client of that protocol, or the right port.",
		Server:  Server{Fault: FaultBannerMySQL},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.NotTLS), Sources: []string{"MySQL client/server protocol"},
	},
	{
		ID: "garbage", Port: 4, Title: "bytes that mean nothing",
		Story: Story{
			What:  "The server answers the ClientHello with 256 bytes that are no TLS record.",
			Where: "A proxy that speaks a protocol of its own, a tunnel that is set up at one end only.",
			See:   `OpenSSL, Python, Node: "wrong version number". Go: "first record does not look like a TLS handshake".`,
		},
		Fix:     "Look for what answers on the port.",
		Server:  Server{Fault: FaultGarbage},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.NotTLS, failure.CorruptRecord), Sources: []string{"RFC 8446"},
	},
	{
		ID: "garbage-oversized-record", Port: 5, Title: "a record longer than any may be",
		Story: Story{
			What:  "The server answers with a handshake record of 65,535 bytes; 16,384 and some for encryption are the most (RFC 8446, section 5.2).",
			Where: "Broken middleboxes, and embedded TLS stacks that count wrong.",
			See:   `OpenSSL, Python, Node: "packet length too long". Go: "oversized record received".`,
		},
		Fix:     "Replace the server, or what alters its records on the way.",
		Server:  Server{Fault: FaultOversizedRecord},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.CorruptRecord), Sources: []string{"RFC 8446"},
	},
	{
		ID: "garbage-short-record", Port: 6, Title: "the connection ends in the middle of a record",
		Story: Story{
			What:  "The server sends half of its first record and closes the connection.",
			Where: "Middleboxes with a buffer too small, crashing servers.",
			See:   `Python: "EOF occurred in violation of protocol". Go: "unexpected EOF".`,
		},
		Fix:     "Read the server's log; look for a middlebox that closes the connection.",
		Server:  Server{Fault: FaultShortRecord},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.UnexpectedEOF, failure.CorruptRecord), Known: []Known{bunClosed}, Sources: []string{"RFC 8446"},
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
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.ConnectionRefused), Sources: []string{"D3"},
	},
	{
		ID: "reset-on-accept", Port: 8, Title: "a reset at the first byte",
		Story: Story{
			What:  "The connection is accepted, and reset at the client's first byte.",
			Where: "A load balancer without a healthy server behind it, an access list.",
			See:   `Python, Go: "connection reset by peer". Node: "ECONNRESET".`,
		},
		Fix:     "Read the log of the load balancer; look at access lists.",
		Server:  Server{Fault: FaultResetOnAccept},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.ConnectionReset), Known: []Known{denoReset}, Sources: []string{"D3"},
	},
	{
		ID: "reset-after-hello", Port: 9, Title: "a reset on the ClientHello",
		Story: Story{
			What:  "The server reads the ClientHello, and the connection is reset.",
			Where: "Firewalls that read SNI; servers that crash.",
			See:   `Python, Go: "connection reset by peer". Node: "ECONNRESET".`,
		},
		Fix:     "Look for a firewall between; read the server's log.",
		Server:  Server{Fault: FaultResetAfterHello},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.ConnectionReset), Known: []Known{denoReset}, Sources: []string{"D3"},
	},
	{
		ID: "reset-after-certificate", Port: 10, Title: "a reset after the Certificate",
		Story: Story{
			What:  "The server sends ServerHello and Certificate, and the connection is reset. TLS 1.2, where they can be told apart on the wire.",
			Where: "Firewalls that read certificates.",
			See:   `Python, Go: "connection reset by peer". Node: "ECONNRESET".`,
		},
		Fix:     "Look for a firewall between that reads certificates.",
		Server:  Server{MaxVersion: tls.VersionTLS12, Fault: FaultResetAfterCertificate},
		Control: "good-tls12", Defect: []string{"server.fault"}, Expect: reject(failure.ConnectionReset), Known: []Known{nodeReset},
		Sources: []string{"D3"},
	},
	{
		ID: "close-after-hello", Port: 11, Title: "the connection closes on the ClientHello",
		Story: Story{
			What:  "The server reads the ClientHello and closes the connection, without an alert.",
			Where: "mongod, where it refuses; TLS on a port whose server expects something else; a server out of memory.",
			See:   `Python: "EOF occurred in violation of protocol". Node: "Client network socket disconnected before secure TLS connection was established". Go: "EOF".`,
		},
		Fix:     "Read the server's log; look for a middlebox.",
		Server:  Server{Fault: FaultCloseAfterHello},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.UnexpectedEOF), Known: []Known{bunClosed}, Sources: []string{"D2"},
	},
	{
		ID: "silent", Port: 12, Title: "the server accepts and never answers",
		Story: Story{
			What:  "The server accepts the connection, takes the ClientHello and says nothing.",
			Where: "A process that hangs, with its listener still there; plain MongoDB, which waits for the rest of a message; a stateful firewall that lost the connection.",
			See:   `Python: "The handshake operation timed out". curl: "timed out after". Go: "Client.Timeout exceeded". openssl s_client waits for ever.`,
		},
		Fix:    "Look at what the server does; give every client a time limit.",
		Server: Server{Fault: FaultSilent}, Patience: timeLimit,
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "stalled-certificate", Port: 13, Title: "the server stops in the middle of its Certificate",
		Story: Story{
			What:  "The first half of the Certificate message comes, and nothing more. TLS 1.2, where it can be told on the wire.",
			Where: "Path MTU black holes: small packets pass, the large Certificate does not. VPNs and tunnels.",
			See:   `Python: "The handshake operation timed out". curl: "timed out after". Go: "Client.Timeout exceeded".`,
		},
		Fix:    "Let ICMP Fragmentation Needed through, or lower the MTU (RFC 8899).",
		Server: Server{MaxVersion: tls.VersionTLS12, Fault: FaultStalledCertificate}, Patience: timeLimit,
		Control: "good-tls12", Defect: []string{"server.fault"}, Expect: reject(failure.Timeout), Sources: []string{"D3", "RFC 2923"},
	},
	{
		ID: "slow", Port: 14, Title: "every record is late",
		Story: Story{
			What:  "Every record of the server's comes a tenth of a second late, and all is well otherwise.",
			Where: "Satellite links, overloaded servers.",
			See:   "The client gets an answer, if its time limit is more than a second or so.",
		},
		Fix:     "Give the client a time limit that fits the line.",
		Server:  Server{Fault: FaultSlow},
		Control: "good", Defect: []string{"server.fault"}, Expect: accept, Sources: []string{"D3"},
	},
	{
		ID: "syn-dropped", Port: 15, Title: "connections are never accepted",
		Story: Story{
			What:  "The server's queue of connections is full, so that the system drops every SYN: to the client it is a firewall that drops.",
			Where: "Cloud security groups, a firewall between networks; a server that has stopped to accept.",
			See:   `Python: "timed out". curl: "timed out after". Go: "Client.Timeout exceeded".`,
		},
		Fix:    "Open the firewall for the port; give every client a time limit to connect.",
		Server: Server{Fault: FaultSYNDropped}, Patience: timeLimit,
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "unknown-host", Port: 16, Title: "the name does not resolve", Host: "does-not-exist.invalid",
		Story: Story{
			What:  "The client is given a name below .invalid, which never resolves (RFC 6761, section 6.4), and no address.",
			Where: "A name mistyped; a private zone that the client's resolver does not see.",
			See:   `Python, openssl: "Name or service not known". Go: "no such host". Node: "ENOTFOUND". curl: "Could not resolve host".`,
		},
		Fix:     "Correct the name or its DNS record.",
		Server:  Server{Fault: FaultUnresolved},
		Control: "good", Defect: []string{"host", "server.fault"}, Expect: reject(failure.NameResolution), Sources: []string{"D3", "RFC 6761"},
	},
	{
		ID: "truncated-response", Port: 17, Title: "the connection closes in the middle of the answer",
		Story: Story{
			What:  "The handshake is good, half of the answer comes, and the connection closes without close_notify (RFC 8446, section 6.1): whoever cuts a connection can shorten answers so.",
			Where: "Servers that crash or are ended while they answer; proxies with a limit.",
			See:   `Go: "unexpected EOF". Python: "IncompleteRead" or "unexpected eof while reading". curl: "transfer closed with". Node: "aborted".`,
		},
		Fix:     "Read the server's log; do not tell the client to ignore the missing close_notify.",
		Server:  Server{Fault: FaultTruncatedResponse},
		Control: "good", Defect: []string{"server.fault"}, Expect: reject(failure.UnexpectedEOF), Known: []Known{phpTruncated, javaTruncated, bunClosed}, Sources: []string{"RFC 8446"},
	},
}
