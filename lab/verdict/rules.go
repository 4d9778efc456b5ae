package verdict

import (
	"maps"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios/failure"
)

// Untold is the class of messages that say that the certificate was refused and not why, as
// Python's are up to 3.6. It never leaves this package.
const Untold failure.Class = "untold"

// Rule maps what a message contains to a failure class.
type Rule struct {
	Contains string
	Class    failure.Class
}

// Stacks returns the names of the stacks that there are rules for.
func Stacks() []string { return slices.Sorted(maps.Keys(tables)) }

// Rules returns the rules of a stack, or of one of [Programs], in the order in which they are tried. The caller may
// change the result.
func Rules(stack string) []Rule { return slices.Clone(rulesOf(stack)) }

// Classify returns the failure class of the message of a stack, or of one of [Programs], by the rule that tells most of
// it; empty if none fits. The lab's own words of a client that it had to end mean the same for every stack: one with a
// time limit of its own may miss that on a busy machine.
func Classify(name, message string) failure.Class {
	if strings.HasPrefix(message, clients.OverrunPrefix) {
		return failure.Timeout
	}
	r, _ := telling(withLookups(name), message, nil)
	return r.Class
}

// tables holds one table a stack. Every rule is there because a client said so: the
// messages stand in testdata, and a rule without one fails the tests.
var tables = map[string][]Rule{
	"go":         slices.Concat(goOwn, goRules),
	"curl":       curlRules,
	"openssl":    opensslRules,
	"python":     pythonRules,
	"node":       nodeRules,
	"gnutls-cli": gnutlsRules,
	"wget":       wgetRules,
	"pyopenssl":  pyopensslRules,
	"java":       javaRules,
	"okhttp":     okhttpRules,
	"mongo-java": mongoJavaRules,
	"ruby":       rubyRules,
	"perl":       perlRules,
	"php":        phpRules,
	"chromium":   chromiumRules,
	"mbedtls":    mbedTLSRules,

	"reqwest-rustls":     rustlsRules,
	"reqwest-native-tls": nativeTLSRules,

	"requests": urllib3Rules,
	"urllib3":  urllib3Rules,
	"httpx":    httpxRules,
	"aiohttp":  aiohttpRules,

	"cryptography": cryptographyRules,

	"fetch": fetchRules,
	"axios": axiosRules,

	"pymongo":      pymongoRules,
	"pymongo-ocsp": pymongoOCSPRules,
	"mongo-node":   mongoNodeRules,
	"mongo-go":     slices.Concat(mongoGoOwn, goOwn, goRules),
}
