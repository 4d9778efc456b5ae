package main

import (
	"io"
	"net/http"
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/tlslab/lab/serve"
)

// looksAt gets a page of the lab with the given endpoints.json, and checks that it matches a pattern:
// looksat out/endpoints.json scenario/expired notAfter.
func looksAt(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: looksat ENDPOINTS PATH PATTERN")
	}
	doc, err := serve.ReadEndpoints(ts.MkAbs(args[0]))
	ts.Check(err)
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport}).Get(doc.UI + args[1])
	ts.Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	if found := regexp.MustCompile(args[2]).Match(body); found == neg || response.StatusCode != http.StatusOK {
		ts.Fatalf("%s: status %s, pattern %q found: %v", args[1], response.Status, args[2], found)
	}
}
