package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"golang.org/x/crypto/ocsp"
)

// maxResponse is the maximum length of a responder's answer, in bytes.
const maxResponse = 64 << 10

// retryTime is the time after a failure until the responder is queried again.
const retryTime = time.Minute

// start fetches the first response. Without one, the server starts anyway and staples nothing.
func (s *security) start() {
	if !s.options.ocspEnabled || len(s.path[0].OCSPServer) == 0 {
		return
	}
	if _, err := s.fetch(context.Background()); err != nil {
		s.log.line("W", "NETWORK", 5512202, "main", "Server was unable to staple OCSP Response",
			attr{"reason": err.Error()})
	}
}

// refresh fetches a new response whenever half of the last one's validity has passed, until ctx ends.
func (s *security) refresh(ctx context.Context) {
	if s == nil || !s.options.ocspEnabled || len(s.path[0].OCSPServer) == 0 {
		return
	}
	var until time.Time // the end of the stapled response's validity
	wait := time.Duration(0)
	if staple := s.staple.Load(); staple != nil {
		if r, err := s.parse(*staple); err == nil {
			until, wait = r.NextUpdate, time.Until(r.NextUpdate)/2
		}
	}
	for {
		if seconds := s.options.ocspRefreshInterval; seconds > 0 {
			wait = min(wait, time.Duration(seconds)*time.Second)
		}
		timer := time.NewTimer(max(wait, time.Second))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		r, err := s.fetch(ctx)
		if err == nil {
			until, wait = r.NextUpdate, time.Until(r.NextUpdate)/2
			continue
		}
		if wait = retryTime; time.Now().After(until) {
			s.staple.Store(nil)
		}
		s.log.line("W", "NETWORK", 5512202, "OCSPFetchAndStaple", "Server was unable to staple OCSP Response",
			attr{"reason": err.Error()})
	}
}

// fetch queries the responder that the certificate names. It staples any answer that verifies, good or not,
// because clients must learn about it.
func (s *security) fetch(ctx context.Context) (*ocsp.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.options.ocspVerifyTimeout)*time.Second)
	defer cancel()
	issuer := s.issuer()
	if issuer == nil {
		return nil, fmt.Errorf("could not get issuer certificate from the CA file or the certificate file")
	}
	request, err := ocsp.CreateRequest(s.path[0], issuer, nil)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.path[0].OCSPServer[0], bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/ocsp-request")
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	der, err := io.ReadAll(io.LimitReader(answer.Body, maxResponse))
	if err != nil {
		return nil, err
	}
	parsed, err := s.parse(der)
	if err != nil {
		return nil, err
	}
	s.staple.Store(&der)
	return parsed, nil
}

// parse verifies a response about the server's certificate.
func (s *security) parse(der []byte) (*ocsp.Response, error) {
	response, err := ocsp.ParseResponseForCert(der, s.path[0], s.issuer())
	if err != nil {
		return nil, err
	}
	if now := time.Now(); now.Before(response.ThisUpdate) || now.After(response.NextUpdate) {
		return nil, fmt.Errorf("the response is for %s to %s", response.ThisUpdate, response.NextUpdate)
	}
	return response, nil
}

// issuer returns the certificate that issued the server's own: from its file, or from the trusted ones.
func (s *security) issuer() *x509.Certificate {
	for _, c := range slices.Concat(s.path[1:], s.trusted) {
		if s.path[0].CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}
