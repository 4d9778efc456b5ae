// Package simulate has real client programs connect to a server: a simulation of handshakes that simulates nothing.
package simulate

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/pki"
)

// Options are the options of [Run].
type Options struct {
	// Timeout is the time limit of each client. Zero means 10 s.
	Timeout time.Duration
	// Language is that of reasons that are not a client's own.
	Language lang.Tag
	// Progress, if set, is called after each client, from one goroutine at a time.
	Progress func(done, total int)
}

// atOnce is the number of clients per processor that run at the same time: client and server wait for each other.
const atOnce = 3

// prefix begins the names of directories with the clients' files.
const prefix = "tlslab-diagnose-"

// services are the URLs' schemes and queries of the protocols that the clients of this package's callers speak.
var services = map[string]serve.Service{
	"https":   {Name: "https", Scheme: "https"},
	"mongodb": {Name: "mongodb", Scheme: "mongodb", Query: "tls=true"},
}

// Can returns an error if no client can be pointed at a target. It says why.
func Can(t ask.Target) error {
	_, known := services[t.ServiceName()]
	switch {
	case t.Prologue() != "" || !known:
		return fmt.Errorf("no client here speaks the protocol of %s, %s: clients speak https and mongodb", t,
			cmp.Or(t.Prologue(), t.ServiceName()))
	case t.Proxy != "":
		return errors.New("the clients cannot be told to use a proxy: ask without it")
	case t.SNI != "" && t.SNI != t.Host:
		return errors.New("the clients send the name that they verify: name it as the host, and say with --connect where " +
			"it is")
	}
	return nil
}

// Ordinary returns the first variant of each program in a set: the one with the stack's default settings.
func Ordinary(set *clients.Set) []*clients.Client {
	var list []*clients.Client
	taken := map[[3]string]bool{}
	for _, c := range set.Clients {
		program := [3]string{c.Stack, c.Version, c.Path}
		if !taken[program] {
			taken[program] = true
			list = append(list, c)
		}
	}
	return list
}

// Run has each client make one connection to the server that was seen, with the roots as its only CAs, and returns what
// each did, in the order of the list. If ctx ends, it returns its error.
func Run(
	ctx context.Context, list []*clients.Client, seen *ask.Seen, roots diagnose.Roots, o Options,
) (answers []diagnose.ClientAnswer, err error) {
	if err := Can(seen.Target); err != nil {
		return nil, err
	}
	pki.SweepTemp(os.TempDir(), prefix)
	dir, err := pki.TempDir(os.TempDir(), prefix)
	if err != nil {
		return nil, fmt.Errorf("making a directory for the clients' files: %w", err)
	}
	defer func() { err = errors.Join(err, dir.Delete()) }()
	endpoint, err := endpointOf(seen, roots, dir)
	if err != nil {
		return nil, err
	}
	answers = make([]diagnose.ClientAnswer, len(list))
	status := statusOf(seen)
	turns := semaphore.NewWeighted(int64(atOnce * runtime.GOMAXPROCS(0)))
	var running sync.WaitGroup
	var counting sync.Mutex
	done := 0
	for i, c := range list {
		if turns.Acquire(ctx, 1) != nil {
			break
		}
		running.Go(func() {
			defer turns.Release(1)
			result := clients.Result{}
			err := rescue.Do(func() error {
				result = c.Probe(ctx, clients.Request{Endpoint: endpoint, Timeout: o.Timeout})
				return nil
			})
			if err != nil {
				result = clients.Result{Outcome: clients.Failed, Message: err.Error()}
			}
			answers[i] = answer(c.Info, result, o.Language)
			served(&answers[i], status)
			counting.Lock()
			defer counting.Unlock()
			if done++; o.Progress != nil {
				o.Progress(done, len(list))
			}
		})
	}
	running.Wait()
	return answers, ctx.Err()
}

// answer describes a result.
func answer(c clients.Info, r clients.Result, in lang.Tag) diagnose.ClientAnswer {
	a := diagnose.ClientAnswer{
		Stack: c.Stack, Version: c.Version, Variant: c.Variant, Outcome: r.Outcome, Accepts: r.Outcome == clients.Accepted,
		Message: r.Message,
	}
	if r.Outcome == clients.Rejected {
		a.Class = verdict.Classify(c.Stack, r.Message)
	}
	if r.Told != nil {
		a.Message = in.Reason(*r.Told)
	}
	return a
}

// statusLine matches the beginning of an HTTP response with an error (RFC 9112, section 4).
var statusLine = regexp.MustCompile(`^HTTP/\d(?:\.\d)? ([45]\d\d)\b`)

// statusOf returns the HTTP status with which the server answers a request for its first page, if that is an error.
func statusOf(seen *ask.Seen) string {
	for _, a := range seen.Attempts {
		if m := statusLine.FindSubmatch(a.Response); m != nil {
			return string(m[1])
		}
	}
	return ""
}

// served corrects the answer of a client that reports the server's HTTP status as an error: TLS was accepted.
func served(a *diagnose.ClientAnswer, status string) {
	if a.Outcome != clients.Rejected || a.Class != "" || status == "" {
		return
	}
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	if slices.Contains(strings.FieldsFunc(a.Message, func(r rune) bool { return !isDigit(r) }), status) {
		a.Outcome, a.Accepts = clients.Accepted, true
	}
}

// endpointOf describes the server to clients, and writes their files.
func endpointOf(seen *ask.Seen, roots diagnose.Roots, dir *pki.Dir) (serve.Endpoint, error) {
	t := seen.Target
	service := services[t.ServiceName()]
	address := url.URL{Scheme: service.Scheme, Host: t.String(), Path: "/", RawQuery: service.Query}
	e := serve.Endpoint{
		ID: t.String(), Service: string(service.Name), URL: address.String(), Host: t.Host, Port: t.Port,
		Connect: connect(seen), CAFile: filepath.Join(dir.Path(), pki.FileRoot),
	}
	var list bytes.Buffer
	for _, der := range roots.Certificates {
		pem.Encode(&list, &pem.Block{Type: "CERTIFICATE", Bytes: der}) // a buffer takes everything
	}
	files := []pki.File{{Name: pki.FileRoot, Data: list.Bytes()}}
	if own := t.Certificate; own != nil {
		key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
		if err != nil {
			return serve.Endpoint{}, fmt.Errorf("writing the client's key for the clients: %w", err)
		}
		var certs bytes.Buffer
		for _, der := range own.Certificate {
			pem.Encode(&certs, &pem.Block{Type: "CERTIFICATE", Bytes: der})
		}
		secret := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
		files = append(files, pki.File{Name: pki.FileClientCert, Data: certs.Bytes()},
			pki.File{Name: pki.FileClientKey, Data: secret, Secret: true},
			pki.File{Name: pki.FileClient, Data: bytes.Join([][]byte{secret, certs.Bytes()}, nil), Secret: true})
		path := func(name string) string { return filepath.Join(dir.Path(), name) }
		e.CertFile, e.KeyFile, e.CombinedFile = path(pki.FileClientCert), path(pki.FileClientKey), path(pki.FileClient)
	}
	for _, f := range files {
		if err := dir.Write("", f); err != nil {
			return serve.Endpoint{}, fmt.Errorf("writing the clients' files: %w", err)
		}
	}
	return e, nil
}

// connect returns the address that answered, so that all clients ask the same one.
func connect(seen *ask.Seen) string {
	for _, a := range seen.Addresses {
		if _, _, err := net.SplitHostPort(a.Address); err == nil && (a.End == "" || a.End == ask.EndOpen) {
			return a.Address
		}
	}
	return seen.Target.Connect
}
