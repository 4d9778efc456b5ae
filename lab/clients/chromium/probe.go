package chromium

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"example.com/tlslab/lab/clients"
)

// errSlow ends what a browser is asked for besides, if it takes too long.
var errSlow = fmt.Errorf("the browser has not answered for %s", startTime)

// errOverrun ends a navigation that takes too long: Chromium has limits of its own, of half a
// minute for a handshake and of minutes for a connection.
var errOverrun = errors.New("the browser overran its time")

// visit has the browser open a URL. One visit at a time: the browser's log does not say whose visit it
// is about. A visit that is not whole has left something behind, so that the browser is of no use any
// more.
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

// knows reports whether the browser has been at the server of a URL before.
func (b *browser) knows(address string) bool { return b.visited[authority(address)] }

// authority returns the host and port of a URL, or the URL itself if it is none.
func authority(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// params are those of a call.
type params map[string]any

// tab is the tab in which a browser opens one page after the other, in a browser context of its own, as
// a private window is. A tab for each visit would cost more than the visit. What a browser keeps of one,
// connections, session tickets and answers, it keeps by host and port: it must not come to the same twice.
type tab struct {
	*browser
	BrowserContextID string `json:"browserContextId"`
	TargetID         string `json:"targetId"`
	SessionID        string `json:"sessionId"`
}

// newTab makes a tab. It is a hidden one: a window takes longer to open than the lab's servers to
// answer, and asks for an icon.
func (b *browser) newTab(ctx context.Context) (*tab, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, errSlow)
	defer cancel()
	t := &tab{browser: b}
	if err := b.call(ctx, "", "Target.createBrowserContext", params{"disposeOnDetach": true}, t); err != nil {
		return nil, err
	}
	if err := b.call(ctx, "", "Target.createTarget", params{"url": "about:blank", "browserContextId": t.BrowserContextID, "hidden": true}, t); err != nil {
		return nil, err
	}
	if err := b.call(ctx, "", "Target.attachToTarget", params{"targetId": t.TargetID, "flatten": true}, t); err != nil {
		return nil, err
	}
	return t, b.call(ctx, t.SessionID, "Network.enable", nil, nil)
}

// open opens a URL, and returns what that came to, in all the words that the browser has for it.
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

// silent matches the error codes that do not tell what is wrong, of which the log has more.
var silent = regexp.MustCompile(`^ERR_(CERT_|SSL_|BAD_SSL_|SOCKET_NOT_CONNECTED$)`)

// nowhere is a URL that leads nowhere: see resolver.
const nowhere = "http://nowhere/"

// flushLog has the browser write what it has logged: it keeps fifteen events back
// (kNumWriteQueueEvents in net/log/file_net_log_observer.cc), and a page that can't be had makes more.
func (t *tab) flushLog(ctx context.Context) error {
	_, err := t.navigate(ctx, nowhere)
	return err
}

// maxAttempts bounds how often a navigation is asked for that the browser keeps giving up.
const maxAttempts = 10

// navigate opens a URL, and returns what that came to. A navigation that the browser gave up for a reason that
// is not the server's has come to nothing, and is asked for again.
func (t *tab) navigate(ctx context.Context, url string) (clients.Result, error) {
	var why string
	for range maxAttempts {
		result, status, err := t.attempt(ctx, url)
		if err != nil {
			return result, err
		}
		if why = gaveUp(result.Code, status); why == "" {
			return result, nil
		}
	}
	return clients.Result{}, fmt.Errorf("the browser gave up opening %s %d times: %s", url, maxAttempts, why)
}

// gaveUp says why a browser gave up a navigation that failed with an error code, and with the status of the answer
// if one had begun; empty if it did not.
func gaveUp(code string, status int) string {
	switch {
	case code == superseded && status == 0: // a tab makes navigations of its own, as when it loads an error page again
		return "another navigation superseded it each time"
	case code == networkChanged:
		return "a network interface of this machine came or went each time"
	}
	return ""
}

// networkChanged is the error code of what was under way when an address of any interface came or went, as when Docker
// starts a container beside it.
const networkChanged = "ERR_NETWORK_CHANGED"

// superseded is the error code of a navigation that another one has superseded; with the status of an
// answer, of a download.
const superseded = "ERR_ABORTED"

// attempt opens a URL, and returns what that came to, and the status of the answer if one has begun.
func (t *tab) attempt(ctx context.Context, url string) (clients.Result, int, error) {
	p := newPage(url)
	t.listen(t.SessionID, p.event)
	defer t.listen(t.SessionID, nil)
	called := make(chan error, 1)
	go func() {
		var answer struct {
			LoaderID string `json:"loaderId"`
		}
		err := t.call(ctx, t.SessionID, "Page.navigate", params{"url": url}, &answer)
		p.ask(answer.LoaderID)
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
			called = nil // the page is there, or an error in its place: its events tell
		case <-t.done:
			return clients.Result{}, 0, fmt.Errorf("the browser has ended: %w", t.err)
		case <-ctx.Done():
			return clients.Result{}, 0, context.Cause(ctx)
		}
	}
}

// page follows the request of a navigation through the events of its tab. There may be requests of
// other navigations among them. The one that was asked for has its URL; if the browser writes that in
// another way, it is the one that the browser names in its answer, which comes later.
type page struct {
	url    string
	result chan *request // the one that was asked for, when it has come to something; once

	mu       sync.Mutex
	requests map[string]*request // of documents, by ID, which is the ID of the loader as well
	asked    string              // the ID of the one that was asked for; empty if it is not known
	told     bool
}

// request is the request of a navigation.
type request struct {
	status int             // of the answer, if one has begun
	result *clients.Result // nil until it has come to something
}

func newPage(url string) *page {
	return &page{url: url, result: make(chan *request, 1), requests: map[string]*request{}}
}

// What is taken of the events of the Network domain.
type event struct {
	RequestID string `json:"requestId"`
	Type      string `json:"type"`
	Request   struct {
		URL string `json:"url"`
	} `json:"request"`
	Response struct {
		Status int `json:"status"`
	} `json:"response"`
	RedirectResponse *struct {
		Status int `json:"status"`
	} `json:"redirectResponse"`
	StatusCode int    `json:"statusCode"` // of responseReceivedExtraInfo
	ErrorText  string `json:"errorText"`
}

// ask tells which request was asked for.
func (p *page) ask(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked == "" {
		p.asked = id
	}
	p.tell()
}

// event takes an event in.
func (p *page) event(m message) {
	var e event
	if err := json.Unmarshal(m.Params, &e); err != nil {
		return // it is none of those that matter
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.Method == "Network.requestWillBeSent" && e.Type == "Document" && p.requests[e.RequestID] == nil {
		p.requests[e.RequestID] = new(request)
		if p.asked == "" && e.Request.URL == p.url {
			p.asked = e.RequestID
		}
	}
	r := p.requests[e.RequestID]
	if r == nil || r.result != nil {
		return
	}
	switch {
	case m.Method == "Network.requestWillBeSent" && e.RedirectResponse != nil:
		r.end(answered(e.RedirectResponse.Status))
	case m.Method == "Network.responseReceived":
		r.status = e.Response.Status
	case m.Method == "Network.responseReceivedExtraInfo":
		r.status = e.StatusCode
	case m.Method == "Network.loadingFinished":
		r.end(answered(r.status))
	case m.Method == "Network.loadingFailed":
		r.end(failed(strings.TrimPrefix(e.ErrorText, "net::"), r.status))
	}
	p.tell()
}

func (r *request) end(result clients.Result) { r.result = &result }

// tell hands out the request that was asked for, if it has come to something.
func (p *page) tell() {
	if r := p.requests[p.asked]; r != nil && r.result != nil && !p.told {
		p.told = true
		p.result <- r
	}
}

// answered is the result of a request that was answered, to the end.
func answered(status int) clients.Result {
	if status == http.StatusOK {
		return clients.Result{Outcome: clients.Accepted}
	}
	return clients.Result{Outcome: clients.Rejected, Message: fmt.Sprintf("HTTP status %d", status)}
}

// failed is the result of a request that failed with an error code, and with the status of the answer
// if one has begun.
func failed(code string, status int) clients.Result {
	result := clients.Result{Outcome: clients.Rejected, Message: "net::" + code, Code: code}
	switch {
	case code == "ERR_HTTP_RESPONSE_CODE_FAILURE": // an error without a page of its own
		result.Message = answered(status).Message
	case code == superseded && status == http.StatusOK:
		result.Outcome, result.Message = clients.Unsupported, "what the server answered is no page to a browser, but a file to keep"
	}
	return result
}
