// Package worker runs client programs that are started once and then probed many times, because an
// interpreter takes longer to start than to connect.
//
// A worker writes one line of JSON that describes it ([Hello]). Then it reads requests, one per line, and
// answers each with one line, until its input ends. The probe programs below lab/clients document the other
// side of this contract.
package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
)

const (
	// grace is how long a worker may exceed its own time limit. On a busy machine it takes time to notice the
	// limit and to answer.
	grace = 10 * time.Second
	// helloTime is how long a worker may take to start for a probe. Java compiles its program first, which
	// takes a second on an idle machine.
	helloTime = 90 * time.Second
)

var (
	errOverrun = errors.New("the worker overran its time")
	errClosed  = errors.New("the worker is closed")
)

// Worker is a running client program. It handles one request at a time.
type Worker struct {
	name    string
	command process.Command
	grace   time.Duration
	// unlimited lists the variants that have no time limit of their own, and get no grace.
	unlimited []string
	turn      chan struct{} // holds one token: whoever has it owns what follows
	proc      *process.Process
	lines     *bufio.Reader
	last      uint64 // id of the last request
	closed    bool
}

// Start starts a stack's worker and returns its hello. The worker runs until Close; ctx limits only the
// start.
func Start(ctx context.Context, name string, c process.Command) (*Worker, Hello, error) {
	w := New(name, c)
	hello, err := w.start(ctx)
	if err != nil {
		return nil, Hello{}, err
	}
	return w, hello, nil
}

// New returns a stack's worker, which the first probe starts. It is for programs that start slowly and are
// known without their hello.
func New(name string, c process.Command) *Worker {
	w := &Worker{name: name, command: c, grace: grace, turn: make(chan struct{}, 1)}
	w.turn <- struct{}{}
	return w
}

// start starts the program and reads its hello.
func (w *Worker) start(ctx context.Context) (Hello, error) {
	proc, err := process.Start(ctx, w.command)
	if err != nil {
		return Hello{}, err
	}
	w.proc, w.lines = proc, bufio.NewReaderSize(proc, 4096)
	stop := context.AfterFunc(ctx, proc.Kill)
	line, err := readLine(w.lines)
	if !stop() {
		err = context.Cause(ctx)
	}
	var hello Hello
	if err == nil {
		hello, err = parseHello(line, w.name)
	}
	if err != nil {
		return Hello{}, w.discard(err)
	}
	return hello, nil
}

// Probe sends a request to the worker and returns its answer. If the worker dies or violates the contract,
// the outcome is clients.Failed, and the worker is restarted for the next request.
func (w *Worker) Probe(ctx context.Context, variant string, r clients.Request) clients.Result {
	select {
	case <-w.turn:
		defer func() { w.turn <- struct{}{} }()
	case <-ctx.Done():
		return clients.Result{Outcome: clients.Failed, Message: context.Cause(ctx).Error()}
	}
	if err := w.ready(ctx); err != nil {
		return clients.Result{Outcome: clients.Failed, Message: err.Error()}
	}
	begin := time.Now() // starting the program does not count as the client's time
	result, err := w.probe(ctx, variant, r)
	switch took := time.Since(begin); {
	case errors.Is(err, errOverrun):
		return clients.Overrun(took)
	case err != nil:
		return clients.Result{Outcome: clients.Failed, Message: err.Error(), Duration: took}
	default:
		result.Duration = took
		return result
	}
}

// probe does the work of Probe. The caller has the turn, and the program is running.
func (w *Worker) probe(ctx context.Context, variant string, r clients.Request) (clients.Result, error) {
	w.last++
	line, err := json.Marshal(request{
		ID: w.last, Variant: variant,
		URL: r.Endpoint.URL, Host: r.Endpoint.Host, Port: r.Endpoint.Port, Connect: r.Endpoint.Connect,
		CAFile: r.Endpoint.CAFile, CertFile: r.Endpoint.CertFile, KeyFile: r.Endpoint.KeyFile,
		KeyPassword: r.Endpoint.KeyPassword, CRLFile: r.Endpoint.CRLFile, Combined: r.Endpoint.CombinedFile,
		CAPKCS12: r.Endpoint.CAPKCS12, CAJKS: r.Endpoint.CAJKS, CADir: r.Endpoint.CADir,
		CAPassword: r.Endpoint.CAPassword,
		TimeoutMS:  max(1, r.Timeout.Milliseconds()),
	})
	if err != nil {
		return clients.Result{}, fmt.Errorf("writing a request: %w", err)
	}
	limit := r.Timeout + w.grace
	if slices.Contains(w.unlimited, variant) {
		limit = r.Timeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errOverrun)
	defer cancel()
	stop := context.AfterFunc(ctx, w.proc.Kill)
	_, err = w.proc.Write(append(line, '\n'))
	if err == nil {
		line, err = readLine(w.lines)
	}
	if !stop() {
		err = context.Cause(ctx)
	}
	var result clients.Result
	if err == nil {
		result, err = parseAnswer(line, w.last)
	}
	if err != nil {
		return clients.Result{}, w.discard(err)
	}
	return result, nil
}

// ready starts the worker if it is not running.
func (w *Worker) ready(ctx context.Context) error {
	if w.closed {
		return errClosed
	}
	if w.proc != nil {
		select {
		case <-w.proc.Done():
			w.discard(nil)
		default:
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, helloTime)
	defer cancel()
	_, err := w.start(ctx)
	return err
}

// discard ends the program, which cannot be trusted any more, and adds its last output to the reason.
func (w *Worker) discard(reason error) error {
	w.proc.Close()
	words := strings.TrimSpace(w.proc.Stderr())
	w.proc, w.lines = nil, nil
	if errors.Is(reason, io.EOF) {
		reason = fmt.Errorf("the program ended: %w", reason)
	}
	if words != "" {
		words = ": it last wrote: " + words
	}
	return fmt.Errorf("%s worker %s: %w%s", w.name, w.command.Path, reason, words)
}

// Close ends the worker and waits for it.
func (w *Worker) Close() error {
	<-w.turn
	w.closed = true
	if w.proc != nil {
		w.proc.Close()
		w.proc = nil
	}
	w.turn <- struct{}{}
	return nil
}

// readLine reads a line of at most maxLine bytes, without its end.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, fmt.Errorf("it wrote a line of more than %d bytes", maxLine)
		case err == nil:
			return line[:len(line)-1], nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}
