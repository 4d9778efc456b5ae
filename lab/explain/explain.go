// Package explain reads an error message or a whole log. For each TLS failure in it, it says what the message
// means, what causes it, how to tell the causes apart, and how to fix it in the program that wrote it.
//
// [Read] takes a text, [ReadFrom] a log of any size. A [Report] has a [Finding] for each distinct failure.
// [Finding.Prose] explains a finding in one of the languages of package lang, as data that a terminal ([Terminal]) or a
// page can show.
//
// In a log, the lines of one connection, request, thread or process are read together: a table of formats tells which
// these are, and what tells most of a failure stands for all of them.
//
// A finding rests on two readings of a message, and the one that tells more counts. The first is by the numbers and
// phrases in package messages, which hold whoever wrote the message and in whatever language. The second is by the
// words of single programs, in this order: those that the lab does not run (servers, browsers), which are listed here;
// the record of what clients said of the lab's own scenarios; and the rules of package messages, by which the matrix is
// judged. Those rules are for messages about a connection that is known to have failed. Here the message itself has to
// show that: words with many other uses ("timed out") count only beside words about TLS or about a client's connection.
//
// What a message says beyond its class, such as that a server wrote it about a client, or which of the causes it names,
// is an aspect: one declaration, and a section of prose if there is something to add.
package explain

import (
	"context"
	"strings"

	"example.com/tlslab/lab/messages/codes"
	"example.com/tlslab/lab/messages/phrases"
	"example.com/tlslab/scenarios/failure"
)

// Schema is the version of [Report] as JSON. It increases when a field changes its meaning or is removed.
const Schema = 1

// Report is what was found in a text. tlslab explain --json prints it as JSON, with the prose of each finding added.
type Report struct {
	Schema int `json:"schema"`
	// Lines is the number of lines that were read.
	Lines int `json:"lines"`
	// Findings are the distinct failures, in the order in which they first appear.
	Findings []Finding `json:"findings"`
	// Unknown are lines about a failure of TLS that no rule recognises.
	Unknown []Unknown `json:"unknown"`
	// Left is the number of further lines that had a finding or were unknown, for which the report has no room.
	Left int `json:"left,omitempty"`
}

// Side says which side objected.
type Side string

// The sides.
const (
	Writer Side = "writer" // the program that wrote the line found the fault
	Either Side = "either" // either side may have found the fault
	Peer   Side = "peer"   // the other side found the fault, and sent an alert or closed the connection
)

// Finding is one failure: all lines with the same class and in the words of the same stacks.
type Finding struct {
	// Class is the failure class; empty if the message does not tell it.
	Class failure.Class `json:"class,omitempty"`
	// Possible lists the classes that the message can stand for if it does not tell which, the likeliest first.
	Possible []failure.Class `json:"possible,omitempty"`
	// Stacks are the stacks in whose words the message is written: names of the lab's stacks, or of programs that
	// the lab does not run (nginx, firefox). If they cannot be told apart, there are several, the likeliest first.
	Stacks []string `json:"stacks"`
	// Library is the library whose own words these are, if any program that uses it may have written them. Stacks
	// are then the lab's stacks that use it.
	Library string `json:"library,omitempty"`
	// WrittenBy is who wrote the line: a client, a server about a client, a proxy about the server that it connects to,
	// or a program about its own files and settings.
	WrittenBy phrases.Writer `json:"written_by"`
	// Server says that a server wrote the line, about a client.
	Server bool `json:"server,omitempty"`
	// Setup says that the program wrote about its own files and settings, before any connection.
	Setup bool `json:"setup,omitempty"`
	// Aspects are what the message says beyond its class, as CLASS/WHAT: which of the causes it names, or that it is
	// for the operator of a server.
	Aspects []string `json:"aspects,omitempty"`
	// Objector is the side that found the fault.
	Objector Side `json:"objector"`
	// BeforeTLS says that the connection failed before TLS began, so that the message does not show a TLS failure.
	BeforeTLS bool `json:"before_tls,omitempty"`
	// Line is the first line with this failure, counted from 1. Count is the number of messages with it.
	Line  int `json:"line"`
	Count int `json:"count"`
	// Quote is the telling line, as it was written but without colors. It may contain control characters;
	// [Finding.Quoted] makes them visible.
	Quote string `json:"quote"`
	// Cause is the cause that the message names, or points to, beyond its class: "chain-too-long". Empty if none.
	Cause string `json:"cause,omitempty"`
	// Harmless says that nothing has to be fixed in TLS, as far as the message tells: it is what health checks, scanners
	// and browsers that go away leave in a server's log.
	Harmless bool `json:"harmless,omitempty"`
	// Codes are the numbers and names that the message has for it, with what they stand for.
	Codes []codes.Code `json:"codes,omitempty"`
	// Words are the words by which the message was recognised.
	Words string `json:"words"`
	// Host and Port are the server that the client connected to, if the message names it. They are safe in a shell.
	Host string `json:"host,omitempty"`
	Port string `json:"port,omitempty"`
	// Protocol is the protocol that the message names, if it is one that does not begin with TLS over TCP: "eap",
	// "quic", "sqlserver". Empty if it names none.
	Protocol string `json:"protocol,omitempty"`
	// Scenarios are the IDs of scenarios that show the same failure. Those that gave this very message on this stack
	// come first.
	Scenarios []string `json:"scenarios"`
	// Seen says that the record has this very message, apart from names, times and numbers.
	Seen bool `json:"seen,omitempty"`
}

// Unknown is a line that no rule recognises.
type Unknown struct {
	Line  int    `json:"line"`
	Quote string `json:"quote"`
	// Nearest are the recorded messages that are most like it, the nearest first; empty if none is like it.
	Nearest []Near `json:"nearest"`
	// Stacks are those in whose words the line is written, if a mark tells.
	Stacks []string `json:"stacks,omitempty"`
	// Verbose is what makes the program write more about TLS; empty if nothing is known.
	Verbose string `json:"verbose,omitempty"`
	// Report is the line without names, addresses, paths and numbers, to be sent to the maintainers.
	Report string `json:"report"`
}

// Near is a recorded message that is like another.
type Near struct {
	Stack    string        `json:"stack"`
	Class    failure.Class `json:"class"`
	Scenario string        `json:"scenario"`
	Message  string        `json:"message"`
	// Likeness is between 0, no word in common, and 1.
	Likeness float64 `json:"likeness"`
}

// Options say what is known about a text beforehand.
type Options struct {
	// Client is the stack in whose words the text is written, one of [Clients]. Empty means that it is worked out for
	// each message.
	Client string
}

// Read reads a message or a log.
func Read(text string) Report {
	r, err := ReadFrom(context.Background(), strings.NewReader(text), Options{})
	if err != nil {
		panic(err) // a strings.Reader does not fail, the context does not end, and there are no options to be wrong
	}
	return r
}
