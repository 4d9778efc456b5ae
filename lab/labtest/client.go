package labtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/assess/prose"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// ErrUnsupported is returned by a client under test for something that it cannot do at all. The subtest is
// skipped.
var ErrUnsupported = errors.New("not supported by this client")

// Option changes how [TestClient] judges.
type Option func(*options)

type options struct {
	features []string
	classify func(error) failure.Class
	skip     func(*scenarios.Scenario) bool
	timeout  time.Duration
	known    string
	files    []string
	accepted *assess.Deviations // the content of the file named by known

	keepGoing bool
}

// Features declares the optional checks that the client has, by the names in scenarios.Expectation. The
// client must then pass the scenarios that need them.
func Features(names ...string) Option {
	return func(o *options) { o.features = append(o.features, names...) }
}

// Classify sets the function that finds the failure class of the client's errors. Without it, errors are
// expected to have the wording of crypto/tls, crypto/x509 and net/http, wrapped or not.
func Classify(f func(error) failure.Class) Option {
	return func(o *options) { o.classify = f }
}

// Skip skips scenarios for which f returns true.
func Skip(f func(*scenarios.Scenario) bool) Option {
	return func(o *options) { o.skip = f }
}

// Timeout bounds each connection. The default is 10 s, or the scenario's Patience if that is shorter.
func Timeout(d time.Duration) Option {
	return func(o *options) { o.timeout = d }
}

// KeepGoing runs the whole catalogue even if the client does not accept the control that most of it is
// compared with. Without it, the test stops there.
func KeepGoing() Option {
	return func(o *options) { o.keepGoing = true }
}

// Known names a file of accepted judgements, one per line: scenario, judgement, reason (see package
// lab/assess; tlslab test --known reads the same format). A subtest whose scenario is in the file passes
// if it has the listed judgement. If it no longer has, the subtest fails, and the line should be removed.
// Lines about scenarios that do not run, for example because of -run, are ignored.
func Known(path string) Option {
	return func(o *options) { o.known = path }
}

// Scenarios takes scenarios from files, or from directories of files, in place of the catalogue: see package
// scenarios/file. Their controls are run, too.
func Scenarios(paths ...string) Option {
	return func(o *options) { o.files = append(o.files, paths...) }
}

// TestClient runs a client against the whole catalogue, or against scenarios of your own (see [Scenarios]), with one
// subtest per scenario.
//
// The client must open a new connection to the endpoint, send a request, read the response, close the
// connection and return nil, or return the reason why it did not. It must return when ctx ends.
//
// A subtest fails as [verdict.Judge] says: if the client accepted what it must reject, rejected what it must
// accept, rejected for a reason that the scenario does not list, or did not accept the control. If the client
// does not accept good, the other scenarios are not run: see [KeepGoing].
func TestClient(t *testing.T, client func(ctx context.Context, e serve.Endpoint) error, opts ...Option) {
	t.Helper()
	o := options{timeout: 10 * time.Second}
	for _, opt := range opts {
		opt(&o)
	}
	var catalogue *scenarios.Catalogue
	if len(o.files) > 0 {
		catalogue = read(t, o.files...)
	}
	if o.known != "" {
		var err error
		if o.accepted, err = assess.ReadDeviations(o.known, catalogue); err != nil {
			t.Fatalf("labtest: %v", err)
		}
	}
	list := slices.DeleteFunc(catalogue.All(), func(s *scenarios.Scenario) bool { return o.skip != nil && o.skip(s) })
	u := &suite{lab: newLab(t, catalogue), client: client, options: o, asked: map[string]answer{},
		first: scenarios.FirstControl(list)}
	for i, s := range list {
		t.Run(s.ID, func(t *testing.T) {
			t.Helper() // reports failures at the line that calls TestClient
			u.test(t, s)
		})
		if why := u.stop(); why != "" && i < len(list)-1 {
			t.Fatal(why)
		}
	}
	u.sumUp(t)
}

// suite is the state of a [TestClient] run.
type suite struct {
	lab     *lab.Lab
	client  func(context.Context, serve.Endpoint) error
	options options
	first   *scenarios.Scenario // it must be accepted, or the other scenarios are not run
	asked   map[string]answer   // the client's results with the controls
	judged  []result.Scenario   // the results
}

// control returns the client's result with a control, which is run once.
func (u *suite) control(t *testing.T, s *scenarios.Scenario) answer {
	t.Helper()
	did, known := u.asked[s.ID]
	if !known {
		did = probe(t, u.lab, s, u.client, u.options)
		u.asked[s.ID] = did
	}
	return did
}

// test judges the client with one scenario.
func (u *suite) test(t *testing.T, s *scenarios.Scenario) {
	t.Helper()
	control := u.control(t, scenarios.ControlOf(s))
	did := control
	if s.Control != "" {
		did = probe(t, u.lab, s, u.client, u.options)
	}
	cell := verdict.Cell{
		Scenario: s, Client: u.options.info(), Result: did.Result, Observed: did.observed, Class: did.class,
		Control: control.Result, ControlObserved: control.observed,
	}
	if cell.Unborne() {
		cell.GoodObserved = u.control(t, scenarios.Good(s.Service)).observed
	}
	j := verdict.Judge(cell)
	u.judged = append(u.judged, result.Scenario{
		ID: s.ID, Family: s.Family, Title: s.Title, Story: result.Story(s.Story), Fix: s.Fix,
		Expect:  result.NewExpectation(s.Expect),
		Control: s.Control, Cells: []result.Cell{result.NewCell(cell, j)},
	})
	tell(t, u.options.accepted, cell, j)
}

// sumUp reports once what all failed subtests have in common: a client that verifies nothing fails a hundred
// of them for one reason.
func (u *suite) sumUp(t *testing.T) {
	t.Helper()
	a := assess.Assess(&result.Run{Clients: []clients.Info{u.options.info()}, Scenarios: u.judged,
		Catalogue: u.lab.Config().Catalogue}, u.options.accepted)
	if len(a.Findings) == 0 {
		return
	}
	var b strings.Builder
	for _, f := range a.Findings {
		fmt.Fprintf(&b, "%s: %s\n  to do: %s\n", f.Code, prose.Shown(lang.English, f),
			prose.Of(lang.English, f.Code).Do)
		fmt.Fprintf(&b, "  in: %s\n", strings.Join(f.Scenarios, " "))
		if len(f.Unproven) > 0 {
			fmt.Fprintf(&b, "  so that nothing is shown by: %s\n", strings.Join(f.Unproven, " "))
		}
		b.WriteString("\n")
	}
	t.Errorf("labtest:\n%s\n\na client that cannot do something at all returns labtest.ErrUnsupported; labtest.Skip "+
		"skips scenarios, and labtest.Known accepts their judgements", strings.TrimSpace(visible.Text(b.String())))
}

// stop returns the reason not to run the rest of the catalogue: if the client does not accept the control of most of
// it, its rejections prove nothing. It returns an empty string if the test may go on.
func (u *suite) stop() string {
	did, known := u.asked[u.first.ID]
	_, listed := u.options.accepted.Find(u.first.ID)
	if !known || listed || u.options.keepGoing || did.Outcome == clients.Accepted ||
		did.Outcome == clients.Unsupported {
		return ""
	}
	return fmt.Sprintf("labtest: stopped: after %s the client did not accept %s, in which nothing is wrong, "+
		"so a rejection of anything else would prove nothing. It said: %s\n"+
		"to do: trust Endpoint.CAFile, dial Endpoint.Connect if it is set, verify Endpoint.Host, send a request "+
		"and return nil after the response (to run the other scenarios anyway: labtest.KeepGoing)",
		did.Duration.Round(time.Millisecond), u.first.ID, did.Message)
}

// goStack is the stack whose rules classify errors without Classify.
const goStack = "go"

// info describes the client under test.
func (o *options) info() clients.Info {
	return clients.Info{Stack: goStack, Variant: "under test", Features: o.features, UnderTest: true}
}

// answer is the client's result, and what the server observed.
type answer struct {
	clients.Result
	observed []serve.Observation
	class    failure.Class
}

// probe serves a scenario to the client once.
func probe(
	t *testing.T, l *lab.Lab, s *scenarios.Scenario, client func(context.Context, serve.Endpoint) error, o options,
) answer {
	t.Helper()
	srv := start(t, l, s)
	timeout := o.timeout
	if s.Patience > 0 {
		timeout = min(timeout, s.Patience)
	}
	if err := srv.WaitDue(t.Context()); err != nil { // not counted as the client's time
		t.Fatalf("labtest: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	begin := time.Now()
	err := client(ctx, srv.Endpoint)
	r := answer{Result: clients.Result{Outcome: clients.Accepted, Duration: time.Since(begin)},
		observed: srv.Observations()}
	if err != nil {
		r.Outcome, r.Message = clients.Rejected, err.Error()
		if errors.Is(err, ErrUnsupported) {
			r.Outcome = clients.Unsupported
		} else if o.classify != nil {
			r.class = o.classify(err)
		}
	}
	r.Result = verdict.CrossCheck(s, o.info(), r.Result, r.observed)
	if err := srv.instance.Trouble(); err != nil {
		r.Result = clients.Result{Outcome: clients.Failed, Message: err.Error()}
	}
	return r
}

// tell fails the subtest if the judgement is bad, or no longer what is accepted.
func tell(t *testing.T, accepted *assess.Deviations, c verdict.Cell, j verdict.Judgement) {
	t.Helper()
	if d, listed := accepted.Find(c.Scenario.ID); listed {
		if d.Kind == j.Kind {
			t.Logf("known: %s: %s", d.Kind, d.Reason)
			return
		}
		if d.Stale(j.Kind) {
			t.Errorf("fixed: it is now %s, but %s:%d says %s: remove the line", j.Kind, accepted.Path, d.Line, d.Kind)
		}
	}
	switch {
	case j.Kind == verdict.Unsupported:
		t.Skip(j.Why.Text)
	case j.Documented && j.Kind == verdict.OK:
	case j.Documented && slices.Contains([]verdict.Kind{verdict.Lenient, verdict.Broken, verdict.Unrecognised},
		j.Kind):
		t.Logf("%s: %s", j.Kind, j.Why)
	case c.Result.Outcome == clients.Rejected:
		t.Errorf("%s: %s; the client said: %s", j.Kind, j.Why, c.Result.Message)
	default:
		t.Errorf("%s: %s", j.Kind, j.Why)
	}
	if !j.Disagreement.IsZero() {
		t.Error(j.Disagreement)
	}
}
