package trouble

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
)

// failing is a listener whose Accept fails.
type failing struct {
	net.Listener
	err error
}

func (f failing) Accept() (net.Conn, error) { return nil, f.err }

func TestListener(t *testing.T) {
	shortage := &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	for _, test := range []struct {
		err  error
		told bool
	}{{shortage, true}, {io.EOF, false}} {
		var told []error
		l := Listener(failing{err: test.err}, func(err error) { told = append(told, err) })
		if _, err := l.Accept(); err != test.err {
			t.Errorf("got %v, want %v", err, test.err)
		}
		if len(told) > 0 != test.told || test.told && !errors.Is(told[0], ErrOutOfFiles) {
			t.Errorf("told %v of %v", told, test.err)
		}
	}
	if err := Name(Name(shortage)); strings.Count(err.Error(), ErrOutOfFiles.Error()) != 1 {
		t.Errorf("named more than once: %v", err)
	}
}

func TestHandler(t *testing.T) {
	for _, test := range []struct {
		value any
		told  bool
	}{{"a bug", true}, {http.ErrAbortHandler, false}} {
		var told []error
		h := Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(test.value) }),
			func(r *http.Request, err error) { told = append(told, fmt.Errorf("%s: %w", r.URL.Path, err)) })
		func() {
			defer func() {
				if v := recover(); v != http.ErrAbortHandler { // which makes net/http close the connection
					t.Errorf("panicked with %v", v)
				}
			}()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/path", nil))
		}()
		if len(told) > 0 != test.told {
			t.Errorf("told %v of %v", told, test.value)
		}
		if !test.told {
			continue
		}
		if err := told[0]; !Is(err) || !strings.Contains(Details(err), "trouble_test.go") ||
			!strings.HasPrefix(err.Error(), "/path: ") {
			t.Errorf("told %v", err)
		}
	}
}

func TestIs(t *testing.T) {
	if Is(nil) || Is(io.EOF) || Details(io.EOF) != "" {
		t.Error("a client's error counts as a failure of the lab")
	}
}
