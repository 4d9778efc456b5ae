// Package needs decides what a test does on a machine that lacks something: the test is skipped with one line that says
// what is missing, or fails if TLSLAB_REQUIRE lists it.
package needs

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// Variable is the name of the environment variable that lists what a machine must have, separated by commas:
// "docker,curl,openssl,node,python3.8,python3.11".
const Variable = "TLSLAB_REQUIRE"

// Stack does nothing if ok. Otherwise it skips the test, or fails it if [Variable] lists the name. The reason is one
// line, such as "no node on PATH".
func Stack(t testing.TB, name string, ok bool, why string) {
	t.Helper()
	switch {
	case ok:
	case listed(os.Getenv(Variable), name):
		t.Fatalf("%s is required by %s and missing: %s", name, Variable, why)
	default:
		t.Skipf("%s is missing: %s", name, why)
	}
}

// listed reports whether a name is in a list separated by commas.
func listed(list, name string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(entry string) bool {
		return strings.TrimSpace(entry) == name
	})
}

// Missing returns an error if [Variable] lists the name, with or without a version: python3.11 counts as "python".
// Otherwise it returns nil.
func Missing(name string, why error) error {
	for entry := range strings.SplitSeq(os.Getenv(Variable), ",") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(entry), name)
		if ok && strings.Trim(rest, "0123456789.") == "" {
			return fmt.Errorf("%s is required by %s and missing: %w", name, Variable, why)
		}
	}
	return nil
}

// Any does nothing if why is nil. Otherwise it skips the test, or fails it if [Variable] lists the name, with or
// without a version: see [Missing].
func Any(t testing.TB, name string, why error) {
	t.Helper()
	if why == nil {
		return
	}
	if err := Missing(name, why); err != nil {
		t.Fatal(err)
	}
	t.Skipf("%s is missing: %v", name, why)
}
