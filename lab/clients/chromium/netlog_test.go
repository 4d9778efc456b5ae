package chromium

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// constants is the first line of a log, reduced to what matters.
const constants = `{"constants":{"logEventTypes":{"REQUEST_ALIVE":1,"SSL_HANDSHAKE_ERROR":2,` +
	`"CERT_VERIFY_PROC_PATH_BUILT":3,"SSL_READ_ERROR":4,"HTTP_STREAM_JOB_CONTROLLER":5},` +
	`"netError":{"ERR_FAILED":-2}},` + "\n\"events\": [\n"

// Lines of logs written by Chromium 156, shortened.
const (
	preconnect = `{"params":{"is_preconnect":true,"url":"https://localhost:1/"},"phase":1,"source":{"id":43,` +
		`"start_time":"24884799","type":32},"time":"24884799","type":5},`
	begins = `{"params":{"priority":"HIGHEST","url":"https://localhost:1/"},"phase":1,"source":{"id":49,` +
		`"start_time":"24884812","type":1},"time":"24884812","type":1},`
	constraints = `{"params":{"errors":"----- Certificate i=0 (CN=localhost) -----\nERROR: Not permitted by name ` +
		`constraints\n\n","is_valid":false},"phase":2,"source":{"id":-2147483644,"start_time":"24884814",` +
		`"type":28},"time":"24884859","type":3},`
	certError = `{"params":{"error_lib":35,"error_reason":207,"net_error":-207,"ssl_error":1},"phase":0,` +
		`"source":{"id":48,"start_time":"24884799","type":10},"time":"24884861","type":2},`
	notTLS = `{"params":{"error_lib":16,"error_reason":247,"net_error":-107,"ssl_error":1},"phase":0,` +
		`"source":{"id":48,"start_time":"24884799","type":10},"time":"24884861","type":2},`
	readAlert = `{"params":{"error_lib":16,"error_reason":1116,"net_error":-110,"ssl_error":1},"phase":0,` +
		`"source":{"id":48,"start_time":"24884799","type":10},"time":"24884861","type":4},`
	ends = `{"params":{"net_error":-207},"phase":2,"source":{"id":49,"start_time":"24884812","type":1},` +
		`"time":"24884867","type":1},`
	othersEnd = `{"params":{"net_error":-2},"phase":2,"source":{"id":12,"start_time":"24884812","type":1},` +
		`"time":"24884867","type":1},`
)

func TestNetLog(t *testing.T) {
	for name, test := range map[string]struct {
		log  []string
		code string
		want []string
	}{
		"certificate": {[]string{preconnect, begins, constraints, certError, ends}, "ERR_CERT_INVALID",
			[]string{"Certificate i=0 (CN=localhost): ERROR: Not permitted by name constraints"}},
		"not for that": {[]string{begins, constraints, notTLS, ends}, "ERR_SSL_PROTOCOL_ERROR",
			[]string{"SSL_HANDSHAKE_ERROR (error_lib 16, error_reason 247)"}},
		"twice": {[]string{preconnect, notTLS, begins, notTLS, ends}, "ERR_SSL_PROTOCOL_ERROR",
			[]string{"SSL_HANDSHAKE_ERROR (error_lib 16, error_reason 247)"}},
		"two reasons": {[]string{begins, notTLS, readAlert, ends}, "ERR_SSL_PROTOCOL_ERROR",
			[]string{"SSL_HANDSHAKE_ERROR (error_lib 16, error_reason 247)",
				"SSL_READ_ERROR (error_lib 16, error_reason 1116)"}},
		"another's": {[]string{notTLS, constraints, othersEnd, begins, othersEnd, ends}, "ERR_CERT_INVALID",
			nil},
		"nothing": {[]string{begins, ends}, "ERR_CERT_INVALID", nil},
		"lines that are odd": {[]string{"", "]", `{"params":1}`, begins, "{", notTLS, ends}, "ERR_SSL_PROTOCOL_ERROR",
			[]string{"SSL_HANDSHAKE_ERROR (error_lib 16, error_reason 247)"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, w := io.Pipe()
			l := readLog(r)
			l.begin("https://localhost:1/")
			_, err := io.WriteString(w, constants+strings.Join(test.log, "\n")+"\n")
			require.NoError(t, err)
			words, err := l.tells(t.Context(), test.code)
			require.NoError(t, err)
			assert.Equal(t, test.want, words)
			w.Close()
			<-l.done
		})
	}
}

func TestFaults(t *testing.T) {
	assert.Equal(t, []string{
		"Certificate i=1 (CN=other.tlslab.test): ERROR: Basic Constraints indicates not a CA: ERROR: keyCertSign " +
			"bit is not set",
		"Certificate i=2 (CN=root): ERROR: max_path_length reached",
	}, faults("----- Certificate i=1 (CN=other.tlslab.test) -----\nERROR: Basic Constraints indicates not a "+
		"CA\nERROR: keyCertSign bit is not set\n\n"+
		"----- Certificate i=2 (CN=root) -----\nERROR: max_path_length reached\n\n"))
	assert.Equal(t, []string{"ERROR: Iteration limit exceeded"}, faults("ERROR: Iteration limit exceeded\n"))
	assert.Empty(t, faults(""))
}

// TestNetLogEnds checks that waiting for the end of a request fails if the log ends first.
func TestNetLogEnds(t *testing.T) {
	r, w := io.Pipe()
	l := readLog(r)
	l.begin("https://localhost:1/")
	_, err := io.WriteString(w, constants+begins+"\n"+othersEnd+"\n")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.tells(ctx, "ERR_CERT_INVALID")
	require.ErrorIs(t, err, context.Canceled)
	w.Close()
	_, err = l.tells(t.Context(), "ERR_CERT_INVALID")
	assert.ErrorContains(t, err, "ended before the request for https://localhost:1/")
}

// TestNetLogLongLine checks that an overlong line does not block the browser, which waits for the reader of
// its log.
func TestNetLogLongLine(t *testing.T) {
	r, w := io.Pipe()
	l := readLog(r)
	_, err := io.Copy(w, io.LimitReader(endless{}, maxLine*2))
	require.NoError(t, err)
	w.Close()
	<-l.done
}

// FuzzNetLogLine checks that no log line causes a panic.
func FuzzNetLogLine(f *testing.F) {
	for _, line := range []string{strings.TrimSpace(constants), preconnect, begins, constraints, notTLS, ends, ends} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		l := &netLog{names: map[int]string{1: requestAlive, 2: handshakeError, 3: pathBuilt}}
		l.begin("https://localhost:1/")
		for range 2 {
			l.line([]byte(begins))
			l.line(line)
			l.line([]byte(ends))
		}
	})
}

// endless is a log whose line never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}
