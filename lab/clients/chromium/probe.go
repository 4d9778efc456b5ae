package chromium

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/tlslab/lab/clients/stack"
)

// errOverrun ends a navigation that takes too long: Chromium has limits of its own, of half a
// minute for a handshake and of minutes for a connection.
var errOverrun = errors.New("the browser overran its time")

// visit has the browser open a URL in a tab of a browser context of its own, as a private window
// is: no connection, no session ticket and nothing else that is kept of one is there for the next.
func (b *browser) visit(ctx context.Context, url string, limit time.Duration) stack.Result {
	begin := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errOverrun)
	defer cancel()
	result, err := b.navigate(ctx, url)
	switch took := time.Since(begin); {
	case errors.Is(err, errOverrun):
		return stack.Overrun(took)
	case err != nil:
		return stack.Result{Outcome: stack.Failed, Message: err.Error() + b.lastWords(), Duration: took}
	default:
		result.Duration = took
		return result
	}
}

// navigate does what visit says.
func (b *browser) navigate(ctx context.Context, url string) (_ stack.Result, err error) {
	var made struct {
		BrowserContextID string `json:"browserContextId"`
		TargetID         string `json:"targetId"`
		SessionID        string `json:"sessionId"`
	}
	type params map[string]any
	if err := b.call(ctx, "", "Target.createBrowserContext", params{"disposeOnDetach": true}, &made); err != nil {
		return stack.Result{}, err
	}
	defer func() {
		// Its connections are closed with it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startTime)
		defer cancel()
		err = errors.Join(err, b.call(ctx, "", "Target.disposeBrowserContext", params{"browserContextId": made.BrowserContextID}, nil))
	}()
	// A hidden tab has no window, which takes longer to open than the lab's servers to answer, and
	// asks for no icon.
	if err := b.call(ctx, "", "Target.createTarget", params{"url": "about:blank", "browserContextId": made.BrowserContextID, "hidden": true}, &made); err != nil {
		return stack.Result{}, err
	}
	if err := b.call(ctx, "", "Target.attachToTarget", params{"targetId": made.TargetID, "flatten": true}, &made); err != nil {
		return stack.Result{}, err
	}
	p := newPage()
	b.listen(made.SessionID, p.event)
	defer b.listen(made.SessionID, nil)
	if err := b.call(ctx, made.SessionID, "Network.enable", nil, nil); err != nil {
		return stack.Result{}, err
	}
	failed := make(chan error, 1)
	go func() {
		failed <- b.call(ctx, made.SessionID, "Page.navigate", params{"url": url}, nil)
	}()
	for {
		select {
		case result := <-p.result:
			return result, nil
		case err := <-failed:
			if err != nil {
				return stack.Result{}, err
			}
			failed = nil // the page has come, or an error in its place: its events tell
		case <-b.done:
			return stack.Result{}, fmt.Errorf("the browser has ended: %w", b.err)
		case <-ctx.Done():
			return stack.Result{}, context.Cause(ctx)
		}
	}
}

// page follows the request of a navigation through the events of its tab.
type page struct {
	request string // its ID
	status  int
	result  chan stack.Result // what it came to, once
	told    bool
}

func newPage() *page { return &page{result: make(chan stack.Result, 1)} }

// What is taken of the events of the Network domain.
type event struct {
	RequestID string `json:"requestId"`
	Type      string `json:"type"`
	Response  struct {
		Status int `json:"status"`
	} `json:"response"`
	RedirectResponse *struct {
		Status int `json:"status"`
	} `json:"redirectResponse"`
	ErrorText string `json:"errorText"`
}

// event takes an event in.
func (p *page) event(m message) {
	var e event
	if err := json.Unmarshal(m.Params, &e); err != nil {
		return // it is none of those that matter
	}
	if p.request == "" && m.Method == "Network.requestWillBeSent" && e.Type == "Document" {
		p.request = e.RequestID
	}
	if p.told || e.RequestID != p.request {
		return
	}
	switch {
	case m.Method == "Network.requestWillBeSent" && e.RedirectResponse != nil:
		p.tell(answered(e.RedirectResponse.Status))
	case m.Method == "Network.responseReceived":
		p.status = e.Response.Status
	case m.Method == "Network.loadingFinished":
		p.tell(answered(p.status))
	case m.Method == "Network.loadingFailed":
		p.tell(stack.Result{Outcome: stack.Rejected, Message: e.ErrorText, Code: strings.TrimPrefix(e.ErrorText, "net::")})
	}
}

func (p *page) tell(r stack.Result) {
	p.told = true
	p.result <- r
}

// answered is the result of a request that was answered, to the end.
func answered(status int) stack.Result {
	if status == http.StatusOK {
		return stack.Result{Outcome: stack.Accepted}
	}
	return stack.Result{Outcome: stack.Rejected, Message: fmt.Sprintf("HTTP status %d", status)}
}
