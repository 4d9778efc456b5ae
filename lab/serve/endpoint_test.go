package serve

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

func TestEndpoint(t *testing.T) {
	ca := newAuthority(t)
	for _, test := range []struct{ host, url, dial string }{
		{"", "https://localhost:", "127.0.0.1"},
		{"wrong.example", "https://wrong.example:", "127.0.0.1"},
		{"127.0.0.1", "https://127.0.0.1:", "127.0.0.1"},
		{"::1", "https://[::1]:", "::1"},
		{"192.0.2.1", "https://192.0.2.1:", "127.0.0.1"},
	} {
		s := &scenarios.Scenario{
			ID: "expired", Family: "validity", Host: test.host, Control: "good",
			Expect: scenarios.Expectation{
				Verdict: scenarios.Reject, Level: scenarios.Should, Feature: "crl",
				Failures: []failure.Class{failure.Expired},
			},
		}
		srv := start(t, s, ca.source(t), Options{})
		if len(srv.acceptors) == 1 && test.dial == "::1" {
			continue // no IPv6 here
		}
		e := srv.Endpoint(Files{"ca", "cert", "key", "combined", "password", "crl", "p12", "jks", "dir", "ca password"})
		_, port, _ := net.SplitHostPort(srv.Addr())
		want := Endpoint{
			ID: "expired", Family: "validity", Service: "https", URL: test.url + port + "/",
			Host: test.host, Port: srv.Port(), Connect: net.JoinHostPort(test.dial, port),
			CAFile: "ca", CertFile: "cert", KeyFile: "key", CombinedFile: "combined", KeyPassword: "password",
			CRLFile: "crl", CAPKCS12: "p12", CAJKS: "jks", CADir: "dir", CAPassword: "ca password",
			Expect: "reject", Level: "should", Feature: "crl", Failures: []failure.Class{"expired"}, Control: "good",
		}
		if test.host == "" {
			want.Host = "localhost"
		}
		if !reflect.DeepEqual(e, want) {
			t.Errorf("got %+v\nwant %+v", e, want)
		}
	}
}

func TestEndpoints(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "endpoints.json")
	srv := start(t, scenario(scenarios.Server{}), newAuthority(t).source(t), Options{})
	doc := Endpoints{Seed: "5eed", At: time.Date(2026, 11, 22, 1, 0, 0, 7, time.FixedZone("", 3600)), PID: 4242,
		Scenarios: []Endpoint{srv.Endpoint(Files{})}}
	data, err := doc.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"schema": 1,`, `"at": "2026-11-22T00:00:00Z"`, `"failures": []`, `"ca_file": ""`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
	got, err := ReadEndpoints(path)
	if err != nil {
		t.Fatal(err)
	}
	doc.Schema, doc.At = EndpointsSchema, doc.At.UTC().Truncate(time.Second)
	if !reflect.DeepEqual(got, doc) {
		t.Errorf("got %+v\nwant %+v", got, doc)
	}
}

func TestEndpointsErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadEndpoints(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of a missing file: %v", err)
	}
	for _, text := range []string{"", "{", `{"schema": 2}`, `[]`} {
		path := filepath.Join(dir, "bad.json")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadEndpoints(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("of %q: %v", text, err)
		}
	}
}
