package messages

import (
	"regexp"
	"slices"

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
	{Contains: "timeout of", Class: failure.Timeout, Only: regexp.MustCompile(`AxiosError: timeout of .* exceeded`)},
}, nodeRules)
