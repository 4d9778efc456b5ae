package mongolog_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/internal/mongolog"
)

func TestString(t *testing.T) {
	const (
		failed = `{"t":{"$date":"2026-11-22"},"s":"E","c":"NETWORK","id":23256,` +
			`"msg":"SSL peer certificate validation failed",`
		fatal = `{"s":"F","c":"CONTROL","id":20574,"msg":"Error during global initialization",`
		reset = `{"s":"I","c":"NETWORK","id":22988,"msg":"Error receiving request",`
		ready = `{"s":"I","c":"NETWORK","id":23016,"msg":"Waiting for connections",`
	)
	for _, test := range []struct{ text, want string }{
		{failed + `"attr":{"reason":"expired"}}`, "E NETWORK 23256 SSL peer certificate validation failed: expired"},
		{fatal + `"attr":{"error":{"code":140,"errmsg":"no good"}}}`,
			"F CONTROL 20574 Error during global initialization: no good"},
		{reset + `"attr":{"error":"reset"}}`, "I NETWORK 22988 Error receiving request: reset"},
		{ready + `"attr":{"reason":7}}`, "I NETWORK 23016 Waiting for connections"},
		{`{"s":"I","c":"NETWORK","id":1,"msg":"bare"}`, "I NETWORK 1 bare"},
		{`{"error":"of the entrypoint"}`, `{"error":"of the entrypoint"}`},
		{"2017 I NETWORK [thread1] waiting", "2017 I NETWORK [thread1] waiting"},
		{"", ""},
	} {
		assert.Equal(t, test.want, mongolog.Parse(test.text).String())
	}
}

func TestParse(t *testing.T) {
	l := mongolog.Parse(`{"s":"E","c":"NETWORK","id":23248,"msg":"Cannot read certificate file"}`)
	assert.Equal(t, 23248, l.ID)
	assert.True(t, l.IsError())
	plain := mongolog.Parse("E NETWORK not JSON")
	assert.Zero(t, plain.ID)
	assert.False(t, plain.IsError())
	assert.Equal(t, "E NETWORK not JSON", plain.Text)
}

// FuzzParse checks that any line can be parsed.
func FuzzParse(f *testing.F) {
	f.Add(`{"s":"E","id":1,"msg":"m","attr":{"error":{"errmsg":"e"}}}`)
	f.Add(`{"attr":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		l := mongolog.Parse(text)
		_ = l.String()
		assert.Equal(t, text, l.Text)
	})
}
