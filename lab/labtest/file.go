package labtest

import (
	"strings"
	"testing"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
	"example.com/tlslab/scenarios/near"
)

// FileOption changes what [StartFile] serves.
type FileOption func(*fileOptions)

type fileOptions struct {
	id       string
	services []serve.Service
}

// ID chooses a scenario of a file that has several. It can be the control that was made for one, such as
// "my-server-good".
func ID(id string) FileOption {
	return func(o *fileOptions) { o.id = id }
}

// Services adds services besides https, as for [Start].
func Services(list ...serve.Service) FileOption {
	return func(o *fileOptions) { o.services = append(o.services, list...) }
}

// StartFile is [Start] for a scenario of a file, or of a directory of files: see package scenarios/file. If there are
// several, the option [ID] must choose one. Errors in the file fail the test.
func StartFile(t testing.TB, path string, opts ...FileOption) *Server {
	t.Helper()
	var o fileOptions
	for _, opt := range opts {
		opt(&o)
	}
	c := read(t, path)
	var own []string
	for _, s := range c.All() {
		if c.IsOwn(s.ID) {
			own = append(own, s.ID)
		}
	}
	if o.id == "" {
		o.id = only(t, c, path)
	}
	if !c.IsOwn(o.id) {
		t.Fatalf("labtest: %s has no scenario %q%s: it has %s", path, o.id, near.Hint(o.id, own), strings.Join(own, ", "))
	}
	s, _ := c.Lookup(o.id)
	return start(t, newLab(t, c, o.services...), s)
}

// only returns the ID of the only scenario of a catalogue, apart from controls that were made.
func only(t testing.TB, c *scenarios.Catalogue, path string) string {
	t.Helper()
	if declared := c.Declared(); len(declared) > 1 {
		var ids []string
		for _, s := range declared {
			ids = append(ids, s.ID)
		}
		t.Fatalf("labtest: %s has several scenarios: choose one with labtest.ID: %s", path, strings.Join(ids, ", "))
	}
	return c.Declared()[0].ID
}

// read reads files of scenarios.
func read(t testing.TB, paths ...string) *scenarios.Catalogue {
	t.Helper()
	c, err := file.Read(paths...)
	if err != nil {
		t.Fatalf("labtest: %v", err)
	}
	return c
}
