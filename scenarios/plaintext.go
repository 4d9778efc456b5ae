package scenarios

import (
	"example.com/tlslab/scenarios/failure"
)

// plainFacts says how clients of a service get from plaintext to TLS, which decides how they can fail.
type plainFacts struct {
	asks   bool              // the client asks for TLS in plaintext
	direct bool              // the client may also begin TLS at once
	greets bool              // the server speaks first
	see    map[string]string // how to see a scenario, by its ID without the prefix
}

// plaintextPort is the port offset of the family, from the first port of the service.
const plaintextPort = 900

// plaintextRow is a scenario of the family [Plaintext], for each service to which it applies. What is said of it holds
// for all of them, except for how to see it.
type plaintextRow struct {
	Scenario
	serves func(plainFacts) bool // whether a service has it
	// late says that clients time out if they wait for the server to speak first.
	late bool
}

var plaintextRows = []plaintextRow{
	{
		serves: func(f plainFacts) bool { return f.asks },
		Scenario: Scenario{
			ID: "starttls-not-offered", Port: 1, Title: "a server that offers no TLS",
			Story: Story{
				What: "The server does not offer TLS, and serves clients in plaintext. To the client, someone on the " +
					"path who removes the offer looks the same.",
				Where: "Servers without a certificate in their configuration; middleboxes and attackers that remove " +
					"STARTTLS from what the server says.",
			},
			Fix:    "Turn on TLS in the server, and let clients require it, so that they never go on in plaintext.",
			Server: Server{Fault: FaultSTARTTLSNotOffered}, Expect: reject(failure.NotTLS),
			Sources: []string{"RFC 3207", "RFC 7672"},
		},
	},
	{
		serves: func(f plainFacts) bool { return f.asks },
		Scenario: Scenario{
			ID: "tls-required", Port: 2, Title: "a server that serves no client without TLS",
			Story: Story{
				What: "The server offers TLS and refuses clients that go on without it. Clients that use TLS get what " +
					"they ask for.",
				Where: "Servers that are set up as they should be. A client that is refused has TLS turned off, or " +
					"fell back to plaintext after TLS had failed.",
			},
			Fix:    "Turn on TLS in the client, with verification.",
			Server: Server{Fault: FaultTLSRequired}, Expect: accept,
			Sources: []string{"RFC 3207", "RFC 8314"},
		},
	},
	{
		serves: func(f plainFacts) bool { return f.asks }, late: true,
		Scenario: Scenario{
			ID: "tls-port-spoken-to-in-plain", Port: 3, Title: "a port where TLS begins at once",
			Story: Story{
				What: "The server waits for a ClientHello, and the client first asks for TLS in plaintext: each side " +
					"does not understand the other.",
				Where: "The port for TLS from the first byte, given to a client that is set to STARTTLS; a proxy that " +
					"ends TLS in front of a server whose clients ask for it.",
			},
			Fix:     "Use the port for STARTTLS, or set the client to TLS from the first byte.",
			Server:  Server{Fault: FaultTLSAtOnce},
			Expect:  reject(failure.UnexpectedEOF, failure.NotTLS, failure.ConnectionReset),
			Sources: []string{"RFC 8314"},
		},
	},
	{
		serves: func(f plainFacts) bool { return f.asks && f.direct },
		Scenario: Scenario{
			ID: "plain-port-spoken-to-in-tls", Port: 4, Title: "a port where TLS must be asked for",
			Story: Story{
				What: "The server expects its own protocol and closes the connection on a ClientHello. Clients that ask " +
					"for TLS in plaintext get it.",
				Where: "PostgreSQL before version 17; a connection pooler in front of it.",
			},
			Fix: "Set the client to ask for TLS in plaintext.", Server: Server{Fault: FaultNoDirectTLS},
			Expect:  shouldReject(FeatureDirectTLS, failure.UnexpectedEOF, failure.ConnectionReset, failure.NotTLS),
			Sources: []string{"PostgreSQL 17 release notes"},
		},
	},
	{
		serves: func(f plainFacts) bool { return !f.asks },
		Scenario: Scenario{
			ID: "plain-port-spoken-to-in-tls", Port: 4, Title: "a port without TLS",
			Story: Story{
				What: "The server speaks its protocol in plaintext, and answers the ClientHello in its own words or " +
					"not at all.",
				Where: "The port without TLS, given to a client that is set to TLS; a server whose TLS settings did " +
					"not take effect.",
			},
			Fix: "Use the server's port for TLS, or turn on TLS in the server.", Server: Server{Fault: FaultPlainService},
			Expect:  reject(failure.NotTLS, failure.UnexpectedEOF, failure.ConnectionReset),
			Sources: []string{"RFC 8314"},
		},
	},
}

// How to see the scenarios of each service.
var (
	smtpSees = map[string]string{
		"starttls-not-offered": `Python's smtplib: "STARTTLS extension not supported by server". curl --ssl-reqd: ` +
			`"STARTTLS not supported". curl --ssl goes on in plaintext.`,
		"tls-required":                `Python's smtplib without STARTTLS: "Must issue a STARTTLS command first".`,
		"tls-port-spoken-to-in-plain": "The client waits for the greeting until its time limit ends.",
	}
	postgresSees = map[string]string{
		"starttls-not-offered": `psql with sslmode=require or more: "server does not support SSL, but SSL was required". ` +
			`With sslmode=prefer, the default, it connects in plaintext.`,
		"tls-required": `psql with sslmode=disable: "no pg_hba.conf entry" and "no encryption".`,
		"tls-port-spoken-to-in-plain": `psql: "server closed the connection unexpectedly", or "received invalid ` +
			`response to SSL negotiation".`,
		"plain-port-spoken-to-in-tls": `psql 17 with sslnegotiation=direct: "SSL SYSCALL error: EOF detected".`,
	}
)

// plaintext returns the scenarios of the family [Plaintext] for a service.
func (f serviceFacts) plaintext() []*Scenario {
	if f.plain == nil {
		return nil
	}
	var list []*Scenario
	for _, row := range plaintextRows {
		if !row.serves(*f.plain) {
			continue
		}
		s := row.Scenario
		s.Story.See = f.plain.see[s.ID]
		s.ID, s.Control = f.prefix+s.ID, f.prefix+"good"
		s.Family, s.Service, s.Host = Plaintext, f.service, hostName
		s.Port += f.distance + plaintextPort
		s.Defect = []string{"server.fault"}
		if row.late && f.plain.greets {
			s.Patience, s.Expect = timeLimit, reject(failure.Timeout)
		}
		list = append(list, &s)
	}
	return list
}
