package main

import (
	"fmt"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/tlslab/lab/serve"
)

// patience is how long tests wait for an event, on a machine that may be busy, before they fail.
const patience = 2 * time.Minute

// waitForFile waits until a file exists. The command renames it into place, so it is complete. It polls, because not
// all systems have an event for this.
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
