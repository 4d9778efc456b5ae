package serve

import (
	"fmt"

	"example.com/tlslab/lab/internal/trouble"
)

// ErrOutOfFiles is wrapped by the errors that [Options].Trouble is told when the system gives this process no more
// file descriptors. Clients wait in the accept queue until there are some again.
var ErrOutOfFiles = trouble.ErrOutOfFiles

// troubled takes note of an error, and tells of it, if it is the lab's own.
func (srv *Server) troubled(err error) {
	if !trouble.Is(err) {
		return
	}
	err = fmt.Errorf("serving %s: %w", srv.scenario.ID, trouble.Name(err))
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
