// Package revocation is the lab's revocation service: an OCSP responder and a CRL distribution point, for all
// scenarios at once.
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

// Bounds of the responder: of an OCSP request (one for one certificate takes some 100 bytes), of
// the requests answered at once for each scenario, and of the time that one is kept waiting.
const (
	maxOCSPRequest  = 4 << 10
	maxStatusAsked  = 256
	statusTime      = 5 * time.Second
	maxSilentAnswer = time.Minute
)

// RefusedOffset is the offset from the responder's port of the one at which nothing listens.
const RefusedOffset = 500

// Responder is the lab's revocation service. It answers OCSP requests over HTTP, by POST at
// URL/ocsp/SCENARIO and by GET below that (RFC 6960, appendix A.1), and gives out CRLs in DER
// at URL/crl/SCENARIO, the leaf's, and URL/crl/SCENARIO/NAME, that of another certificate
// (RFC 5280, section 4.2.1.13). How it behaves for a scenario is told by the recipe's Responder
// and CRL.
type Responder struct {
	listener net.Listener
	refused  socket.Acceptor
	server   *http.Server
	lookup   func(id string) (*pki.Chain, error)

	done   chan struct{} // closed when the server has ended
	cancel context.CancelFunc
	shares shares // of the requests that are being answered

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // requests

	trouble atomic.Pointer[func(scenario string, err error)] // see OnTrouble
}

// Start starts a responder that asks lookup for a scenario's chain. An empty bind
// means 127.0.0.1; port zero means ports that are free, else the one at which nothing listens
// is at [RefusedOffset] from it.
//
// If an address is taken the error wraps [syscall.EADDRINUSE] and names it.
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
		ErrorLog:          log.New(io.Discard, "", 0), // whatever a client does is no news
	}
	go func() {
		defer close(r.done)
		r.server.Serve(trouble.Listener(l, func(err error) { r.troubled("", err) })) // returns when the server is closed
	}()
	return r, nil
}

// open opens the responder's port, and the one at which nothing listens.
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
	// The path as it came: what follows the ID in a GET is base64, which has slashes.
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
	default:
		http.NotFound(w, req)
	}
}

// serveOCSP answers an OCSP request about a scenario's chain; nil if there is no such scenario.
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

// ocspRequest returns the DER of a request: the body of a POST, or what a GET has after the
// scenario, base64 in a URL (RFC 6960, appendix A.1).
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
	return nil, fmt.Errorf("an OCSP request comes by GET or POST, and not by %s", req.Method)
}

// serveCRL gives out a CRL of a scenario's chain; nil if there is no such scenario.
func serveCRL(w http.ResponseWriter, req *http.Request, chain *pki.Chain, name string) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		http.Error(w, "a CRL comes by GET", http.StatusMethodNotAllowed)
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

// fails reports whether a scenario's service is out of order, after having done what it then
// does.
func fails(w http.ResponseWriter, req *http.Request, o pki.Outage) bool {
	switch o {
	case pki.OutageUnavailable:
		http.Error(w, "the lab's service is out of order, as this scenario wants it", http.StatusServiceUnavailable)
		return true
	case pki.OutageSilent:
		// Until the client goes away, or the responder does.
		http.NewResponseController(w).SetReadDeadline(time.Now().Add(maxSilentAnswer))
		<-req.Context().Done()
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	return false // one that refuses connections has its address elsewhere
}

// URL returns the responder's URL, without a slash at its end.
func (r *Responder) URL() string { return "http://" + socket.Dialable(r.listener.Addr()).String() }

// RefusedURL returns a URL, without a slash at its end, at whose address connections are
// refused for as long as the responder is there.
func (r *Responder) RefusedURL() string { return "http://" + r.refused.Addr().String() }

// Close stops the responder and waits for it.
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

// OnTrouble has the responder call tell with its own failures, which say nothing of a client: a panic, or a shortage
// of file descriptors. The scenario is the one that it was asked about, or empty if it could not accept clients at all.
func (r *Responder) OnTrouble(tell func(scenario string, err error)) { r.trouble.Store(&tell) }

// troubled tells of a failure of the responder's own.
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
