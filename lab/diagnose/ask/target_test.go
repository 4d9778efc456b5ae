package ask_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/diagnose/ask"
)

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]ask.Target{
		"a.example":                  {Host: "a.example", Port: 443},
		"A.Example.":                 {Host: "a.example", Port: 443},
		"a.example:8443":             {Host: "a.example", Port: 8443},
		"my_host:1":                  {Host: "my_host", Port: 1},
		"127.0.0.1":                  {Host: "127.0.0.1", Port: 443},
		"::1":                        {Host: "::1", Port: 443},
		"[::1]":                      {Host: "::1", Port: 443},
		"[0:0::1]:5432":              {Host: "::1", Port: 5432},
		"bücher.example":             {Host: "xn--bcher-kva.example", Port: 443},
		"https://a.example/path?q#f": {Host: "a.example", Port: 443, Service: "https"},
		"https://[::1]:1/":           {Host: "::1", Port: 1, Service: "https"},
		"WSS://a.example":            {Host: "a.example", Port: 443, Service: "https"},
		"postgres://user:p%40ss@db:1?sslmode=require": {Host: "db", Port: 1, Service: "postgres"},
		"postgresql://db": {Host: "db", Port: 5432, Service: "postgres"},
		"mongodb://db/":   {Host: "db", Port: 27017, Service: "mongodb"},
		"ldaps://d":       {Host: "d", Port: 636, Service: "ldaps"},
		"smtp://m":        {Host: "m", Port: 25, Service: "smtp"},
		"rediss://r":      {Host: "r", Port: 6379, Service: "redis"},
	} {
		got, err := ask.ParseTarget(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

// TestParseTargetErrors checks that errors say what to write.
func TestParseTargetErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "write HOST, HOST:PORT",
		":443":               "the host is missing",
		"a:":                 "the port is missing",
		"a:0":                "from 1 to 65535",
		"a:65536":            "from 1 to 65535",
		"a:https":            "from 1 to 65535",
		"a:1-100":            "write one port",
		"10.0.0.0/24":        "write one address",
		"a.example/path":     "write https://a.example/path",
		"*.example":          "write one name",
		"a,b":                "one host a call",
		"mongodb://a:1,b:2/": "one host a call",
		"http://a":           "write https://HOST/",
		"mongodb+srv://a":    "SRV record",
		"gopher://a":         "write HOST:PORT",
		"1:2:3":              "[ADDRESS]:PORT",
		"[::1":               "[ADDRESS]:PORT",
		"[::1]x":             "[ADDRESS]:PORT",
		"[::1]:":             "[ADDRESS]:PORT",
		"a b":                "one host a call",
		"a!b":                "not a host name",
	} {
		_, err := ask.ParseTarget(text)
		assert.ErrorContains(t, err, want, text)
	}
}

// TestBadTargets checks that what cannot be used is an error before anything is sent.
func TestBadTargets(t *testing.T) {
	for want, target := range map[string]ask.Target{
		"use ParseTarget":         {},
		"write one of ftp, imap":  {Host: "a", Port: 1, STARTTLS: "gopher"},
		"cannot connect to":       {Host: "a", Port: 1, Connect: "b:c"},
		"write http://HOST:PORT":  {Host: "a", Port: 1, Proxy: "socks5://b"},
		"is not an HTTP proxy":    {Host: "a", Port: 1, Proxy: "b:1"},
		"number from 1 to 65535":  {Host: "a", Port: 1, Connect: "b:0"},
		"there is no STARTTLS pr": {Host: "a", Port: 1, STARTTLS: "no"},
	} {
		_, err := ask.Server(t.Context(), target)
		assert.ErrorContains(t, err, want)
	}
}

// TestPlan checks that the plan names what a target needs, and is honest about the bound.
func TestPlan(t *testing.T) {
	names := func(target ask.Target) (all []string, sum int) {
		for _, step := range ask.Plan(target) {
			assert.NotEmpty(t, step.What)
			all, sum = append(all, step.Name), sum+step.Connections
		}
		return all, sum
	}
	named, most := names(ask.Target{Host: "localhost", Port: 443})
	assert.Contains(t, named, "no-sni")
	assert.GreaterOrEqual(t, most, 24)
	assert.Equal(t, 30, ask.Most(ask.Target{}))
	byAddress, _ := names(ask.Target{Host: "127.0.0.1", Port: 443})
	assert.NotContains(t, byAddress, "no-sni")
	light, most := names(ask.Target{Host: "localhost", Port: 443, Light: true})
	assert.Equal(t, []string{"connect", "ordinary", "tls1.2", "no-sni"}, light)
	assert.Equal(t, 4, most)
	assert.Equal(t, 3, ask.Most(ask.Target{Light: true}))
}
