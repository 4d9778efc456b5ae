package clients

import (
	"cmp"
	"context"
	"time"

	"example.com/tlslab/lab/lang"
)

// Stack is a kind of client program: how it is found on a machine and how it is
// driven. It is plain data and two functions, and starts nothing by itself.
type Stack struct {
	// Name is the stack's, lower-case and without a slash: "python".
	Name string
	// Service is what its clients speak behind TLS, in the words of scenarios.Service;
	// empty means https.
	Service string
	// UnderTest says that it is somebody's own client: see [Info].
	UnderTest bool
	// Slow says in one line why the stack is left out where much is asked and nobody named it;
	// empty for stacks that are never left out.
	Slow string
	// Oldest is the oldest version that what is known of the stack was measured with: older ones do
	// otherwise and are left out, with a line that says so. Empty takes any.
	Oldest string
	// Find lists where the stack's programs may be, most wanted first, and runs
	// none of them. If there is none, its error says so in one line:
	// "no node on PATH".
	Find func(ctx context.Context) ([]Place, error)
	// Open starts or asks the program at a place, to learn what it is. Whatever it
	// starts outlives ctx, and ends with [Install.Close].
	Open func(ctx context.Context, p Place) (*Install, error)
}

// ServiceName returns what the stack's clients speak behind TLS: https unless it says otherwise.
func (s Stack) ServiceName() string { return cmp.Or(s.Service, "https") }

// Place is where a stack's program may be.
type Place struct {
	// Path is the program; empty for a stack that runs in this process.
	Path string
	// Version is what the place's name tells of the version, whole ("3.11.7") or
	// in part ("3"); empty if it tells nothing. It only saves starting programs
	// that nobody asked for: what counts is what the program says of itself.
	Version string
}

// Install is a program that was found and answered.
type Install struct {
	Version string // the stack's own: "3.11.7"
	Library string // its TLS library with version: "OpenSSL 3.0.19"; empty if it is the stack itself
	Path    string // the program; empty if it runs in this process
	// Key tells two places that hold the same program: installs of one stack with
	// equal keys are one. Empty means Path.
	Key string
	// Variants lists the ways of using it.
	Variants []Variant
	// Probe has the client connect once, set up as the variant named says. See
	// [Prober] for what it promises. The endpoint has a CA file and an address, the
	// timeout is not zero.
	Probe func(ctx context.Context, variant string, r Request) Result
	// Close ends what Open and Probe started and waits for it; nil if there is
	// nothing to end.
	Close func() error
}

// Variant is a way of using a stack.
type Variant struct {
	Name     string
	About    string   // how it is set up, in the stack's own terms, one line
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

// Overrun is the result of a client that did not give up in its time, and that
// the harness had to end. It is a rejection, and its class a timeout: most often
// the client has no limit of its own, or one for each read only, and the server
// hangs. A client that hangs by itself hangs with the control as well, which
// makes the judgement void.
func Overrun(after time.Duration) Result {
	return Result{Duration: after}.With(Rejected, lang.Because("overrun", after.Round(100*time.Millisecond).String()))
}
