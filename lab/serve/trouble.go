package serve

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/internal/socket"
)

// ErrOutOfFiles is wrapped by the errors that [Options].Trouble is told when the system gives this
// process no more file descriptors. Clients wait in the accept queue until there are some again.
var ErrOutOfFiles = errors.New("out of file descriptors: clients wait until some are closed; raise the limit (ulimit -n 8192), or serve fewer scenarios")

// IsTrouble reports whether an error is the lab's own failure, which says nothing of a client: a panic, or
// a shortage of file descriptors.
func IsTrouble(err error) bool {
	_, panicked := rescue.As(err)
	return panicked || errors.Is(err, ErrOutOfFiles) || socket.IsOutOfFiles(err)
}

// Details returns what helps to find the cause of an error that is the lab's own: the stack of a panic.
// It is empty if there is nothing.
func Details(err error) string {
	if p, ok := rescue.As(err); ok {
		return string(p.Stack)
	}
	return ""
}

// troubled takes note of an error, and tells of it, if it is the lab's own.
func (srv *Server) troubled(err error) {
	if !IsTrouble(err) {
		return
	}
	if socket.IsOutOfFiles(err) && !errors.Is(err, ErrOutOfFiles) {
		err = fmt.Errorf("%w: %w", ErrOutOfFiles, err)
	}
	err = fmt.Errorf("serving %s: %w", srv.scenario.ID, err)
	srv.mu.Lock()
	if srv.trouble == nil {
		srv.trouble = err
	}
	srv.mu.Unlock()
	if tell := srv.options.Trouble; tell != nil {
		tell(err)
	}
}

// Trouble returns the first failure of the lab's own that had to do with this server, or nil: a panic
// while it served a client, or a shortage of file descriptors while clients waited. What clients did
// then proves nothing.
func (srv *Server) Trouble() error {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return srv.trouble
}

// WatchListener returns a listener that calls trouble when it cannot accept clients because the process
// is out of file descriptors. The error wraps [ErrOutOfFiles].
func WatchListener(l net.Listener, trouble func(error)) net.Listener {
	return &watchedListener{l, trouble}
}

type watchedListener struct {
	net.Listener
	trouble func(error)
}

// Accept implements net.Listener.
func (l *watchedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if socket.IsOutOfFiles(err) {
		l.trouble(fmt.Errorf("%w: %w", ErrOutOfFiles, err))
	}
	return c, err
}

// WatchHandler returns a handler that calls trouble with the panics of another one, which net/http would
// recover and keep to itself. The connection is closed, as with [http.ErrAbortHandler], which is no trouble.
func WatchHandler(h http.Handler, trouble func(*http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := rescue.Do(func() error {
			h.ServeHTTP(w, r)
			return nil
		})
		if err == nil {
			return
		}
		if !errors.Is(err, http.ErrAbortHandler) {
			trouble(r, err)
		}
		panic(http.ErrAbortHandler)
	})
}

// OnTrouble has the responder call tell with its own failures: see [Options].Trouble. The scenario is the
// one that it was asked about, or empty if it could not accept clients at all.
func (r *Responder) OnTrouble(tell func(scenario string, err error)) { r.trouble.Store(&tell) }

// troubled tells of a failure of the responder's own.
func (r *Responder) troubled(scenario string, err error) {
	if tell := r.trouble.Load(); tell != nil {
		(*tell)(scenario, fmt.Errorf("the revocation responder: %w", err))
	}
}

// askedAbout returns the scenario that a request is about.
func askedAbout(r *http.Request) string {
	parts := strings.SplitN(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}
