// Package check grades a client that a learner has fixed. The client must connect to the controls of a lesson, and must
// refuse the lesson's failures and their neighbours, each for the right reason.
//
// [Check] runs the client and says what is wrong with it, in the codes of package lab/assess. It judges what the client
// does, and does not read its source. Each scenario is served at a free port and under another scenario's name, so that
// a client that decides by names fails. Some of the failed scenarios are then repeated under their true names: a client
// that passes them there decides by names.
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

// Schema is the version of the JSON format of a [Result].
const Schema = 1

// patience is the time limit for scenarios in which a server does not answer. The client must give up by itself before
// it is reached.
const patience = 6 * time.Second

// Options configure a check.
type Options struct {
	// Command is the client, as for tlslab test: see [undertest.Options].
	Command []string
	// Parallel is the maximum number of copies of it that run at the same time. Zero means one.
	Parallel int
	// Timeout is the time limit of each connection. Zero means 10 s.
	Timeout time.Duration
	// BasePort is the base port of tlslab up, whose ports a client may have been written for. The check finds
	// clients that decide by them. Zero leaves this out.
	BasePort int
}

// Result is the result of a check.
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

// Row is one scenario of the lesson, with what the client did.
type Row struct {
	ID      string            `json:"id"`
	Title   string            `json:"title"`
	Expect  scenarios.Verdict `json:"expect"`   // accept or reject
	Reasons []failure.Class   `json:"failures"` // the right reasons for a refusal
	result.Cell
	OK bool `json:"ok"`
	// Finding is the code of the finding that explains why the row is not OK. It is empty if the client refused the
	// control too.
	Finding assess.Code `json:"finding,omitempty"`

	row assess.Row
}

// Finding is something that is wrong with a client.
type Finding struct {
	Code assess.Code `json:"code"`
	// Name is the same as Code, for programs that read it before Code existed.
	Name assess.Code `json:"name"`
	// Scenarios are the IDs of the scenarios that show it.
	Scenarios []string `json:"scenarios"`
	// Switches are its possible causes in the client's language, if that can be determined.
	Switches []string `json:"switches,omitempty"`
}

// Check grades a client by a graded lesson, whose scenarios the lab serves. It returns an error if the lab lacks the
// service of the lesson's scenarios, or if the command cannot be started, which wraps [undertest.ErrCommand].
func Check(ctx context.Context, l *lab.Lab, lesson *lessons.Lesson, o Options) (_ *Result, err error) {
	started := time.Now()
	rows := lesson.Rows()
	set, err := clients.Open(ctx, undertest.Stack(undertest.Options{
		Command: o.Command, Parallel: o.Parallel, Features: lesson.Features,
		Service: string(rows[0].Service.Protocol()),
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
	first, err := g.look(ctx, rows, &misnamer{dir: dir.Path(), lesson: lesson}, 0)
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

// look runs the client through scenarios. With a nil misnamer, it is told the true names. Ports is the base port to
// serve at, or zero for free ports.
func (g *grader) look(ctx context.Context, list []*scenarios.Scenario, m *misnamer, ports int) ([]Row, error) {
	o := lab.RunOptions{Timeout: g.options.Timeout, Parallel: g.options.Parallel, Patience: patience, Ports: ports}
	if m != nil {
		o.Told = m.told
	}
	run, err := g.lab.Run(ctx, list, g.set, o)
	if err != nil {
		return nil, fmt.Errorf("running the lesson's scenarios: %w", err)
	}
	all := assess.RowsOf(run)
	var rows []Row
	for _, r := range all {
		r.Wrong = !g.right(r) && !g.inOwnWords(r, all)
		rows = append(rows, Row{
			ID: r.ID, Title: r.Title, Expect: r.Expect.Verdict, Reasons: r.Expect.Failures, Cell: r.Cell, OK: !r.Wrong,
			row: r,
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

// atFault reports whether a client did something that is wrong whatever its result, or did not give up by itself within
// [patience].
func atFault(r assess.Row) bool { return r.AtFault() || assess.Overran(r.Cell) }

// inOwnWords reports whether a client refused with a message that no rule recognises, and the server's record does not
// give the reason either, but the message differs from those for the lesson's other failures. A client may use its own
// words, but one that says the same of everything gives no reason.
func (g *grader) inOwnWords(r assess.Row, all []assess.Row) bool {
	return !g.lesson.OwnWords && r.Kind == verdict.Unrecognised && !atFault(r) && r.TellsApart(all)
}

// find derives findings from what a client did. Each row that is not OK gets the finding that explains it.
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

// sample is the maximum number of wrong rows that are repeated.
const sample = 3

// again repeats some of the rows that the client wrongly accepted or refused, under the true names. Without a wrongly
// accepted row it finds nothing, because a client may refuse a good server for any reason.
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
	if len(taken) == 0 || len(list) < 2 { // a single row may be right by chance
		return t, nil
	}
	right := func(rows []Row) bool {
		return !slices.ContainsFunc(rows, wronglyRefused) && !slices.ContainsFunc(rows, wronglyAccepted)
	}
	named, err := g.look(ctx, list, nil, 0)
	if err != nil {
		return t, err
	}
	t.Names = right(named)
	if t.Names || g.options.BasePort == 0 {
		return t, nil
	}
	known, err := g.look(ctx, list, nil, g.options.BasePort)
	if err != nil {
		return t, ctx.Err() // the ports are taken, probably by tlslab up, so this cannot be found out
	}
	t.Ports = right(known)
	return t, nil
}

func wronglyRefused(r Row) bool { return r.row.RefusedGood() }

func wronglyAccepted(r Row) bool { return r.row.Taken() }

// only returns the rows for which keep returns true.
func only(rows []Row, keep func(Row) bool) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !keep(r) })
}

// misnamer tells a client another scenario's name, and copies the scenario's files to paths with that name.
type misnamer struct {
	dir    string
	lesson *lessons.Lesson
	asked  atomic.Int64
}

// told returns an endpoint under the name of a scenario with the opposite expectation.
func (m *misnamer) told(s *scenarios.Scenario, e serve.Endpoint) (serve.Endpoint, error) {
	e.ID = m.lesson.Controls[0]
	if s.Expect.Verdict == scenarios.Accept {
		e.ID = m.lesson.Scenarios[0]
	}
	dir := filepath.Join(m.dir, strconv.FormatInt(m.asked.Add(1), 10), e.ID)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return e, err
	}
	for _, path := range []*string{
		&e.CAFile, &e.CertFile, &e.KeyFile, &e.CombinedFile, &e.CRLFile, &e.CAPKCS12, &e.CAJKS,
	} {
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

// copyDir copies the files of a directory into a new directory of the same name within another, and returns its path.
// If the original does not exist, it makes no directory.
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

// copyFile copies a file. If the original does not exist, it does nothing.
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
