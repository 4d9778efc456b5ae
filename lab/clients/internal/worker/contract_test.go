package worker

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
)

func TestParseHello(t *testing.T) {
	for line, want := range map[string]string{
		``:                           "its first line is not a hello",
		`[]`:                         "its first line is not a hello",
		`{}`:                         "it speaks contract 0",
		`{"contract":2,"stack":"x"}`: "it speaks contract 2",
		`{"contract":1,"stack":"x"}`: "its hello has no version",
		`{"contract":1,"stack":"y"}`: `it says that it is "y" instead of "x"`,
		`{"contract":1,"stack":"x","version":"3.1","error":"has no ssl"}`: "3.1 has no ssl",
	} {
		_, err := parseHello([]byte(line), "x")
		assert.ErrorContains(t, err, want, line)
	}
}

func TestParseAnswer(t *testing.T) {
	for line, want := range map[string]clients.Result{
		`{"id":7,"outcome":"accepted"}`:                            {Outcome: clients.Accepted},
		`{"id":7,"outcome":"accepted","message":"ignored"}` + "\r": {Outcome: clients.Accepted},
		`{"id":7,"outcome":"rejected"}`:                            {Outcome: clients.Rejected},
		`{"id":7,"outcome":"rejected","message":"a\nb\r\n","code":"60"}`: {Outcome: clients.Rejected, Message: "a\nb",
			Code: "60"},
		`{"id":7,"outcome":"unsupported","message":"no","more":[1,2,{}]}`: {Outcome: clients.Unsupported,
			Message: "no"},
	} {
		got, err := parseAnswer([]byte(line), 7)
		assert.NoError(t, err, line)
		assert.Equal(t, want, got, line)
	}
	for line, want := range map[string]string{
		``:                                 "not a JSON object",
		`null`:                             "has no id",
		`"accepted"`:                       "not a JSON object",
		`{"outcome":"accepted"}`:           "has no id",
		`{"id":-7}`:                        "not a JSON object",
		`{"id":8,"outcome":"accepted"}`:    "it answered request 8 instead of 7",
		`{"id":7}`:                         `its outcome is "": it must be`,
		`{"id":7,"outcome":"failed"}`:      `its outcome is "failed": it must be`,
		`{"id":7,"outcome":"accepted"} {}`: "not a JSON object",
	} {
		_, err := parseAnswer([]byte(line), 7)
		assert.ErrorContains(t, err, want, line)
	}
}

// FuzzParseAnswer checks that any line from a worker gives an error or a result that a worker may return.
func FuzzParseAnswer(f *testing.F) {
	f.Add([]byte(`{"id":1,"outcome":"accepted"}`))
	f.Add([]byte(`{"id":1,"outcome":"rejected","message":"certificate has expired","code":"CERT_HAS_EXPIRED"}`))
	f.Add([]byte(`{"id":2,"outcome":"unsupported"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := parseAnswer(line, 1)
		if err != nil {
			assert.Zero(t, got)
			assert.Less(t, len(err.Error()), 2000)
			return
		}
		assert.Contains(t, []clients.Outcome{clients.Accepted, clients.Rejected, clients.Unsupported}, got.Outcome)
		assert.Zero(t, got.Duration)
	})
}

// FuzzParseHello checks that a hello gives an error or has a version.
func FuzzParseHello(f *testing.F) {
	f.Add([]byte(goodHello))
	f.Add([]byte(`{"contract":1,"stack":"test","version":"3.1","error":"has no ssl"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := parseHello(line, "test")
		assert.Equal(t, err == nil, got.Version != "")
	})
}
