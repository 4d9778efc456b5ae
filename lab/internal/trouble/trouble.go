// Package trouble tells failures of the lab itself, which say nothing of a client: panics, and a shortage of file
// descriptors.
package trouble

import (
	"errors"
	"fmt"
	"net"
	"net/http"

	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/internal/socket"
)

// ErrOutOfFiles is wrapped by errors that say that the system gives this process no more file descriptors. Clients
// wait in the accept queue until there are some again.
var ErrOutOfFiles = errors.New("out of file descriptors: clients wait until some are closed; " +
	"raise the limit (ulimit -n 8192), or serve fewer scenarios")

// Is reports whether an error is the lab's own failure: a panic, or a shortage of file descriptors.
func Is(err error) bool {
	_, panicked := rescue.As(err)
	return panicked || errors.Is(err, ErrOutOfFiles) || socket.IsOutOfFiles(err)
}

// Name returns an error that is a shortage of file descriptors as one that wraps [ErrOutOfFiles], and others as they
// are.
func Name(err error) error {
	if !socket.IsOutOfFiles(err) || errors.Is(err, ErrOutOfFiles) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrOutOfFiles, err)
}

// Details returns what helps to find the cause of an error that is the lab's own: the stack of a panic. It is empty
// if there is nothing.
func Details(err error) string {
	if p, ok := rescue.As(err); ok {
		return string(p.Stack)
	}
	return ""
}

// Listener returns a listener that calls tell when it cannot accept clients because the process is out of file
// descriptors. The error wraps [ErrOutOfFiles].
func Listener(l net.Listener, tell func(error)) net.Listener { return &listener{l, tell} }

type listener struct {
	net.Listener
	tell func(error)
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if socket.IsOutOfFiles(err) {
		l.tell(Name(err))
	}
	return c, err
}

// Handler returns a handler that calls tell with the panics of another one, which net/http would recover and keep to
// itself. The connection is closed, as with [http.ErrAbortHandler], which is no trouble.
func Handler(h http.Handler, tell func(*http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := rescue.Do(func() error {
			h.ServeHTTP(w, r)
			return nil
		})
		if err == nil {
			return
		}
		if !errors.Is(err, http.ErrAbortHandler) {
			tell(r, err)
		}
		panic(http.ErrAbortHandler)
	})
}
