package main

import (
	"fmt"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/tlslab/lab/serve"
)

// patience is how long tests wait for an event on a machine that is busy with others before they fail.
const patience = 2 * time.Minute

// waitForFile waits until a file is there. The command that writes it renames it into place, so
// that it is whole; there is no event for that which all systems have, hence the polling.
func waitForFile(path string) error {
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if _, err := os.Stat(path); err == nil {
				return nil
			}
		case <-deadline:
			return fmt.Errorf("%s did not appear within %s", path, patience)
		}
	}
}

func readEndpoints(ts *testscript.TestScript, path string) []serve.Endpoint {
	doc, err := serve.ReadEndpoints(ts.MkAbs(path))
	ts.Check(err)
	return doc.Scenarios
}
