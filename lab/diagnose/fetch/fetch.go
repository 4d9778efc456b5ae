// Package fetch gets what the pointers in a chain lead to: issuers' certificates, CRLs and OCSP responses.
package fetch

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"

	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
)

// Limits of what is fetched.
const (
	largest = 4 << 20 // bytes of one answer
	atOnce  = 4       // requests that run at the same time
)

// errKind is the error for a URL that is not fetched.
var errKind = errors.New("only http URLs of hosts on a network are fetched")

// All fetches each pointer with one request over plain HTTP, as RFC 5280, section 8, asks of such URLs, and returns
// what came, in the same order. Redirects are not followed, proxies are not used, and link-local addresses, where clouds
// serve their machines' credentials, are not asked. timeout bounds each request.
func All(ctx context.Context, list []diagnose.Pointer, timeout time.Duration) []diagnose.Fetched {
	client := &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DisableKeepAlives: true, DialContext: (&net.Dialer{Timeout: timeout, Control: allowed}).DialContext,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	got := make([]diagnose.Fetched, len(list))
	turns := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for i, p := range list {
		running.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			got[i] = one(ctx, client, p)
		})
	}
	running.Wait()
	return got
}

// allowed refuses connections to addresses that no CA has.
func allowed(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := to.Addr().Unmap(); ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return errKind
	}
	return nil
}

func one(ctx context.Context, client *http.Client, p diagnose.Pointer) diagnose.Fetched {
	f := diagnose.Fetched{Pointer: p}
	request, err := requestFor(ctx, p)
	if err != nil {
		f.End = ask.EndUnreachable
		return f
	}
	response, err := client.Do(request)
	if err != nil {
		f.End = endOf(err)
		return f
	}
	defer response.Body.Close()
	f.Status = response.StatusCode
	body, err := io.ReadAll(io.LimitReader(response.Body, largest))
	if err != nil {
		f.Status, f.End = 0, endOf(err)
		return f
	}
	f.Body = body
	return f
}

// requestFor returns the request for a pointer: for OCSP, a POST with the certificate's ID (RFC 6960, appendix A.1).
func requestFor(ctx context.Context, p diagnose.Pointer) (*http.Request, error) {
	u, err := url.Parse(p.URL)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return nil, errKind
	}
	if p.Kind != diagnose.PointsToOCSP {
		return http.NewRequestWithContext(ctx, http.MethodGet, p.URL, nil)
	}
	c, err := x509.ParseCertificate(p.Certificate)
	if err != nil {
		return nil, err
	}
	issuer, err := x509.ParseCertificate(p.Issuer)
	if err != nil {
		return nil, err
	}
	der, err := ocsp.CreateRequest(c, issuer, nil)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(der))
	if err == nil {
		request.Header.Set("Content-Type", "application/ocsp-request")
	}
	return request, err
}

// endOf says how a connection ended.
func endOf(err error) ask.End {
	timeout, ok := errors.AsType[net.Error](err)
	switch {
	case ok && timeout.Timeout():
		return ask.EndTimeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return ask.EndRefused
	case errors.Is(err, syscall.ECONNRESET):
		return ask.EndReset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ask.EndClosed
	}
	return ask.EndUnreachable
}
