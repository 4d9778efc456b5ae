// Package trouble recognizes failures of the lab itself, which say nothing about a client: panics, and a shortage of
// file descriptors.
package trouble

import (
	"errors"
	"fmt"
	"net"
	"net/http"

	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/internal/socket"
)

// ErrOutOfFiles is wrapped by errors that say that this process has no file descriptors left. Clients then wait in the
// accept queue until there are free ones.
var ErrOutOfFiles = errors.New("out of file descriptors: clients wait until some are closed; " +
	"raise the limit (ulimit -n 8192), or serve fewer scenarios")

// Is reports whether an error is a failure of the lab itself: a panic, or a shortage of file descriptors.
func Is(err error) bool {
	_, panicked := rescue.As(err)
	return panicked || errors.Is(err, ErrOutOfFiles) || socket.IsOutOfFiles(err)
}

// Name makes an error about a shortage of file descriptors wrap [ErrOutOfFiles]. It returns other errors unchanged.
func Name(err error) error {
	if !socket.IsOutOfFiles(err) || errors.Is(err, ErrOutOfFiles) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrOutOfFiles, err)
}

// Details returns what helps to find the cause of a failure of the lab: the stack of a panic, or "".
func Details(err error) string {
	if p, ok := rescue.As(err); ok {
		return string(p.Stack)
	}
	return ""
}

// Listener returns a listener that calls tell if it cannot accept a client because the process is out of file
// descriptors. The error that it passes to tell wraps [ErrOutOfFiles].
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

// Handler returns a handler that calls h, and passes its panics to tell. net/http alone would recover them and only log
// them. The connection is then closed, as after a panic with [http.ErrAbortHandler], which is not passed to tell.
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
