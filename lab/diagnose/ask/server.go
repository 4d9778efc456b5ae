package ask

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/tlslab/lab/diagnose/ask/flight"
	"example.com/tlslab/lab/diagnose/ask/prologue"
)

// lightConnections is the largest number of connections of [Target].Light.
const lightConnections = 3

// Server asks a server, in the order in which a person would look for a failure: does the name resolve, does a TCP
// connection come about, is it TLS that answers, and what does it do with which hello. It stops where nothing further
// can be known, and makes at most [MaxConnections] connections, of which [MaxAtOnce] are open at a time.
//
// What the server does is in the result, whatever it is. The error is about the target: what in it cannot be used.
// Server returns when ctx ends, with what it has seen by then.
func Server(ctx context.Context, t Target) (*Seen, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if name := t.prologue(); name != "" && !prologue.Known(name) {
		return nil, fmt.Errorf("there is no STARTTLS prologue %q: write one of %s, or %s", name,
			strings.Join(prologue.Names(), ", "), NoSTARTTLS)
	}
	// A connection takes one timeout at most. Each round of them is counted: names, addresses, the ordinary one, and
	// those that depend on each other.
	const rounds = 8
	ctx, cancel := context.WithTimeout(ctx, rounds*t.timeout())
	defer cancel()
	most := MaxConnections
	if t.Light {
		most = lightConnections
	}
	a := &asker{target: t, budget: newBudget(most)}
	a.seen = &Seen{Target: t, At: time.Now(), Addresses: []Address{}, Attempts: []Attempt{}} // [] in JSON, never null
	a.ask(ctx)
	a.seen.Connections = a.budget.spent()
	a.seen.Attempts = a.sorted()
	a.seen.Manners = manners(a.seen)
	return a.seen, nil
}

// asker asks one server.
type asker struct {
	target  Target
	budget  *budget
	address string // the one that is asked, as address:port

	mu       sync.Mutex
	seen     *Seen
	timeouts int // attempts that timed out
}

func (a *asker) ask(ctx context.Context) {
	addresses := a.resolve(ctx)
	if len(addresses) == 0 {
		return
	}
	first := a.connect(ctx, addresses)
	if first == nil {
		return
	}
	a.seen.STARTTLS = a.target.prologue()
	ordinary := a.run(ctx, &table[0], first)
	if a.mayBeWrong(ordinary) {
		ordinary = a.atOnce(ctx, ordinary)
	}
	a.seen.Speaks = speaks(ordinary)
	if ordinary.End == EndNoSTARTTLS {
		a.seen.Speaks = a.seen.STARTTLS
	}
	switch {
	case a.seen.Speaks == speaksTLS:
		a.askAll(ctx, func(p *planned) bool { return p.identifies && p.probe == nil })
		a.askAll(ctx, func(p *planned) bool { return !p.identifies })
	case ordinary.End == EndNoSTARTTLS, ordinary.End == EndProxy:
	case len(ordinary.First) == 0:
		a.identify(ctx, ordinary)
	}
}

// mayBeWrong reports whether the prologue, which was guessed from the port, may not be the server's: it said nothing,
// or answered in TLS.
func (a *asker) mayBeWrong(ordinary Attempt) bool {
	guessed := a.target.STARTTLS == "" && a.target.prologue() != ""
	return guessed && len(ordinary.Messages) == 0 && ordinary.End != EndNoSTARTTLS && ordinary.End != EndProxy &&
		(len(ordinary.First) == 0 && ordinary.Alert == nil || isRecord(ordinary.First))
}

// isRecord reports whether bytes look like a record of TLS.
func isRecord(b []byte) bool {
	r := flight.New(nil, nil)
	r.Feed(b)
	return r.Begun
}

// atOnce makes the ordinary attempt again, without a prologue. If TLS answers, that is the ordinary attempt from then
// on.
func (a *asker) atOnce(ctx context.Context, ordinary Attempt) Attempt {
	guessed := a.target.STARTTLS
	a.target.STARTTLS = NoSTARTTLS
	again := a.run(ctx, &table[0], nil)
	a.seen.Attempts = a.seen.Attempts[:1]
	if speaks(again) != speaksTLS {
		a.target.STARTTLS = guessed
		return ordinary
	}
	a.seen.STARTTLS, a.seen.Greeting = "", nil
	a.seen.Attempts[0] = again
	return again
}

// identify finds out what a server speaks that has answered the ordinary hello with nothing: it may be one that cannot
// stand something in that hello.
func (a *asker) identify(ctx context.Context, ordinary Attempt) {
	a.askAll(ctx, func(p *planned) bool { return p.identifies })
	a.mu.Lock()
	spoken := slices.ContainsFunc(a.seen.Attempts, func(t Attempt) bool { return speaks(t) == speaksTLS })
	if spoken {
		a.seen.Speaks = speaksTLS
	}
	known := a.seen.Speaks != ""
	a.mu.Unlock()
	switch {
	case spoken:
		a.askAll(ctx, func(p *planned) bool { return !p.identifies })
	case !known:
		a.seen.Speaks = nothing[ordinary.End]
	}
}

// askAll runs the chosen entries of the table, apart from the ordinary one, and waits for them.
func (a *asker) askAll(ctx context.Context, chosen func(*planned) bool) {
	var running sync.WaitGroup
	for i := range table[1:] {
		p := &table[1+i]
		if !chosen(p) || a.target.Light && !p.light || p.when != nil && !p.when(a) {
			continue
		}
		running.Go(func() { a.repeat(ctx, p) })
	}
	running.Wait()
}

// maxTimeouts is how many attempts may time out before no more are begun. A server that has hung for so many will hang
// for the rest: the first ones are those that differ most.
const maxTimeouts = 3

// repeat runs an entry of the table as often as it has something new to offer.
func (a *asker) repeat(ctx context.Context, p *planned) {
	var before []Attempt
	for n := range max(1, p.times) {
		next := p
		if p.next != nil {
			step := *p
			if !p.next(a, &step, before) {
				return
			}
			if n > 0 {
				step.name = fmt.Sprintf("%s-%d", p.name, n+1)
			}
			next = &step
		}
		attempt := a.run(ctx, next, nil)
		if before = append(before, attempt); attempt.Version == 0 {
			return
		}
	}
}

// run makes one attempt and keeps it. A nil connection means a new one.
func (a *asker) run(ctx context.Context, p *planned, c net.Conn) Attempt {
	attempt := Attempt{Name: p.name}
	if c == nil {
		var err error
		if c, err = a.dial(ctx, a.address); err != nil {
			attempt.End, attempt.Error = endOf(err), err.Error()
			if err != errSpent {
				a.keep(attempt)
			}
			return attempt
		}
	}
	defer c.Close()
	begun := time.Now()
	greeting, ok := a.begin(c, &attempt)
	switch {
	case !ok:
	case p.probe != nil:
		p.probe(a, c)
	case p.offer != nil:
		a.raw(c, p, &attempt)
	default:
		a.complete(c, p, &attempt)
	}
	attempt.Duration = time.Since(begun)
	if p.probe == nil {
		a.keep(attempt)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.seen.Greeting) == 0 {
		a.seen.Greeting = greeting
	}
	return attempt
}

// begin does what comes before TLS on a new connection: the proxy's CONNECT, and the prologue. It returns false if that
// fails, and sets how in the attempt.
func (a *asker) begin(c net.Conn, attempt *Attempt) (greeting []byte, ok bool) {
	if a.target.Proxy != "" {
		if err := throughProxy(c, a.target); err != nil {
			attempt.End, attempt.Error = EndProxy, err.Error()
			return nil, false
		}
	}
	name := a.target.prologue()
	if name == "" {
		return nil, true
	}
	greeting, err := prologue.Run(c, name, a.target.Host)
	if err == nil {
		return greeting, true
	}
	attempt.Error = err.Error()
	attempt.End, attempt.First = prologueEnd(err, greeting)
	return greeting, false
}

// keep adds an attempt to what was seen.
func (a *asker) keep(attempt Attempt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen.Attempts = append(a.seen.Attempts, attempt)
	if attempt.End == EndTimeout && !attempt.Complete {
		a.timeouts++
	}
	if a.timeouts == maxTimeouts {
		a.budget.stop()
	}
}

// sorted returns the attempts in the table's order, whatever order they ended in.
func (a *asker) sorted() []Attempt {
	rank := func(t Attempt) int {
		return slices.IndexFunc(table, func(p planned) bool {
			return t.Name == p.name || p.times > 1 && strings.HasPrefix(t.Name, p.name+"-")
		})
	}
	slices.SortStableFunc(a.seen.Attempts, func(x, y Attempt) int { return rank(x) - rank(y) })
	return a.seen.Attempts
}
