package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var axiosSource = Source{
	Name:    "axios",
	Verbose: "NODE_DEBUG=tls",
	Rules:   axiosRules,
	Voices: []Voice{{
		Marks: []string{"AxiosError"},
	}},
	Switches:   nodeSwitches,
	TrustStore: nodeTrustStore,
	Over:       nodeTLS,
}

// axiosRules are the texts of axios, and of Node, on which it is built.
var axiosRules = slices.Concat([]Rule{
	{Contains: "timeout of", Class: failure.Timeout, Only: lazyregexp.New(`AxiosError: timeout of .* exceeded`)},
}, nodeRules)
