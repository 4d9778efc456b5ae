// Package clients defines what a TLS client stack is, and finds, selects and runs the clients of this
// machine. Each stack is declared in a folder below this one; lab/clients/all lists them.
//
// [Discover] returns a [Set] with one [Client] for each variant of each stack and version. Its Probe method
// makes the client connect and returns a [Result] in the stack's own words. This package does not judge
// results; lab/verdict does.
//
// Client programs run in their own process groups and with a clean environment, so that a user's proxies,
// trust stores and start-up files do not affect them. [Set.Close] ends all of them.
package clients

import (
	"context"
	"time"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
)

// Outcome is what a client did.
type Outcome string

const (
	Accepted    Outcome = "accepted"    // it passed all its checks, sent its request and read the whole response
	Rejected    Outcome = "rejected"    // it refused or failed to connect; Result.Message says why
	Unsupported Outcome = "unsupported" // it cannot do what the scenario or the variant needs; Result.Message says why
	Failed      Outcome = "failed"      // the harness failed: the program did not start, died or violated the contract
)

// Outcomes returns all outcomes.
func Outcomes() []Outcome { return []Outcome{Accepted, Rejected, Unsupported, Failed} }

// Check is something that a client verifies about a server.
type Check string

// The checks that a variant can leave out. Such a variant is documented to accept what only that check would
// refuse.
const (
	CheckChain Check = "chain" // the path to a trust anchor, and everything that RFC 5280 requires of it
	CheckHost  Check = "host"  // the name or address (RFC 9525)
)

// Request is one probe.
type Request struct {
	Endpoint serve.Endpoint
	// Timeout is the client's own time limit, which it is told. The harness waits a little longer before it
	// kills the client, but not if the client has no time limit of its own (openssl s_client). Zero means 10
	// s.
	Timeout time.Duration
}

// Result is what a client did with one endpoint.
type Result struct {
	Outcome Outcome `json:"outcome"`
	// Message is the client's complete message, without its trailing newline. It is empty if the client
	// accepted.
	Message string `json:"message,omitempty"`
	// Code is the client's short code for the message, if it has one: curl's exit status ("60"), Node's error
	// code ("CERT_HAS_EXPIRED").
	Code string `json:"code,omitempty"`
	// Duration is the time from the request to the result. Time spent waiting for a turn does not count.
	Duration time.Duration `json:"duration_ns"`
	// LastWords is the output of a program under test that failed in a way that is not a verdict under its
	// contract; otherwise nil. It may have been a refusal nevertheless, which verdict.CrossCheck finds out.
	LastWords *string `json:"-"`
	// Told is the lab's own reason, if the message is not the client's. Message is then its English text.
	Told *lang.Reason `json:"-"`
}

// With returns the result with another outcome and the lab's reason for it.
func (r Result) With(o Outcome, why lang.Reason) Result {
	r.Outcome, r.Message, r.Told = o, why.Text, &why
	return r
}

// Reason returns the lab's own reason or else the client's message.
func (r Result) Reason() lang.Reason {
	if r.Told != nil {
		return *r.Told
	}
	return lang.Plain(r.Message)
}

// Info describes a client: a stack, its version and a variant.
type Info struct {
	Stack   string `json:"stack"`   // go, curl, openssl, python, node, gnutls-cli, wget, pyopenssl, java
	Service string `json:"service"` // the protocol that it speaks over TLS, a scenarios.Service: https, mongodb
	Version string `json:"version"` // the stack's version: "3.11.7"
	// its TLS library with version: "OpenSSL 3.0.19"; empty if the stack is the library
	Library string `json:"library"`
	Variant string `json:"variant"` // default, insecure, no-hostname, ...
	Path    string `json:"path"`    // the program; empty if it runs in this process
	// Image is the container image in which the client ran; empty if it ran on this machine.
	Image string `json:"image,omitempty"`
	// Skips lists the checks that the variant leaves out.
	Skips []Check `json:"skips,omitempty"`
	// Features lists the optional checks that it has, as named in scenarios.Expectation.Feature.
	Features []string `json:"features,omitempty"`
	// Demands lists what the variant requires, as named by scenarios.Supplies. If none of them is present, it
	// refuses every server. Empty means that it requires nothing.
	Demands []string `json:"demands,omitempty"`
	// About describes the variant's settings in one line, in the stack's own terms.
	About string `json:"about"`
	// UnderTest marks a user's own client. No known deviation of a stack applies to it, and its messages may
	// have any wording.
	UnderTest bool `json:"under_test,omitempty"`
	// ByRecord says that the result of a client under test was taken from the server's record, not from the
	// program's report (the contract served).
	ByRecord bool `json:"by_record,omitempty"`
	// Speaks names the stack whose wording a client under test uses in its messages. Empty means that each
	// message is checked for all stacks.
	Speaks string `json:"speaks,omitempty"`
	// NotTold lists parts of an endpoint that a client under test is told only through its environment, and
	// so may not know.
	NotTold []Part `json:"not_told,omitempty"`
	// VerdictOnly says that a client under test is judged only by whether it accepts or rejects, and not by
	// its reasons.
	VerdictOnly bool `json:"verdict_only,omitempty"`
}

// Part is a part of an endpoint that only some scenarios have and that not every client can use.
type Part string

const (
	PartConnect     Part = "connect"     // the address to dial if the host does not resolve
	PartCertificate Part = "certificate" // the client's certificate and key
	PartPassword    Part = "password"    // the key's passphrase
	// PartCAFile is the PEM file of trusted certificates, for clients that are given another format.
	PartCAFile Part = "ca_file"
)

// ID identifies a client: "python-3.11.7/default", or "under-test/exit" if it has no version. In an image, it is
// "python-3.11.7/default@debian:12".
func (i Info) ID() string {
	if i.Version == "" {
		return i.in(i.Stack + "/" + i.Variant)
	}
	return i.in(i.Stack + "-" + i.Version + "/" + i.Variant)
}

// Edition returns the version, with the image if the client ran in one: "3.11.7@debian:12".
func (i Info) Edition() string { return i.in(i.Version) }

// in appends the image.
func (i Info) in(name string) string {
	if i.Image == "" {
		return name
	}
	return name + "@" + i.Image
}

// Prober runs one client.
type Prober interface {
	// Probe makes the client connect to the endpoint once, over a new connection, and send one request. It
	// returns only after the client's connection is closed or its process has ended. If ctx ends early, the
	// client is ended and the outcome is Failed.
	Probe(ctx context.Context, r Request) Result
}

// Client is a client found on this machine.
type Client struct {
	Info
	Prober
}
