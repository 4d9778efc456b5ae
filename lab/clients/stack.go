package clients

import (
	"cmp"
	"context"
	"time"

	"example.com/tlslab/lab/lang"
)

// Stack is a kind of client program: how to find it on a machine and how to run it. It is plain data and two
// functions.
type Stack struct {
	// Name is the stack's name, in lower case and without a slash: "python".
	Name string
	// Service is the protocol that its clients speak over TLS, a scenarios.Service. Empty means https.
	Service string
	// UnderTest marks a user's own client: see [Info].
	UnderTest bool
	// Slow says in one line why the stack is left out of large runs that do not name it. It is empty for
	// stacks that are never left out.
	Slow string
	// Oldest is the oldest version that was measured. Older versions behave differently; they are left out,
	// with a line that says so. Empty allows any version.
	Oldest string
	// Find lists the possible locations of the stack's programs, the preferred one first. It runs none of
	// them. If nothing is found, the error is one line: "no node on PATH".
	Find func(ctx context.Context) ([]Place, error)
	// Open starts or queries the program at a place to find out what it is. What it starts is not bound to
	// ctx and ends with [Install.Close].
	Open func(ctx context.Context, p Place) (*Install, error)
}

// ServiceName returns the protocol that the stack's clients speak over TLS. The default is https.
func (s Stack) ServiceName() string { return cmp.Or(s.Service, "https") }

// Place is a possible location of a stack's program.
type Place struct {
	// Path is the program's path; empty for a stack in this process.
	Path string
	// Version is the version that the path reveals, complete ("3.11.7") or in part ("3"), or empty. It only
	// avoids starting programs that are not needed; the program's own report is what counts.
	Version string
}

// Install is a program that was found and answered.
type Install struct {
	Version string // the stack's version: "3.11.7"
	Library string // its TLS library with version: "OpenSSL 3.0.19"; empty if the stack is the library
	Path    string // the program's path; empty if it runs in this process
	// Key identifies the program: installs of a stack with the same key are the same program. Empty means
	// Path.
	Key string
	// Variants lists the ways of using it.
	Variants []Variant
	// Probe makes the client connect once, as the named variant. It keeps the promises of [Prober]. The
	// endpoint has a CA file and an address, and the timeout is not zero.
	Probe func(ctx context.Context, variant string, r Request) Result
	// Close ends what Open and Probe started and waits for it. It is nil if there is nothing to end.
	Close func() error
}

// Variant is a way of using a stack.
type Variant struct {
	Name     string
	About    string   // its settings in one line, in the stack's own terms
	Skips    []Check  // see [Info]
	Features []string // see [Info]
	Demands  []string // see [Info]
	Speaks   string   // see [Info]
	ByRecord bool     // see [Info]
	NotTold  []Part   // see [Info]

	VerdictOnly bool // see [Info]
}

// NewInfo describes a client: a stack, an install of it, and a variant.
func NewInfo(s Stack, in *Install, v Variant) Info {
	return Info{
		Stack:    s.Name,
		Service:  s.ServiceName(),
		Version:  in.Version,
		Library:  in.Library,
		Variant:  v.Name,
		Path:     in.Path,
		Skips:    v.Skips,
		Features: v.Features,
		Demands:  v.Demands,
		About:    v.About,

		UnderTest: s.UnderTest,
		Speaks:    v.Speaks,
		ByRecord:  v.ByRecord,
		NotTold:   v.NotTold,

		VerdictOnly: v.VerdictOnly,
	}
}

// SilentSuffix ends the message of a client under test that says nothing.
const SilentSuffix = ", with no output"

// OverrunPrefix begins the message of [Overrun].
const OverrunPrefix = "timeout: tlslab ended the client"

// Overrun is the result of a client that exceeded its time limit and had to be killed by the harness. It
// counts as a rejection with class timeout. Usually the server hangs, and the client has no time limit, or
// only one for each read. A client that hangs for its own reasons also hangs with the control, which makes
// the judgement void.
func Overrun(after time.Duration) Result {
	return Result{Duration: after}.With(Rejected, lang.Because("overrun", after.Round(100*time.Millisecond).String()))
}
