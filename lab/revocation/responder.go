// Package revocation is the lab's revocation service: an OCSP responder and a CRL distribution point for all scenarios.
// It also serves the certificates of issuers.
package revocation

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/lab/internal/socket"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/pki"
)

// Limits of the responder.
const (
	maxOCSPRequest  = 4 << 10         // bytes of an OCSP request; about one certificate, it has some 100
	maxStatusAsked  = 256             // requests answered at once, per scenario
	statusTime      = 5 * time.Second // for reading a request and for writing the answer
	maxSilentAnswer = time.Minute     // that a client is left without an answer
)

// RefusedOffset is the distance from the responder's port to the port that refuses connections.
const RefusedOffset = 500

// Responder is the lab's revocation service. It answers OCSP requests over HTTP: POST to URL/ocsp/SCENARIO, or GET of a
// path below that (RFC 6960, appendix A.1). It serves CRLs in DER (RFC 5280, section 4.2.1.13): the leaf's at
// URL/crl/SCENARIO, and another certificate's at URL/crl/SCENARIO/NAME. It serves the certificate of the issuer of NAME
// in DER at URL/issuer/SCENARIO/NAME (RFC 5280, section 4.2.2.1). The Responder and CRL of a scenario's recipe
// determine how it behaves for that scenario.
type Responder struct {
	listener net.Listener
	refused  socket.Acceptor
	server   *http.Server
	lookup   func(id string) (*pki.Chain, error)

	done   chan struct{} // closed when the server has ended
	cancel context.CancelFunc
	shares shares // limits the requests that are being answered

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // the requests that are being answered

	trouble atomic.Pointer[func(scenario string, err error)] // see OnTrouble
}

// Start starts a responder, which gets a scenario's chain from lookup. An empty bind means 127.0.0.1. The port that
// refuses connections is [RefusedOffset] above port; port zero means any free ports for both.
//
// If an address is in use, the error wraps [syscall.EADDRINUSE] and names the address.
func Start(bind string, port int, lookup func(id string) (*pki.Chain, error)) (*Responder, error) {
	l, refused, err := open(cmp.Or(bind, "127.0.0.1"), port)
	if err != nil {
		return nil, fmt.Errorf("starting the revocation responder: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &Responder{
		listener: l, refused: refused, lookup: lookup,
		done: make(chan struct{}), cancel: cancel, shares: shares{each: maxStatusAsked, taken: map[string]int{}},
	}
	r.server = &http.Server{
		Handler: trouble.Handler(http.HandlerFunc(r.serve), func(req *http.Request, err error) {
			r.troubled(askedAbout(req), err)
		}),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: statusTime,
		IdleTimeout:       statusTime,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // it would log only what clients do
	}
	go func() {
		defer close(r.done)
		// Serve returns when the server is closed.
		r.server.Serve(trouble.Listener(l, func(err error) { r.troubled("", err) }))
	}()
	return r, nil
}

// open opens the responder's port, and the one that refuses connections.
func open(bind string, port int) (*net.TCPListener, socket.Acceptor, error) {
	ip, err := socket.Resolve(bind)
	if err != nil {
		return nil, nil, err
	}
	l, err := socket.ListenTCP(ip, port)
	if err != nil {
		return nil, nil, err
	}
	none := 0
	if port != 0 {
		none = port + RefusedOffset
	}
	refused, err := socket.Refuse(socket.Dialable(l.Addr()).AddrPort().Addr().Unmap(), none)
	if err != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	return l, refused, nil
}

// serve answers one request, unless there are too many, or the responder is being closed.
func (r *Responder) serve(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return
	}
	r.running.Add(1)
	r.mu.Unlock()
	defer r.running.Done()
	// The escaped path, because in a GET the ID is followed by base64, which can contain slashes.
	service, rest, _ := strings.Cut(strings.TrimPrefix(req.URL.EscapedPath(), "/"), "/")
	id, rest, _ := strings.Cut(rest, "/")
	chain, unknown := r.lookup(id)
	share := id
	if unknown != nil {
		chain, share = nil, ""
	}
	if !r.shares.take(share) {
		http.Error(w, "too many requests at once", http.StatusServiceUnavailable)
		return
	}
	defer r.shares.giveBack(share)
	control := http.NewResponseController(w)
	control.SetReadDeadline(time.Now().Add(statusTime))
	control.SetWriteDeadline(time.Now().Add(statusTime))
	switch service {
	case "ocsp":
		serveOCSP(w, req, chain, rest)
	case "crl":
		serveCRL(w, req, chain, rest)
	case "issuer":
		serveIssuer(w, req, chain, rest)
	default:
		http.NotFound(w, req)
	}
}

// serveOCSP answers an OCSP request about a scenario's chain. The chain is nil for an unknown scenario.
func serveOCSP(w http.ResponseWriter, req *http.Request, chain *pki.Chain, rest string) {
	der, err := ocspRequest(w, req, rest)
	if err != nil && req.Method != http.MethodGet && req.Method != http.MethodPost {
		http.Error(w, err.Error(), http.StatusMethodNotAllowed)
		return
	}
	if chain != nil && chain.Recipe.Responder != nil && fails(w, req, chain.Recipe.Responder.Outage) {
		return
	}
	w.Header().Set("Content-Type", "application/ocsp-response")
	answer := ocsp.MalformedRequestErrorResponse
	if request, malformed := ocsp.ParseRequest(der); err == nil && malformed == nil {
		switch {
		case chain == nil:
			answer = ocsp.UnauthorizedErrorResponse
		default:
			if answer, err = chain.OCSPResponse(request); err != nil {
				answer = ocsp.InternalErrorErrorResponse
			}
		}
	}
	w.Write(answer)
}

// ocspRequest returns the DER of an OCSP request. It is the body of a POST, or in a GET the rest of the path after the
// scenario, in base64 (RFC 6960, appendix A.1).
func ocspRequest(w http.ResponseWriter, req *http.Request, rest string) ([]byte, error) {
	switch req.Method {
	case http.MethodPost:
		return io.ReadAll(http.MaxBytesReader(w, req.Body, maxOCSPRequest))
	case http.MethodGet:
		text, err := url.PathUnescape(rest)
		if err != nil {
			return nil, err
		}
		if len(text) > base64.StdEncoding.EncodedLen(maxOCSPRequest) {
			return nil, errors.New("the request is too long")
		}
		return base64.StdEncoding.DecodeString(text)
	}
	return nil, fmt.Errorf("OCSP requests must use GET or POST, not %s", req.Method)
}

// serveCRL serves a CRL of a scenario's chain. The chain is nil for an unknown scenario.
func serveCRL(w http.ResponseWriter, req *http.Request, chain *pki.Chain, name string) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		http.Error(w, "use GET to fetch a CRL", http.StatusMethodNotAllowed)
		return
	}
	if chain == nil {
		http.NotFound(w, req)
		return
	}
	if chain.Recipe.CRL != nil && fails(w, req, chain.Recipe.CRL.Outage) {
		return
	}
	list, ok := chain.PublishedCRL(name)
	if !ok {
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", "application/pkix-crl") // RFC 2585, section 4.2
	w.Write(list)
}

// serveIssuer serves the certificate of the issuer of a certificate. The chain is nil for an unknown scenario.
func serveIssuer(w http.ResponseWriter, req *http.Request, chain *pki.Chain, name string) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		http.Error(w, "use GET to fetch a certificate", http.StatusMethodNotAllowed)
		return
	}
	if chain == nil {
		http.NotFound(w, req)
		return
	}
	der, ok := chain.PublishedIssuer(name)
	if !ok {
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", "application/pkix-cert") // RFC 2585, section 4.1
	w.Write(der)
}

// fails reports whether the service has an outage for this scenario. If so, it has done what the outage demands.
func fails(w http.ResponseWriter, req *http.Request, o pki.Outage) bool {
	switch o {
	case pki.OutageUnavailable:
		http.Error(w, "unavailable, as this scenario demands", http.StatusServiceUnavailable)
		return true
	case pki.OutageSilent:
		// Wait until the client closes the connection, or the responder is closed.
		http.NewResponseController(w).SetReadDeadline(time.Now().Add(maxSilentAnswer))
		<-req.Context().Done()
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	return false // for OutageRefused, certificates name RefusedURL
}

// URL returns the responder's URL, without a trailing slash.
func (r *Responder) URL() string { return "http://" + socket.Dialable(r.listener.Addr()).String() }

// RefusedURL returns a URL, without a trailing slash, whose address refuses connections until the responder is closed.
func (r *Responder) RefusedURL() string { return "http://" + r.refused.Addr().String() }

// Close stops the responder, and waits until all requests have ended.
func (r *Responder) Close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.cancel()
	err := r.server.Close()
	<-r.done
	r.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(err, r.refused.Close())
}

// OnTrouble makes the responder call tell when it fails itself, which says nothing about a client: after a panic, or if
// file descriptors are short. The scenario is the one that the request was about. It is empty if the responder could
// not accept clients at all.
func (r *Responder) OnTrouble(tell func(scenario string, err error)) { r.trouble.Store(&tell) }

// troubled reports a failure of the responder itself.
func (r *Responder) troubled(scenario string, err error) {
	if tell := r.trouble.Load(); tell != nil {
		(*tell)(scenario, fmt.Errorf("the revocation responder: %w", err))
	}
}

// askedAbout returns the scenario that a request is about.
func askedAbout(r *http.Request) string {
	parts := strings.SplitN(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}
