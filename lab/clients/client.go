// Package clients finds the TLS client stacks of this machine and drives them:
// Go's net/http, curl, openssl s_client, Python's ssl, Node's https, gnutls-cli, GNU
// Wget, pyOpenSSL, Java's two clients, reqwest over both of its TLS libraries, Ruby's net/http, Perl's
// HTTP::Tiny, PHP's streams, OkHttp, and libraries for Python and Node; and of MongoDB's drivers PyMongo,
// with and without its ocsp extra, and those of Node.js and Java. What is in no machine by itself is in
// environments that make clients makes (lab/clients/install).
//
// [Discover] returns a [Set] with one [Client] for each variant of each stack and
// version found. A client is asked to connect by its Probe method; what it did comes
// back as a [Result] in the stack's own words. Nothing here judges: that is
// lab/verdict's part.
//
// Client programs run in a process group of their own and with a clean environment:
// neither a proxy, nor a trust store, nor a start-up file that a user has set up
// changes what they do. [Set.Close] ends them all.
package clients

import "example.com/tlslab/lab/clients/stack"

// The contract of a client lives in lab/clients/stack, so that the stacks can
// import it as well; these are its names for everyone else.
type (
	// Outcome is what a client did.
	Outcome = stack.Outcome
	// Check is something that a client verifies of a server.
	Check = stack.Check
	// Request is one probe.
	Request = stack.Request
	// Result is what a client did with one endpoint.
	Result = stack.Result
	// Info describes a client: a stack, its version, and a way of using it.
	Info = stack.Info
	// Prober drives one client.
	Prober = stack.Prober
	// Client is a client that was found on this machine.
	Client = stack.Client
	// Part is a part of an endpoint that not every client can use.
	Part = stack.Part
)

// The parts of an endpoint that a client under test may not know of.
const (
	PartConnect     = stack.PartConnect     // the address to dial, where the host does not resolve
	PartCertificate = stack.PartCertificate // the client's own certificate and key
	PartPassword    = stack.PartPassword    // what opens that key
	PartCAFile      = stack.PartCAFile      // the PEM file of what to trust, for clients that are given it in another form
)

// The outcomes.
const (
	Accepted    = stack.Accepted    // it verified what it verifies, sent its request and read the whole answer
	Rejected    = stack.Rejected    // it refused, or failed to connect; Result.Message says why
	Unsupported = stack.Unsupported // it cannot do what the scenario or the variant asks; Result.Message says why
	Failed      = stack.Failed      // the harness failed: the program did not start, died or broke the contract
)

// The checks that a variant can leave out. A variant that leaves out a check is
// documented to accept what only that check would refuse.
const (
	CheckChain = stack.CheckChain // the path to a trust anchor, and all that RFC 5280 asks of it
	CheckHost  = stack.CheckHost  // the name or address (RFC 9525)
)
