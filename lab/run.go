package lab

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/machine"
	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// probesPerProcessor is the number of concurrent probes per processor. It is more than one because client and
// server wait for each other.
const probesPerProcessor = 3

// RunOptions are the options of [Lab.Run].
type RunOptions struct {
	// Timeout is the time limit of each probe. Zero means 10 s.
	Timeout time.Duration
	// Parallel is the number of concurrent probes of each program; variants of a client share its program. If
	// it is more than one, the same number of further probes may wait for time to pass. Zero means as many as
	// keep the processors busy. It does not affect the results.
	Parallel int
	// Patience, if not zero, replaces [scenarios.Scenario.Patience], the time limit where every client runs
	// into a timeout.
	Patience time.Duration
	// Ports, if not zero, is the base port: each scenario is served at its offset from it, as in [Lab.Up],
	// instead of on a free port. It is for runs with one client.
	Ports int
	// Gate, if set, is a control that is probed first. If the client does not accept it, nothing else is
	// probed, and the report contains only the gate and says so. It is for runs with one client.
	Gate *scenarios.Scenario
	// Shard, if not zero, is the part of the cells that run. The scenarios and clients of the report are those of
	// the whole run.
	Shard result.Shard
	// Told, if set, changes the endpoint that a client is given, so that no name in it gives the scenario
	// away. It is called once for each probe, from any goroutine.
	Told func(*scenarios.Scenario, serve.Endpoint) (serve.Endpoint, error)
	// Progress, if set, is called after each judged probe, from one goroutine at a time.
	Progress func(done, total int)
	// Judged, if set, is called with each judged cell, from any goroutine.
	Judged func(*scenarios.Scenario, result.Cell)
}

// Run reproduces scenarios: it runs every client against each scenario and its control, each on its own
// server, and judges what they did. An error means that the lab failed or that ctx ended; clients' mistakes
// are in the report. If ctx ended, Run also returns what was judged until then.
func (l *Lab) Run(
	ctx context.Context, list []*scenarios.Scenario, set *clients.Set, o RunOptions,
) (*result.Run, error) {
	atOnce := probesPerProcessor * runtime.GOMAXPROCS(0)
	mine := o.Shard.Cells(pairs(list, set))
	r := &runner{Lab: l, options: o, mine: mine, total: len(mine), turns: newTurns(set, o.Parallel, atOnce)}
	r.probes = semaphore.NewWeighted(int64(max(o.Parallel, atOnce)))
	out := &result.Run{Schema: result.Schema, Seed: l.config.Seed, At: l.config.At, Started: time.Now().UTC(),
		Missing: append([]clients.Missing{}, set.Missing...), Catalogue: l.config.Catalogue,
		Machine: new(machine.Here())}
	if o.Shard != (result.Shard{}) {
		out.Shard = &o.Shard
	}
	switch cell, err := r.gate(ctx, set); {
	case ctx.Err() != nil:
		out.Duration, out.Interrupted = time.Since(out.Started), true
		return out, ctx.Err()
	case err != nil:
		return nil, err
	case cell != nil:
		return r.stopped(out, list, set, *cell)
	}
	cells := make([][]*result.Cell, len(list)) // by scenario and client; nil if they use different protocols
	for n := range cells {
		cells[n] = make([]*result.Cell, len(set.Clients))
	}
	group, running := errgroup.WithContext(ctx)
	for i, client := range set.Clients {
		out.Clients = append(out.Clients, client.Info)
		group.Go(func() error {
			defer r.turns.done(client)
			return rescue.Do(func() error {
				return r.client(running, client, list, func(n int, cell result.Cell) { cells[n][i] = &cell })
			})
		})
	}
	failed := group.Wait()
	if failed != nil && ctx.Err() == nil {
		return nil, failed
	}
	for n, s := range list {
		if failed != nil && !slices.ContainsFunc(cells[n], func(c *result.Cell) bool { return c != nil }) {
			continue
		}
		entry, err := l.Describe(s)
		if err != nil {
			return nil, err
		}
		for _, cell := range cells[n] {
			if cell != nil {
				entry.Cells = append(entry.Cells, *cell)
			}
		}
		out.Scenarios = append(out.Scenarios, entry)
	}
	out.Duration, out.Interrupted = time.Since(out.Started), failed != nil
	return out, failed
}

// speaks reports whether a client speaks the protocol of a scenario's service.
func speaks(c *clients.Client, s *scenarios.Scenario) bool {
	return c.Service == string(s.Service.Protocol())
}

// pairs returns the cells of a run.
func pairs(list []*scenarios.Scenario, set *clients.Set) []result.Place {
	var all []result.Place
	for _, s := range list {
		for _, c := range set.Clients {
			if speaks(c, s) {
				all = append(all, result.Place{Client: c.ID(), Scenario: s.ID})
			}
		}
	}
	return all
}

// Describe returns a scenario's description for a report, without any client's results.
func (l *Lab) Describe(s *scenarios.Scenario) (result.Scenario, error) {
	m := l.entry(s.ID)
	m.describe.Do(func() { m.described, m.describeErr = l.compare(s) }) // takes about a millisecond
	return m.described, m.describeErr
}

// compare describes a scenario: what it is, and how it differs from its control.
func (l *Lab) compare(s *scenarios.Scenario) (result.Scenario, error) {
	control := scenarios.ControlOf(s)
	chain, err := l.Chain(s)
	if err != nil {
		return result.Scenario{}, err
	}
	good, err := l.Chain(control)
	if err != nil {
		return result.Scenario{}, err
	}
	return result.Describe(s, chain, scenarios.Differences(s, chain, good)), nil
}

type runner struct {
	*Lab
	options RunOptions
	mine    map[result.Place]bool // the cells that run
	total   int
	turns   *turns
	probes  *semaphore.Weighted

	mu      sync.Mutex
	done    int
	clients map[*clients.Client]*clientRun
}

func (r *runner) progress() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	if r.options.Progress != nil {
		r.options.Progress(r.done, r.total)
	}
}

// client probes one client with every scenario whose protocol it speaks. It passes each cell to take, with
// the scenario's index in the list.
func (r *runner) client(
	ctx context.Context, c *clients.Client, list []*scenarios.Scenario, take func(int, result.Cell),
) error {
	one := r.clientRun(c)
	group, running := errgroup.WithContext(ctx)
	ask := func(rows []int, turns *semaphore.Weighted) error {
		for _, n := range rows {
			if turns.Acquire(running, 1) != nil {
				return nil // group.Wait returns the reason
			}
			group.Go(func() error {
				defer turns.Release(1)
				return rescue.Do(func() error { return one.ask(running, n, list[n], take) })
			})
		}
		return nil
	}
	turns := r.turns.forClient(c)
	var works, waits []int
	for n, s := range list {
		switch {
		case !r.mine[result.Place{Client: c.ID(), Scenario: s.ID}]:
		case s.Waits() && turns.waits != turns.works:
			waits = append(waits, n)
		default:
			works = append(works, n)
		}
	}
	group.Go(func() error { return ask(works, turns.works) })
	group.Go(func() error { return ask(waits, turns.waits) })
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// clientRun is a client in a run, with its results on the controls.
type clientRun struct {
	*runner
	client *clients.Client

	mu       sync.Mutex
	controls map[string]*controlRun
}

// controlRun is what a client did with a control. It is probed once.
type controlRun struct {
	sync.Once
	probed
	err error
}

// control returns what the client did with a control.
func (a *clientRun) control(ctx context.Context, s *scenarios.Scenario) *controlRun {
	a.mu.Lock()
	o := a.controls[s.ID]
	if o == nil {
		o = new(controlRun)
		a.controls[s.ID] = o
	}
	a.mu.Unlock()
	o.Do(func() { o.probed, o.err = a.probe(ctx, a.client, s) })
	return o
}

// ask probes the client with one scenario and passes on the cell.
func (a *clientRun) ask(ctx context.Context, n int, s *scenarios.Scenario, take func(int, result.Cell)) error {
	cell, err := a.cell(ctx, s)
	if err != nil {
		return err
	}
	take(n, cell)
	if a.options.Judged != nil {
		a.options.Judged(s, cell)
	}
	a.progress()
	return nil
}

// cell probes the client with a scenario, after its control, and judges the result.
func (a *clientRun) cell(ctx context.Context, s *scenarios.Scenario) (result.Cell, error) {
	why := verdict.Unable(s, a.client.Info)
	if why.IsZero() {
		var err error
		if why, err = a.stale(s); err != nil {
			return result.Cell{}, err
		}
	}
	if !why.IsZero() {
		unsupported := clients.Result{}.With(clients.Unsupported, why)
		cell := verdict.Cell{Scenario: s, Client: a.client.Info, Result: unsupported}
		return result.NewCell(cell, verdict.Judge(cell)), nil
	}
	control := a.control(ctx, scenarios.ControlOf(s))
	did, err := control.probed, control.err
	if s.Control != "" && err == nil && !a.hangs(control) {
		did, err = a.probe(ctx, a.client, s)
	}
	if err != nil {
		return result.Cell{}, err
	}
	cell := verdict.Cell{Scenario: s, Client: a.client.Info, Result: did.result, Observed: did.observed,
		Control: control.result, ControlObserved: control.observed}
	if cell.Unborne() {
		good := a.control(ctx, scenarios.Good(s.Service))
		if good.err != nil {
			return result.Cell{}, good.err
		}
		cell.GoodObserved = good.observed
	}
	shown := result.NewCell(cell, verdict.Judge(cell))
	shown.ServerLog, shown.Unserved, shown.Forgotten = did.log, did.unserved, did.lost
	return shown, nil
}

// hangs reports whether a client under test did not end with a control. Then the scenarios of that control
// would prove nothing, and each would take the full time limit.
func (a *clientRun) hangs(control *controlRun) bool {
	return a.client.UnderTest && strings.HasPrefix(control.result.Message, clients.OverrunPrefix)
}

// stale returns the reason if a scenario proves nothing now, because the short-lived root of its control has expired
// since the time of the lab, some days ago. Otherwise the reason is zero.
func (r *runner) stale(s *scenarios.Scenario) (lang.Reason, error) {
	control := scenarios.ControlOf(s)
	chain, err := r.Chain(control)
	if err != nil {
		return lang.Reason{}, err
	}
	for _, root := range chain.Trusted {
		if control.Recipe.Root.NotAfter != "" && time.Now().After(root.Cert.NotAfter) {
			return lang.Because("root-expired", control.ID, root.Cert.NotAfter.Format(time.RFC3339)), nil
		}
	}
	return lang.Reason{}, nil
}
