package chromium

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// far is the browser's end of a connection.
type far struct {
	io.Reader
	io.Writer
}

// converse returns a connection and the browser's end of it. hangUp closes that end.
func converse(t *testing.T) (d *devtools, browser *bufio.ReadWriter, hangUp func()) {
	theirs, w := io.Pipe()
	r, says := io.Pipe()
	d = talk(far{r, w})
	hangUp = func() { says.Close(); theirs.Close() }
	t.Cleanup(func() { hangUp(); <-d.done })
	return d, bufio.NewReadWriter(bufio.NewReader(theirs), bufio.NewWriterSize(says, 0)), hangUp
}

// say writes messages as a browser would.
func say(t *testing.T, to *bufio.ReadWriter, messages ...string) {
	for _, m := range messages {
		_, err := to.WriteString(m + "\x00")
		assert.NoError(t, err)
	}
	assert.NoError(t, to.Flush())
}

// hear reads a call.
func hear(t *testing.T, from *bufio.ReadWriter) call {
	data, err := readMessage(from.Reader)
	assert.NoError(t, err)
	var c call
	assert.NoError(t, json.Unmarshal(data, &c))
	return c
}

func TestCall(t *testing.T) {
	d, browser, _ := converse(t)
	var events []string
	d.listen("s", func(m message) { events = append(events, m.Method) })
	go func() {
		c := hear(t, browser)
		assert.Equal(t, "s", c.SessionID)
		assert.Equal(t, "A.b", c.Method)
		assert.Equal(t, map[string]any{"x": 1.0}, c.Params)
		say(t, browser,
			`{"method":"A.event","sessionId":"s","params":{}}`,
			`{"method":"A.other","sessionId":"another","params":{}}`,
			`{"id":99,"result":{"y":3}}`, // an answer to no call
			`{"id":1,"sessionId":"s","result":{"y":2}}`)
		hear(t, browser)
		say(t, browser, `{"id":2,"error":{"code":-32000,"message":"no such thing"}}`)
	}()
	var result struct{ Y int }
	require.NoError(t, d.call(t.Context(), "s", "A.b", params{"x": 1}, &result))
	assert.Equal(t, 2, result.Y)
	assert.Equal(t, []string{"A.event"}, events)
	err := d.call(t.Context(), "", "A.c", nil, nil)
	assert.EqualError(t, err, "A.c: the browser says: no such thing")
}

// TestCallEnds checks that waiting calls fail when no answer can come any more.
func TestCallEnds(t *testing.T) {
	t.Run("the browser ends", func(t *testing.T) {
		d, browser, hangUp := converse(t)
		go func() { hear(t, browser); hangUp() }()
		err := d.call(t.Context(), "", "A.b", nil, nil)
		require.ErrorIs(t, err, io.EOF)
		assert.ErrorContains(t, err, "A.b: the browser has ended")
	})
	t.Run("the caller gives up", func(t *testing.T) {
		d, browser, _ := converse(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		go func() { hear(t, browser); cancel(why) }()
		require.ErrorIs(t, d.call(ctx, "", "A.b", nil, nil), why)
		assert.Empty(t, d.waiting)
	})
	t.Run("it talks nonsense", func(t *testing.T) {
		d, browser, _ := converse(t)
		go func() { hear(t, browser); say(t, browser, "nonsense") }()
		assert.ErrorContains(t, d.call(t.Context(), "", "A.b", nil, nil), "not a message of its protocol")
	})
}

func TestReadMessage(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	r := bufio.NewReader(strings.NewReader("one\x00\x00" + long + "\x00cut"))
	for _, want := range []string{"one", "", long} {
		got, err := readMessage(r)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
	_, err := readMessage(r)
	assert.ErrorIs(t, err, io.EOF)
	_, err = readMessage(bufio.NewReader(io.LimitReader(endless{}, maxMessage*2)))
	assert.ErrorContains(t, err, "a message of more than")
}

// endless is a browser whose message never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}
