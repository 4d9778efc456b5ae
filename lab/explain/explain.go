// Package explain reads an error message or a whole log, and says of each TLS failure in it what it
// means, what causes it, how to tell the causes apart, and how to fix it in that very stack.
//
// [Read] is for a text that is at hand, [ReadFrom] for a log of any size. A [Report] has a [Finding]
// for each distinct failure; [Finding.Prose] explains it in a language of package locale, as data that a
// terminal ([Terminal]) or a page can show.
//
// A finding rests on three things, in this order: on the words of programs that the lab does not run
// (servers, browsers), listed here; on the record of what clients said of the lab's own scenarios; and on
// the rules of lab/messages, by which the matrix is judged. Those rules are for messages of which it is known
// that a connection failed. Here this has to be shown by the message itself: words that much else is said
// with ("timed out") count only beside words of TLS or of a client's connection.
//
// What a message tells beyond its class, such as that a server wrote it about a client, or which of the
// causes it names, is an aspect: one declaration, with a section of prose where it has something to say.
package explain

import (
	"context"
	"strings"

	"example.com/tlslab/scenarios/failure"
)

// Schema is the version of [Report] as JSON. It grows when a field changes its meaning or goes.
const Schema = 1

// Report is what was found in a text. As JSON it is what tlslab explain --json prints, with the prose of
// each finding beside it.
type Report struct {
	Schema int `json:"schema"`
	// Lines is how many lines were read.
	Lines int `json:"lines"`
	// Findings are the distinct failures, in the order in which they first appear.
	Findings []Finding `json:"findings"`
	// Unknown are lines that speak of TLS and of failing in words that no rule knows.
	Unknown []Unknown `json:"unknown"`
	// Left is how many lines had a finding or were unknown beyond what a report has room for.
	Left int `json:"left,omitempty"`
}

// Side says who objected.
type Side string

// The sides.
const (
	Writer Side = "writer" // the program that wrote the line found the fault
	Either Side = "either" // the line can be of a fault that either side found
	Peer   Side = "peer"   // the other side found it, and told by an alert or by closing
)

// Finding is one failure: all lines of the same class in the words of the same stacks.
type Finding struct {
	// Class is the failure class; empty if the message does not tell it.
	Class failure.Class `json:"class,omitempty"`
	// Possible are the classes that the message can stand for, the likelier first, where it does not tell
	// which.
	Possible []failure.Class `json:"possible,omitempty"`
	// Stacks are those in whose words the message is written: names of the lab's stacks, or of programs that
	// the lab does not run (nginx, chromium). More than one if that cannot be told apart; the likelier first.
	Stacks []string `json:"stacks"`
	// Library is the library whose own words these are, where any program that uses it says them; Stacks are
	// those of the lab's that do.
	Library string `json:"library,omitempty"`
	// Server says that the line was written by a server, about a client.
	Server bool `json:"server,omitempty"`
	// Setup says that the program wrote about its own files and settings: no connection was made.
	Setup bool `json:"setup,omitempty"`
	// Aspects are what the message tells beyond its class, as CLASS/WHAT: which of the causes it names, or that
	// it is read by whoever runs the server.
	Aspects []string `json:"aspects,omitempty"`
	// Objector is who found the fault.
	Objector Side `json:"objector"`
	// BeforeTLS says that the connection failed before a byte of TLS: the message proves no TLS failure.
	BeforeTLS bool `json:"before_tls,omitempty"`
	// Line is the first line that says so, counted from 1, and Count the number of messages that do.
	Line  int `json:"line"`
	Count int `json:"count"`
	// Quote is the line that tells, as it was written but for colors. It may hold control characters:
	// show it by [Finding.Quoted].
	Quote string `json:"quote"`
	// Words are the words that decided.
	Words string `json:"words"`
	// Host and Port are where the client connected to, if the message says so. They are safe in a shell.
	Host string `json:"host,omitempty"`
	Port string `json:"port,omitempty"`
	// Scenarios are IDs of the catalogue that show the same: those first that gave this very message on
	// this stack.
	Scenarios []string `json:"scenarios"`
	// Seen says that the record has this very message, but for names, times and numbers.
	Seen bool `json:"seen,omitempty"`
}

// Unknown is a line that no rule knows.
type Unknown struct {
	Line  int    `json:"line"`
	Quote string `json:"quote"`
	// Nearest are the recorded messages that are most like it, the nearest first; none if nothing is.
	Nearest []Near `json:"nearest"`
}

// Near is a recorded message that is like another.
type Near struct {
	Stack    string        `json:"stack"`
	Class    failure.Class `json:"class"`
	Scenario string        `json:"scenario"`
	Message  string        `json:"message"`
	// Likeness is from 0, no word in common, to 1.
	Likeness float64 `json:"likeness"`
}

// Options say what is known of a text beforehand.
type Options struct {
	// Client is the stack in whose words the text is written, one of [Clients]; empty means that it is to be
	// told from each message.
	Client string
}

// Read reads a message or a log.
func Read(text string) Report {
	r, err := ReadFrom(context.Background(), strings.NewReader(text), Options{})
	if err != nil {
		panic(err) // a strings.Reader does not fail, the context has no end, and no options are wrong
	}
	return r
}
