// Package check grades a client that a learner has fixed: it must connect to the controls of a
// lesson, and refuse the failures that the lesson is about and their neighbours, each for the right
// reason.
//
// [Check] runs it and says what is the matter in the codes of lab/assess, told from what the client does
// and not from its source. It serves each scenario at a port that is free and under
// another one's name, so that a client that decides by a name fails; what fails is then asked again
// under the true names, which shows such a client for what it is.
package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Schema is the version of the form of a [Result] in JSON.
const Schema = 1

// patience is what a client is given where it has to run out of time: it is to give up by itself
// before that.
const patience = 6 * time.Second

// Options say what is checked.
type Options struct {
	// Command is the client, as for tlslab test: see [undertest.Options].
	Command []string
	// Parallel is how many copies of it run at the same time. Zero means one.
	Parallel int
	// Timeout is what it is given for each connection. Zero means 10 s.
	Timeout time.Duration
	// BasePort is where tlslab up would serve: what a client that decides by ports may know.
	// Zero leaves out the look at that.
	BasePort int
}

// Result is what a check came to.
type Result struct {
	Schema   int           `json:"schema"` // Schema
	Lesson   string        `json:"lesson"`
	Solved   bool          `json:"solved"`
	Rows     []Row         `json:"rows"`
	Findings []Finding     `json:"findings"`
	Seed     string        `json:"seed"`
	At       time.Time     `json:"at"`
	Duration time.Duration `json:"duration_ns"`
}

// Row is one scenario of the lesson, and what the client did with it.
type Row struct {
	ID      string            `json:"id"`
	Title   string            `json:"title"`
	Expect  scenarios.Verdict `json:"expect"`   // accept or reject
	Reasons []failure.Class   `json:"failures"` // that a refusal may have
	result.Cell
	OK bool `json:"ok"`
	// Finding is the code of what explains a row that is not; none does where the control was refused as well.
	Finding assess.Code `json:"finding,omitempty"`

	row assess.Row
}

// Finding is what is the matter with a client, told from what it did.
type Finding struct {
	Code assess.Code `json:"code"`
	// Name is the code as well: what it was called before there were codes.
	Name assess.Code `json:"name"`
	// Scenarios are those that it is drawn from.
	Scenarios []string `json:"scenarios"`
	// Switches are what may cause it in the client's language, as far as that can be told.
	Switches []string `json:"switches,omitempty"`
}

// Check grades a client by a lesson that is graded. The lab serves it; if it was set up without the
// service of the lesson's scenarios, or a command cannot be started, the error says so: the latter
// wraps [undertest.ErrCommand].
func Check(ctx context.Context, l *lab.Lab, lesson *lessons.Lesson, o Options) (_ *Result, err error) {
	started := time.Now()
	rows := lesson.Rows()
	set, err := clients.Open(ctx, undertest.Stack(undertest.Options{
		Command: o.Command, Features: lesson.Features, Service: string(rows[0].Service.Protocol()), Parallel: o.Parallel,
	}))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	g := &grader{lab: l, lesson: lesson, set: set, options: o}
	dir, err := pki.TempDir(os.TempDir(), "tlslab-check-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the check's files: %w", err)
	}
	defer func() { err = errors.Join(err, dir.Delete()) }()
	first, err := g.look(ctx, l, rows, &misnamer{dir: dir.Path(), lesson: lesson}, 0)
	if err != nil {
		return nil, err
	}
	again, err := g.again(ctx, first)
	if err != nil {
		return nil, err
	}
	c := l.Config()
	r := &Result{Schema: Schema, Lesson: lesson.ID, Rows: first, Seed: c.Seed, At: c.At}
	r.Findings = find(first, again, o.Command)
	r.Solved = !slices.ContainsFunc(first, func(row Row) bool { return !row.OK })
	r.Duration = time.Since(started)
	return r, nil
}

// grader runs a client through a lesson's scenarios.
type grader struct {
	lab     *lab.Lab
	lesson  *lessons.Lesson
	set     *clients.Set
	options Options
}

// look runs the client through scenarios. A nil misnamer tells it the truth; ports is the base port
// to serve at, or zero for ports that are free.
func (g *grader) look(ctx context.Context, l *lab.Lab, list []*scenarios.Scenario, m *misnamer, ports int) ([]Row, error) {
	o := lab.RunOptions{Timeout: g.options.Timeout, Parallel: g.options.Parallel, Patience: patience, Ports: ports}
	if m != nil {
		o.Told = m.told
	}
	run, err := l.Run(ctx, list, g.set, o)
	if err != nil {
		return nil, fmt.Errorf("running the lesson's scenarios: %w", err)
	}
	all := assess.RowsOf(run)
	var rows []Row
	for _, r := range all {
		r.Wrong = !g.right(r) && !g.inOwnWords(r, all)
		rows = append(rows, Row{
			ID: r.ID, Title: r.Title, Expect: r.Expect.Verdict, Reasons: r.Expect.Failures, Cell: r.Cell, OK: !r.Wrong, row: r,
		})
	}
	return rows, nil
}

// right reports whether a client did what the lesson asks.
func (g *grader) right(r assess.Row) bool {
	if r.Outcome == clients.Rejected && g.lesson.OwnWords && (r.Words == "" || r.FromRecord) {
		return false
	}
	return r.Cell.Unserved || r.Kind == verdict.OK && !atFault(r)
}

// atFault reports whether a client did what is wrong however it ends. It is to give up by itself within its [patience].
func atFault(r assess.Row) bool { return r.AtFault() || assess.Overran(r.Cell) }

// inOwnWords reports whether a client refused in words that no rule knows, where the server's record does not tell why
// either, and tells this failure from the lesson's others: a client may say it in its own words. If it says the same of
// everything, that says nothing.
func (g *grader) inOwnWords(r assess.Row, all []assess.Row) bool {
	return !g.lesson.OwnWords && r.Kind == verdict.Unrecognised && !atFault(r) && r.TellsApart(all)
}

// find draws findings from what a client did, and names in each row that is not right the one that explains it.
func find(rows []Row, again assess.Told, command []string) []Finding {
	var all []assess.Row
	for _, r := range rows {
		all = append(all, r.row)
	}
	list := []Finding{}
	for _, found := range assess.Find(all, again) {
		f := Finding{Code: found.Code, Name: found.Code, Scenarios: found.Scenarios}
		f.Switches = switchesOf(found.Code, rows, command)
		for i, r := range rows {
			if !r.OK && r.Finding == "" && r.Kind != verdict.Void && slices.Contains(f.Scenarios, r.ID) {
				rows[i].Finding = f.Code
			}
		}
		list = append(list, f)
	}
	return list
}

// sample is how many of the rows that a client got wrong it is asked again.
const sample = 3

// again asks the client once more, under the true names, for some of what it accepted and should not
// have, or refused and should not have. What it accepts wrongly has to be among that: a good server may
// be refused for whatever happens to be.
func (g *grader) again(ctx context.Context, rows []Row) (assess.Told, error) {
	var list []*scenarios.Scenario
	add := func(rows []Row, most int) {
		for _, row := range rows[:min(most, len(rows))] {
			if s, ok := scenarios.Lookup(row.ID); ok {
				list = append(list, s)
			}
		}
	}
	taken := only(rows, wronglyAccepted)
	add(only(rows, wronglyRefused), 1)
	add(taken, sample-1)
	var t assess.Told
	if len(taken) == 0 || len(list) < 2 { // one may be chance
		return t, nil
	}
	right := func(rows []Row) bool {
		return !slices.ContainsFunc(rows, wronglyRefused) && !slices.ContainsFunc(rows, wronglyAccepted)
	}
	named, err := g.look(ctx, g.lab, list, nil, 0)
	if err != nil {
		return t, err
	}
	t.Names = right(named)
	if t.Names || g.options.BasePort == 0 {
		return t, nil
	}
	known, err := g.look(ctx, g.lab, list, nil, g.options.BasePort)
	if err != nil {
		return t, ctx.Err() // its ports are taken, by tlslab up most likely: then there is nothing to be learnt here
	}
	t.Ports = right(known)
	return t, nil
}

func wronglyRefused(r Row) bool { return r.row.RefusedGood() }

func wronglyAccepted(r Row) bool { return r.row.Taken() }

// only returns the rows that are so.
func only(rows []Row, so func(Row) bool) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !so(r) })
}

// misnamer tells a client another scenario's name, and has its files lie under that name too.
type misnamer struct {
	dir    string
	lesson *lessons.Lesson
	asked  atomic.Int64
}

// told returns an endpoint under the name of a scenario of which the contrary is expected.
func (m *misnamer) told(s *scenarios.Scenario, e serve.Endpoint) (serve.Endpoint, error) {
	e.ID = m.lesson.Controls[0]
	if s.Expect.Verdict == scenarios.Accept {
		e.ID = m.lesson.Scenarios[0]
	}
	dir := filepath.Join(m.dir, strconv.FormatInt(m.asked.Add(1), 10), e.ID)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return e, err
	}
	for _, path := range []*string{&e.CAFile, &e.CertFile, &e.KeyFile, &e.CombinedFile, &e.CRLFile, &e.CAPKCS12, &e.CAJKS} {
		if *path == "" {
			continue
		}
		to := filepath.Join(dir, filepath.Base(*path))
		if err := copyFile(to, *path); err != nil {
			return e, err
		}
		*path = to
	}
	var err error
	e.CADir, err = copyDir(dir, e.CADir)
	return e, err
}

// copyDir copies the files of a directory to one of the same name in another, and returns its path. One that is
// not there is not there afterwards either.
func copyDir(in, from string) (string, error) {
	to := filepath.Join(in, filepath.Base(from))
	entries, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return to, nil
	}
	if err == nil {
		err = os.MkdirAll(to, 0o700)
	}
	for _, entry := range entries {
		err = errors.Join(err, copyFile(filepath.Join(to, entry.Name()), filepath.Join(from, entry.Name())))
	}
	return to, err
}

// copyFile copies a file; one that is not there is not there afterwards either.
func copyFile(to, from string) (err error) {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}
