package chromium

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto"
	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// far is the browser's end of a connection. The test is the browser.
type far struct {
	in  *bufio.Reader
	out io.WriteCloser
	// react processes a call, and returns false if it is to be answered as usual. It may be nil.
	react func(f *far, c *cdproto.Message) bool
}

// converse returns a connection to a browser that reacts to calls.
func converse(t *testing.T, react func(f *far, c *cdproto.Message) bool) *devtools {
	theirs, w := io.Pipe()
	r, says := io.Pipe()
	d, err := talk(r, w)
	require.NoError(t, err)
	f := &far{in: bufio.NewReader(theirs), out: says, react: react}
	var serving sync.WaitGroup
	serving.Go(func() { assert.NoError(t, f.serve()) })
	t.Cleanup(func() {
		d.hangUp()
		<-d.LostConnection
		serving.Wait()
	})
	return d
}

// answers lists the answers that are not empty.
var answers = map[cdproto.MethodType]string{
	"Target.createBrowserContext": `{"browserContextId":"c"}`,
	"Target.createTarget":         `{"targetId":"t"}`,
	"Target.attachToTarget":       `{"sessionId":"s"}`,
	"Runtime.evaluate":            `{"result":{"type":"object","className":"Window"}}`,
	"Page.getFrameTree":           `{"frameTree":{"frame":{"id":"t","url":"about:blank"}}}`,
	"DOM.getDocument":             `{"root":{"nodeId":1,"nodeName":"#document"}}`,
}

// serve reads calls until the connection ends.
func (f *far) serve() error {
	for {
		data, err := f.in.ReadBytes(0)
		if err != nil {
			return nil
		}
		var c cdproto.Message
		if err := json.Unmarshal(data[:len(data)-1], &c); err != nil {
			return err
		}
		if f.react != nil && f.react(f, &c) {
			continue
		}
		result, ok := answers[c.Method]
		if !ok {
			result = "{}"
		}
		f.answer(&c, `"result":`+result)
	}
}

// answer answers a call.
func (f *far) answer(c *cdproto.Message, member string) {
	f.say(fmt.Sprintf(`{"id":%d,"sessionId":%q,%s}`, c.ID, c.SessionID, member))
}

// say sends messages. It fails if the connection has ended, which a real browser would not notice either.
func (f *far) say(messages ...string) {
	for _, m := range messages {
		io.WriteString(f.out, m+"\x00")
	}
}

// event returns an event of the only tab.
func event(name, request, more string) string {
	return fmt.Sprintf(`{"method":"Network.%s","sessionId":"s","params":{"requestId":%q,"type":"Document",%s}}`,
		name, request, more)
}

// getVersion calls the browser.
func getVersion(ctx context.Context, d *devtools) error {
	_, err := call(ctx, d, d.Browser, cdpbrowser.GetVersion, cdp.Empty{})
	return err
}

// TestCallFails checks the errors of calls.
func TestCallFails(t *testing.T) {
	for name, test := range map[string]struct {
		react func(f *far, c *cdproto.Message)
		want  string
		ended bool
	}{
		"the browser refuses": {func(f *far, c *cdproto.Message) {
			f.answer(c, `"error":{"code":-32000,"message":"no such thing"}`)
		}, "Browser.getVersion: the browser says: no such thing", false},
		"it ends": {func(f *far, _ *cdproto.Message) { f.out.Close() },
			"Browser.getVersion: the browser has ended: EOF", true},
		"it talks nonsense": {func(f *far, _ *cdproto.Message) { f.say("nonsense") },
			"Browser.getVersion: the browser has ended: it sent something that is not a message of its protocol: ",
			true},
		"it does not stop talking": {func(f *far, _ *cdproto.Message) { f.say(strings.Repeat("x", maxMessage*2)) },
			"Browser.getVersion: the browser has ended: it sent a message of more than 8388608 bytes", true},
	} {
		t.Run(name, func(t *testing.T) {
			d := converse(t, func(f *far, c *cdproto.Message) bool { test.react(f, c); return true })
			err := getVersion(t.Context(), d)
			require.Error(t, err)
			if !strings.HasSuffix(test.want, ": ") {
				assert.EqualError(t, err, test.want)
			}
			assert.ErrorContains(t, err, test.want)
			assert.Equal(t, test.ended, d.ended())
		})
	}
	t.Run("the caller gives up", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		d := converse(t, func(*far, *cdproto.Message) bool { cancel(why); return true })
		require.ErrorIs(t, getVersion(ctx, d), why)
		assert.False(t, d.ended())
	})
}

// TestLongMessages checks that the limit is one for each message.
func TestLongMessages(t *testing.T) {
	filler := strings.Repeat(" ", maxMessage-100)
	d := converse(t, func(f *far, c *cdproto.Message) bool {
		f.say(filler)
		f.answer(c, `"result":{}`+filler)
		return true
	})
	for range 3 {
		require.NoError(t, getVersion(t.Context(), d))
	}
}

// TestAttachFails checks the errors of opening a tab, which chromedp does with several calls.
func TestAttachFails(t *testing.T) {
	at := func(method cdproto.MethodType, react func(f *far, c *cdproto.Message)) func(*far, *cdproto.Message) bool {
		return func(f *far, c *cdproto.Message) bool {
			if c.Method != method {
				return false
			}
			react(f, c)
			return true
		}
	}
	t.Run("the browser refuses", func(t *testing.T) {
		d := converse(t, at("Network.enable", func(f *far, c *cdproto.Message) {
			f.answer(c, `"error":{"code":-32000,"message":"no such thing"}`)
		}))
		_, err := (&browser{devtools: d}).newTab(t.Context())
		assert.EqualError(t, err, "Target.attachToTarget: the browser says: no such thing")
	})
	t.Run("it ends", func(t *testing.T) {
		d := converse(t, at("Runtime.enable", func(f *far, _ *cdproto.Message) { f.out.Close() }))
		_, err := (&browser{devtools: d}).newTab(t.Context())
		assert.EqualError(t, err, "Target.attachToTarget: the browser has ended: EOF")
	})
	t.Run("the caller gives up", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		d := converse(t, at("Runtime.enable", func(*far, *cdproto.Message) { cancel(why) }))
		_, err := (&browser{devtools: d}).newTab(ctx)
		require.ErrorIs(t, err, why)
		<-d.LostConnection
		assert.False(t, d.ended(), "we have hung up")
	})
}

// TestMissed checks that a visit does not seem to take too long because its result could not be read.
func TestMissed(t *testing.T) {
	const url = "https://localhost:1/"
	ctx, cancel := context.WithCancelCause(t.Context())
	said := make(chan struct{})
	d := converse(t, func(f *far, c *cdproto.Message) bool {
		if c.Method != cdppage.CommandNavigate {
			return false
		}
		f.say(event("requestWillBeSent", "1", fmt.Sprintf(`"request":{"url":%q}`, url)),
			event("loadingFailed", "1", `"errorText":5`))
		f.answer(c, `"result":{"frameId":"t","loaderId":"1"}`)
		close(said)
		return true
	})
	tab, err := (&browser{devtools: d}).newTab(t.Context())
	require.NoError(t, err)
	go func() {
		<-said
		// Its answer is read after the events.
		_, err := call(t.Context(), d, chromedp.FromContext(tab.ctx).Target, runtime.Enable, cdp.Empty{})
		assert.NoError(t, err)
		cancel(errOverrun)
	}()
	_, err = tab.navigate(ctx, url)
	require.NotErrorIs(t, err, errOverrun)
	assert.ErrorContains(t, err, unread)
}
