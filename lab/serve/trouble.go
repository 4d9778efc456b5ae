package serve

import (
	"fmt"

	"example.com/tlslab/lab/internal/trouble"
)

// ErrOutOfFiles is wrapped by the errors passed to [Options].Trouble when this process has no file descriptors left.
// Clients then wait in the accept queue until there are free ones.
var ErrOutOfFiles = trouble.ErrOutOfFiles

// troubled records and reports an error if it is a failure of the lab itself.
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

// Trouble returns the first failure of the lab itself on this server, or nil: a panic while it served a client, or a
// shortage of file descriptors while clients waited. The observations of such a server prove nothing about clients.
func (srv *Server) Trouble() error {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return srv.trouble
}
