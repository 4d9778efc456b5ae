package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// fetchRules are the texts of undici, which fetch is, and of Node below it.
var fetchRules = slices.Concat([]Rule{
	{"other side closed", failure.UnexpectedEOF},
	{"Response body length does not match", failure.UnexpectedEOF},
}, nodeRules)

// axiosRules are the texts of axios, and of Node below it.
var axiosRules = slices.Concat([]Rule{
	{"timeout of", failure.Timeout},
}, nodeRules)
