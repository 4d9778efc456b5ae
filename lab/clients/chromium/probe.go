package chromium

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"example.com/tlslab/lab/clients"
)

// errSlow ends any other call to a browser that takes too long.
var errSlow = fmt.Errorf("the browser has not answered for %s", startTime)

// errOverrun ends a navigation that takes too long. Chromium's own limits are half a minute for a handshake
// and minutes for a connection.
var errOverrun = errors.New("the browser overran its time")

// visit opens a URL in the browser. There must be only one visit at a time, because the browser's log does
// not say which visit it is about. If whole is false, the visit left something behind, and the browser cannot
// be used any more.
func (b *browser) visit(ctx context.Context, address string, limit time.Duration) (result clients.Result, whole bool) {
	failed := func(err error) (clients.Result, bool) {
		return clients.Result{Outcome: clients.Failed, Message: err.Error() + b.lastWords()}, false
	}
	if b.tab == nil {
		var err error
		if b.tab, err = b.newTab(ctx); err != nil {
			return failed(err)
		}
	}
	b.visited[authority(address)] = true
	begin := time.Now()
	limited, cancel := context.WithTimeoutCause(ctx, limit, errOverrun)
	defer cancel()
	result, err := b.tab.open(limited, address)
	result.Duration = time.Since(begin)
	switch {
	case errors.Is(err, errOverrun):
		return clients.Overrun(result.Duration), false
	case err != nil:
		return failed(err)
	}
	return result, true
}

// knows reports whether the browser has visited a URL's server before.
func (b *browser) knows(address string) bool { return b.visited[authority(address)] }

// authority returns the host and port of a URL, or the URL itself if it cannot be parsed.
func authority(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// tab is a tab in which a browser opens one page after the other. It has its own browser context, like a
// private window. A new tab for each visit would take longer than the visit. What a browser remembers of a
// visit (connections, session tickets, responses) is stored by host and port, so it must not visit the same
// one twice.
type tab struct {
	*browser
	ctx    context.Context // chromedp's context of the tab
	detach context.CancelFunc
}

// newTab makes a hidden tab. A window takes longer to open than the lab's servers take to answer, and
// requests an icon.
func (b *browser) newTab(ctx context.Context) (*tab, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, errSlow)
	defer cancel()
	private, err := call(ctx, b.devtools, b.Browser, target.CreateBrowserContext,
		target.CreateBrowserContextParams{DisposeOnDetach: new(true)})
	if err != nil {
		return nil, err
	}
	made, err := call(ctx, b.devtools, b.Browser, target.CreateTarget, target.CreateTargetParams{
		URL: "about:blank", BrowserContextID: private.BrowserContextID, Hidden: new(true)})
	if err != nil {
		return nil, err
	}
	t := &tab{browser: b}
	if t.ctx, t.detach, err = b.attach(ctx, made.TargetID); err != nil {
		return nil, err
	}
	return t, nil
}

// open opens a URL and returns the result, with all details that the browser provides.
func (t *tab) open(ctx context.Context, url string) (clients.Result, error) {
	t.log.begin(url)
	result, err := t.navigate(ctx, url)
	if err != nil || !silent.MatchString(result.Code) {
		return result, err
	}
	if err := t.flushLog(ctx); err != nil {
		return clients.Result{}, err
	}
	words, err := t.log.tells(ctx, result.Code)
	result.Message = strings.Join(append([]string{result.Message}, words...), "\n")
	return result, err
}

// silent matches error codes that do not say what is wrong. The log has details about them.
var silent = regexp.MustCompile(`^ERR_(CERT_|SSL_|BAD_SSL_|SOCKET_NOT_CONNECTED$)`)

// nowhere is a URL that does not resolve: see resolver.
const nowhere = "http://nowhere/"

// flushLog makes the browser write its log. It buffers fifteen events (kNumWriteQueueEvents in
// net/log/file_net_log_observer.cc), and a failing page load creates more than that.
func (t *tab) flushLog(ctx context.Context) error {
	_, err := t.navigate(ctx, nowhere)
	return err
}

// maxAttempts is how often a navigation is repeated that the browser keeps giving up.
const maxAttempts = 10

// navigate opens a URL and returns the result. It repeats a navigation that the browser gave up for a reason
// unrelated to the server.
func (t *tab) navigate(ctx context.Context, url string) (clients.Result, error) {
	var why string
	for range maxAttempts {
		result, status, err := t.attempt(ctx, url)
		if missed := t.missed(); err != nil && missed != nil {
			// It may have been the result, so this is not an overrun.
			return result, fmt.Errorf("%v: %w", err, missed)
		}
		if err != nil {
			return result, err
		}
		if why = gaveUp(result.Code, status); why == "" {
			return result, nil
		}
	}
	return clients.Result{}, fmt.Errorf("the browser gave up opening %s %d times: %s", url, maxAttempts, why)
}

// gaveUp says why a browser gave up a navigation that failed with an error code and, if a response had begun,
// its status. It returns an empty string if the failure is a genuine one.
func gaveUp(code string, status int) string {
	switch {
	case code == superseded && status == 0: // a tab navigates by itself, for example to reload an error page
		return "another navigation superseded it each time"
	case code == networkChanged:
		return "a network interface of this machine came or went each time"
	}
	return ""
}

// networkChanged is the error code of all activity when an address of any interface appears or disappears,
// for example because Docker starts a container.
const networkChanged = "ERR_NETWORK_CHANGED"

// superseded is the error code of a navigation that was superseded by another one or, if a response had
// begun, of a download.
const superseded = "ERR_ABORTED"

// attempt opens a URL once, and returns the result and the status of the response, if one had begun.
func (t *tab) attempt(ctx context.Context, url string) (clients.Result, int, error) {
	p := newPage(url)
	listening, stop := context.WithCancel(t.ctx)
	defer stop()
	if err := chromedp.Listen(listening, p.event); err != nil {
		return clients.Result{}, 0, t.explain(ctx, cdppage.CommandNavigate, err)
	}
	called := make(chan error, 1)
	go func() {
		session := chromedp.FromContext(t.ctx).Target
		answer, err := call(ctx, t.devtools, session, cdppage.Navigate, cdppage.NavigateParams{URL: url})
		p.ask(string(answer.LoaderID))
		called <- err
	}()
	for {
		select {
		case r := <-p.result:
			return *r.result, r.status, nil
		case err := <-called:
			if err != nil {
				return clients.Result{}, 0, err
			}
			called = nil // the page or an error page is loaded; the events have the result
		case <-t.LostConnection:
			return clients.Result{}, 0, t.end()
		case <-ctx.Done():
			return clients.Result{}, 0, context.Cause(ctx)
		}
	}
}

// page follows the request of a navigation through the events of its tab, which may include requests of other
// navigations. The right one is recognised by its URL. If the browser writes the URL differently, it is the
// one that the browser names in its answer, which comes later.
type page struct {
	url    string
	result chan *request // the result of the right request, once

	mu       sync.Mutex
	requests map[string]*request // document requests by ID, which is also the loader's ID
	asked    string              // the ID of the right request; empty if unknown
	told     bool
}

// request is the request of a navigation.
type request struct {
	status int             // of the response, if one has begun
	result *clients.Result // nil until there is one
}

func newPage(url string) *page {
	return &page{url: url, result: make(chan *request, 1), requests: map[string]*request{}}
}

// ask sets the ID of the right request.
func (p *page) ask(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked == "" {
		p.asked = id
	}
	p.tell()
}

// event processes an event.
func (p *page) event(e any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := e.(type) {
	case *network.EventRequestWillBeSent:
		p.begin(e)
	case *network.EventResponseReceived:
		if r := p.pending(e.RequestID); r != nil && e.Response != nil {
			r.status = int(e.Response.Status)
		}
	case *network.EventResponseReceivedExtraInfo:
		if r := p.pending(e.RequestID); r != nil {
			r.status = int(e.StatusCode)
		}
	case *network.EventLoadingFinished:
		if r := p.pending(e.RequestID); r != nil {
			r.end(answered(r.status))
		}
	case *network.EventLoadingFailed:
		if r := p.pending(e.RequestID); r != nil {
			r.end(failed(strings.TrimPrefix(e.ErrorText, "net::"), r.status))
		}
	}
	p.tell()
}

// begin processes the beginning of a request, which is repeated when the response is a redirection.
func (p *page) begin(e *network.EventRequestWillBeSent) {
	id := string(e.RequestID)
	if e.Type == network.ResourceTypeDocument && p.requests[id] == nil {
		p.requests[id] = new(request)
		if p.asked == "" && e.Request != nil && e.Request.URL == p.url {
			p.asked = id
		}
	}
	if r := p.pending(e.RequestID); r != nil && e.RedirectResponse != nil {
		r.end(answered(int(e.RedirectResponse.Status)))
	}
}

// pending returns a document request that has no result yet, or nil.
func (p *page) pending(id network.RequestID) *request {
	r := p.requests[string(id)]
	if r == nil || r.result != nil {
		return nil
	}
	return r
}

func (r *request) end(result clients.Result) { r.result = &result }

// tell delivers the result of the right request, if there is one.
func (p *page) tell() {
	if r := p.requests[p.asked]; r != nil && r.result != nil && !p.told {
		p.told = true
		p.result <- r
	}
}

// answered is the result of a request that received a complete response.
func answered(status int) clients.Result {
	if status == http.StatusOK {
		return clients.Result{Outcome: clients.Accepted}
	}
	return clients.Result{Outcome: clients.Rejected, Message: fmt.Sprintf("HTTP status %d", status)}
}

// failed is the result of a request that failed with an error code and, if a response had begun, its status.
func failed(code string, status int) clients.Result {
	result := clients.Result{Outcome: clients.Rejected, Message: "net::" + code, Code: code}
	switch {
	case code == "ERR_HTTP_RESPONSE_CODE_FAILURE": // the server's error response had no body
		result.Message = answered(status).Message
	case code == superseded && status == http.StatusOK:
		result.Outcome, result.Message = clients.Unsupported,
			"what the server answered is no page to a browser, but a file to keep"
	}
	return result
}
