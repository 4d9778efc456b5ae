package serve

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/pki"
)

// maxOCSPRequest bounds an OCSP request. A request for one certificate takes some 100 bytes.
const maxOCSPRequest = 4 << 10

// Responder is the lab's revocation service: OCSP over HTTP (RFC 6960, appendix A) at
// URL/ocsp/SCENARIO, and CRLs (RFC 5280, section 4.2.1.13) at URL/crl/SCENARIO.
type Responder struct {
	listener net.Listener
	server   *http.Server
	done     chan struct{}
}

// StartResponder starts a responder that asks lookup for a scenario's chain. An empty bind
// means 127.0.0.1; port zero means one that is free.
func StartResponder(bind string, port int, lookup func(id string) (*pki.Chain, error)) (*Responder, error) {
	address := net.JoinHostPort(cmp.Or(bind, "127.0.0.1"), fmt.Sprint(port))
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("starting the revocation responder: %w: end what listens there, or choose other ports with --base-port", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ocsp/{id}", func(w http.ResponseWriter, r *http.Request) {
		answerOCSP(w, r, lookup)
	})
	mux.HandleFunc("GET /crl/{id}", func(w http.ResponseWriter, r *http.Request) {
		chain, err := lookup(r.PathValue("id"))
		if err != nil || len(chain.CRLs) == 0 {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/pkix-crl")
		w.Write(chain.CRLs[0]) // the leaf's issuer's
	})
	srv := &Responder{
		listener: l,
		server:   &http.Server{Handler: mux, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10},
		done:     make(chan struct{}),
	}
	go func() {
		defer close(srv.done)
		srv.server.Serve(l) // returns when the server is closed
	}()
	return srv, nil
}

func answerOCSP(w http.ResponseWriter, r *http.Request, lookup func(id string) (*pki.Chain, error)) {
	w.Header().Set("Content-Type", "application/ocsp-response")
	chain, err := lookup(r.PathValue("id"))
	if err != nil {
		w.Write(ocsp.UnauthorizedErrorResponse)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOCSPRequest))
	if err != nil {
		w.Write(ocsp.MalformedRequestErrorResponse)
		return
	}
	request, err := ocsp.ParseRequest(body)
	if err != nil {
		w.Write(ocsp.MalformedRequestErrorResponse)
		return
	}
	if request.SerialNumber.Cmp(chain.Leaf().Cert.SerialNumber) != 0 {
		w.Write(ocsp.UnauthorizedErrorResponse) // RFC 5019, section 2.2.3: not authoritative for it
		return
	}
	answer, err := chain.OCSPResponse(pki.StatusGood)
	if err != nil {
		w.Write(ocsp.InternalErrorErrorResponse)
		return
	}
	w.Write(answer)
}

// URL returns the responder's URL, without a slash at its end.
func (r *Responder) URL() string { return "http://" + r.listener.Addr().String() }

// Close stops the responder and waits for it.
func (r *Responder) Close() error {
	err := r.server.Close()
	<-r.done
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
