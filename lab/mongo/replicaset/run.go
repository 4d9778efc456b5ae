// Package replicaset has replica sets of real mongods in which one member's TLS is wrong: what members see of each other,
// what they log, and what drivers make of it.
package replicaset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/mongolog"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Result is what was seen of one scenario.
type Result struct {
	Scenario *Scenario `json:"scenario"`
	// Refusals has what a member answered to each change. It is empty if the member took the files.
	Refusals []string `json:"refusals"`
	// Views is how each member sees the members: see [Expectation].
	Views [3]string `json:"views"`
	// Says has each member's messages about members that it cannot reach.
	Says [3][]string `json:"says"`
	// Logs has what each member logged when connections were made again and that failed, each line once: severity,
	// component, ID, message and reason.
	Logs [3][]string `json:"logs"`
	// Cells has what drivers did.
	Cells []Cell `json:"cells"`
	// Deviations lists what differs from the scenario's expectation, in sentences. It is empty if nothing does.
	Deviations []string `json:"deviations"`

	logged []int // IDs of all lines about TLS
}

// Cell is what a driver did with the whole set or with one member.
type Cell struct {
	Client  clients.Info    `json:"client"`
	Member  int             `json:"member"` // from 1; 0 is the whole set
	Outcome clients.Outcome `json:"outcome"`
	Class   failure.Class   `json:"class,omitempty"`
	Message string          `json:"message,omitempty"`
}

// Options are the options of [Run].
type Options struct {
	Containers mongo.ContainerOptions
	Clients    []*clients.Client
	// Timeout is each driver's time limit for finding a server. Zero means 3 s.
	Timeout time.Duration
}

// Run starts a scenario's replica set, changes it, and lets every driver connect. Nothing of it is left. If this machine
// lacks something, the error wraps [errors.ErrUnsupported].
func Run(ctx context.Context, l *lab.Lab, s *Scenario, o Options) (result *Result, err error) {
	row := &scenarios.Scenario{ID: s.ID, Recipe: recipe()}
	chain, err := l.Chain(row)
	if err != nil {
		return nil, err
	}
	files, err := l.Files(row)
	if err != nil {
		return nil, err
	}
	set, err := start(ctx, s, chain, o.Containers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	result = &Result{Scenario: s, Refusals: []string{}, Cells: []Cell{}, Deviations: []string{}}
	if err := result.change(ctx, set, l.Config(), chain); err != nil {
		return nil, err
	}
	if err := result.look(ctx, set); err != nil {
		return nil, err
	}
	for _, c := range o.Clients {
		for member := range 4 {
			result.Cells = append(result.Cells, probe(ctx, c, set, member, files, o.Timeout))
		}
	}
	result.judge()
	return result, ctx.Err()
}

// start starts the set, in which everything is good.
func start(ctx context.Context, s *Scenario, chain *pki.Chain, o mongo.ContainerOptions) (*mongo.ReplicaSet, error) {
	options := mongo.SetOptions{ID: s.ID, Cluster: s.Cluster, User: chain.Client[0].Cert.Subject.String()}
	for _, name := range []string{good1, good2, good3} {
		files, err := filesOf(chain, name, labCA)
		if err != nil {
			return nil, err
		}
		options.Members = append(options.Members, files)
	}
	return mongo.StartReplicaSet(ctx, o, options)
}

// filesOf returns a member's files.
func filesOf(chain *pki.Chain, name string, trust []string) (f mongo.MemberFiles, err error) {
	if f.CA, err = chain.Bundle(trust...); err != nil {
		return f, err
	}
	switch name {
	case garbage:
		f.Key = []byte("this file has no certificate\n")
	case otherKey:
		f.Key, err = mixed(chain)
	default:
		f.Key, err = chain.Combined(name)
	}
	return f, err
}

// mixed returns a file with one member's certificates and another's key.
func mixed(chain *pki.Chain) ([]byte, error) {
	own, err := chain.Combined("renewed")
	if err != nil {
		return nil, err
	}
	other, err := chain.Combined(good3)
	if err != nil {
		return nil, err
	}
	const begin = "-----BEGIN CERTIFICATE-----"
	certs, key := bytes.Index(own, []byte(begin)), bytes.Index(other, []byte(begin))
	return slices.Concat(other[:key], own[certs:]), nil
}

// soonAfter is when a certificate expires after it was given to a member.
const soonAfter = 5 * time.Second

// change makes the scenario's changes, and then all connections between members again.
func (r *Result) change(ctx context.Context, set *mongo.ReplicaSet, config lab.Config, chain *pki.Chain) error {
	for _, c := range r.Scenario.Changes {
		if c.Certificate == "expires-soon" {
			soon := time.Now().Add(soonAfter).Truncate(time.Second)
			again, err := pki.New(pki.Config{Seed: config.Seed, At: config.At, Soon: soon})
			if err != nil {
				return err
			}
			if chain, err = again.Mint(chain.Name, chain.Recipe); err != nil {
				return err
			}
			defer wait(ctx, soon.Add(time.Second)) // notAfter itself is still valid
		}
		files, err := filesOf(chain, c.Certificate, c.Trust)
		if err != nil {
			return err
		}
		refusal := ""
		if err := set.Replace(ctx, c.Member-1, files); mongo.Refused(err) {
			refusal = err.Error()
		} else if err != nil {
			return err
		}
		r.Refusals = append(r.Refusals, refusal)
	}
	return nil
}

// wait returns at a time, or when ctx ends.
func wait(ctx context.Context, until time.Time) {
	select {
	case <-time.After(time.Until(until)):
	case <-ctx.Done():
	}
}

// look makes the connections again, and notes how members see each other then.
func (r *Result) look(ctx context.Context, set *mongo.ReplicaSet) error {
	begin := time.Now()
	if err := set.Reconnect(ctx); err != nil {
		return err
	}
	// What the set comes to is not known beforehand: if it is not what is expected, that is the result.
	awaited := set.Await(ctx, "members see each other as expected", func(views [][]mongo.State) bool {
		r.note(views)
		return r.Views == r.Scenario.Expect.Views && !slices.ContainsFunc(views, func(view []mongo.State) bool {
			return slices.ContainsFunc(view, func(s mongo.State) bool {
				return !s.Heard.IsZero() && s.Heard.Before(begin) // an answer from before
			})
		})
	})
	if ctx.Err() != nil || r.Views[0] == "" {
		return awaited
	}
	for i := range r.Logs {
		for _, text := range set.Log(ctx, i) {
			line := mongolog.Parse(text)
			r.logged = append(r.logged, line.ID)
			if telling(line) && !slices.Contains(r.Logs[i], line.String()) {
				r.Logs[i] = append(r.Logs[i], line.String())
			}
		}
	}
	return nil
}

// telling reports whether a line of a log is about something that went wrong.
func telling(l mongolog.Line) bool { return l.IsError() || l.Reason() != "" }

// note stores how members see each other.
func (r *Result) note(views [][]mongo.State) {
	for i, view := range views {
		r.Views[i], r.Says[i] = "", nil
		for _, s := range view {
			if s.Healthy {
				r.Views[i] += "+"
				continue
			}
			r.Views[i] += "-"
			r.Says[i] = append(r.Says[i], s.Message)
		}
	}
}

const defaultTimeout = 3 * time.Second

// probe lets a driver connect to the set, if member is zero, or to a member.
func probe(ctx context.Context, c *clients.Client, set *mongo.ReplicaSet, member int, f serve.Files,
	limit time.Duration) Cell {
	if limit == 0 {
		limit = defaultTimeout
	}
	_, port, _ := net.SplitHostPort(set.Addresses()[max(0, member-1)])
	number, _ := strconv.Atoi(port)
	e := serve.Endpoint{ID: "replica-set", URL: set.URL(member - 1), Host: "localhost", Port: number,
		CAFile: f.CAFile, CertFile: f.CertFile, KeyFile: f.KeyFile, CombinedFile: f.CombinedFile, CAPKCS12: f.CAPKCS12,
		CAJKS: f.CAJKS, CADir: f.CADir}
	got := c.Probe(ctx, clients.Request{Endpoint: e, Timeout: limit})
	cell := Cell{Client: c.Info, Member: member, Outcome: got.Outcome, Message: got.Message}
	if member > 1 && takesNoWrites.MatchString(got.Message) {
		cell.Outcome, cell.Message = clients.Accepted, ""
	}
	if cell.Outcome == clients.Rejected {
		cell.Class = verdict.Classify(c.Stack, got.Message)
	}
	return cell
}

// takesNoWrites matches what drivers report of a secondary to which they wanted to write: TLS was good.
var takesNoWrites = regexp.MustCompile(`(?i)not ?(writable ?)?primary`)

// where says what a cell's driver connected to.
func (c Cell) where() string {
	if c.Member == 0 {
		return "the set"
	}
	return fmt.Sprintf("member %d", c.Member)
}

// differs says how a cell differs from the wanted rejection, or nothing.
func (c Cell) differs(want []failure.Class) string {
	switch {
	case len(want) == 0 && c.Outcome == clients.Accepted:
		return ""
	case len(want) == 0:
		return fmt.Sprintf("should read and write, but %s: %s", c.Outcome, c.Message)
	case c.Outcome == clients.Rejected && (c.Class == messages.Untold || slices.Contains(want, c.Class)):
		return "" // PyOpenSSL does not tell the reason
	}
	return fmt.Sprintf("should be refused as %v, but %s as %s: %s", want, c.Outcome, c.Class, c.Message)
}

// judge lists what differs from the expectation.
func (r *Result) judge() {
	expect := r.Scenario.Expect
	differ := func(format string, args ...any) { r.Deviations = append(r.Deviations, fmt.Sprintf(format, args...)) }
	for i, c := range r.Scenario.Changes {
		switch got := r.Refusals[i]; {
		case c.Refused == "" && got != "":
			differ("member %d refused its new files: %s", c.Member, got)
		case !strings.Contains(got, c.Refused):
			differ("member %d should have refused its new files with %q: it said %q", c.Member, c.Refused, got)
		}
	}
	for i, want := range expect.Views {
		if r.Views[i] != want {
			differ("member %d sees %s instead of %s (+ answers, - does not)", i+1, r.Views[i], want)
		}
	}
	if says := slices.Concat(r.Says[0], r.Says[1]); expect.Says != "" &&
		!slices.ContainsFunc(says, func(m string) bool { return strings.Contains(m, expect.Says) }) {
		differ("no member says %q: %q", expect.Says, says)
	}
	if expect.Logged != 0 && !slices.Contains(r.logged, expect.Logged) {
		differ("no member logged a line with ID %d", expect.Logged)
	}
	for _, c := range r.Cells {
		want := expect.Set
		if c.Member > 0 {
			want = expect.Members[c.Member-1]
		}
		if wrong := c.differs(want); wrong != "" {
			differ("%s at %s: %s", c.Client.ID(), c.where(), wrong)
		}
	}
}
