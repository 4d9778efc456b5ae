// Package clients is the contract of a TLS client stack, and finds, chooses and runs the clients of
// this machine. A stack is declared in a folder below this one; lab/clients/all lists them.
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

import (
	"context"
	"time"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
)

// Outcome is what a client did.
type Outcome string

// The outcomes.
const (
	Accepted    Outcome = "accepted"    // it verified what it verifies, sent its request and read the whole answer
	Rejected    Outcome = "rejected"    // it refused, or failed to connect; Result.Message says why
	Unsupported Outcome = "unsupported" // it cannot do what the scenario or the variant asks; Result.Message says why
	Failed      Outcome = "failed"      // the harness failed: the program did not start, died or broke the contract
)

// Outcomes returns the outcomes.
func Outcomes() []Outcome { return []Outcome{Accepted, Rejected, Unsupported, Failed} }

// Check is something that a client verifies of a server.
type Check string

// The checks that a variant can leave out. A variant that leaves out a check is
// documented to accept what only that check would refuse.
const (
	CheckChain Check = "chain" // the path to a trust anchor, and all that RFC 5280 asks of it
	CheckHost  Check = "host"  // the name or address (RFC 9525)
)

// Request is one probe.
type Request struct {
	Endpoint serve.Endpoint
	// Timeout is the time that the client itself is given, and that it is told; the
	// harness waits a little longer before it kills, and not at all where a client has
	// no limit of its own (openssl s_client). Zero means 10 s.
	Timeout time.Duration
}

// Result is what a client did with one endpoint.
type Result struct {
	Outcome Outcome `json:"outcome"`
	// Message is the client's own, whole, without its trailing newline; empty if it
	// accepted.
	Message string `json:"message,omitempty"`
	// Code is the client's own short name for it where it has one: an exit status
	// of curl's ("60"), a code of Node's ("CERT_HAS_EXPIRED").
	Code string `json:"code,omitempty"`
	// Duration is the time from the request to the result, without the time that the
	// client waited for its turn.
	Duration time.Duration `json:"duration_ns"`
	// LastWords is what a program under test wrote that failed, if by its contract that is no verdict; else
	// nil. What it failed of may have been a refusal all the same: verdict.CrossCheck reads it.
	LastWords *string `json:"-"`
	// Told is the reason that Message is the English of, where the lab wrote it in place of the client.
	Told *lang.Reason `json:"-"`
}

// With returns the result with another outcome, for a reason of the lab's.
func (r Result) With(o Outcome, why lang.Reason) Result {
	r.Outcome, r.Message, r.Told = o, why.Text, &why
	return r
}

// Reason returns the message as a reason: the lab's, or the client's own words.
func (r Result) Reason() lang.Reason {
	if r.Told != nil {
		return *r.Told
	}
	return lang.Plain(r.Message)
}

// Info describes a client: a stack, its version, and a way of using it.
type Info struct {
	Stack   string `json:"stack"`   // go, curl, openssl, python, node, gnutls-cli, wget, pyopenssl, java
	Service string `json:"service"` // what it speaks behind TLS, in the words of scenarios.Service: https, mongodb
	Version string `json:"version"` // the stack's own: "3.11.7"
	Library string `json:"library"` // its TLS library with version: "OpenSSL 3.0.19"; empty if it is the stack itself
	Variant string `json:"variant"` // default, insecure, no-hostname, ...
	Path    string `json:"path"`    // the program; empty if it runs in this process
	// Skips lists the checks that the variant leaves out.
	Skips []Check `json:"skips,omitempty"`
	// Features lists the optional checks that it has, in the words of
	// scenarios.Expectation.Feature.
	Features []string `json:"features,omitempty"`
	// Demands lists what the variant can't do without, in the words of
	// scenarios.Supplies: one of them has to be there, or it refuses every server.
	// Empty means that it demands nothing.
	Demands []string `json:"demands,omitempty"`
	// About says in one line how the variant is set up, in the stack's own terms.
	About string `json:"about"`
	// UnderTest says that it is somebody's own client, and none of those that are known here:
	// nothing that is known of a stack excuses it, and its words may be anybody's.
	UnderTest bool `json:"under_test,omitempty"`
	// ByRecord says that what a client under test did is read off the server's record, and not off
	// what the program reports: the contract served.
	ByRecord bool `json:"by_record,omitempty"`
	// Speaks names the stack in whose words a client under test writes its messages. Empty
	// means that it is to be told from each message.
	Speaks string `json:"speaks,omitempty"`
	// NotTold lists what of an endpoint a client under test is told by its environment alone,
	// so that it may not know of it.
	NotTold []Part `json:"not_told,omitempty"`
	// VerdictOnly says that a client under test is judged by whether it accepts or rejects, and not by the
	// reasons that it gives.
	VerdictOnly bool `json:"verdict_only,omitempty"`
}

// Part is a part of an endpoint that not every scenario has, and that not every client can use.
type Part string

// The parts.
const (
	PartConnect     Part = "connect"     // the address to dial, where the host does not resolve
	PartCertificate Part = "certificate" // the client's own certificate and key
	PartPassword    Part = "password"    // what opens that key
	PartCAFile      Part = "ca_file"     // the PEM file of what to trust, for clients that are given it in another form
)

// ID names a client: "python-3.11.7/default", or "under-test/exit" where there is no version.
func (i Info) ID() string {
	if i.Version == "" {
		return i.Stack + "/" + i.Variant
	}
	return i.Stack + "-" + i.Version + "/" + i.Variant
}

// Prober drives one client.
type Prober interface {
	// Probe has the client connect to the endpoint once, over a new connection, and
	// send one request. It never returns before the client's connection is closed
	// or its process has ended. A context that ends early ends the client and gives
	// Failed.
	Probe(ctx context.Context, r Request) Result
}

// Client is a client that was found on this machine.
type Client struct {
	Info
	Prober
}
