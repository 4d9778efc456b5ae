// Package needs decides what a test does on a machine that lacks something: it
// skips with one line that says what is missing, unless TLSLAB_REQUIRE says that
// it must be there.
package needs

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// Variable names the environment variable that lists what a machine must have,
// separated by commas: "docker,curl,openssl,node,python3.8,python3.11".
const Variable = "TLSLAB_REQUIRE"

// Stack skips the test unless ok, or fails it if [Variable] lists the name. The
// reason is one line: "no node on PATH".
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

// Missing returns an error if [Variable] lists something that is missing, or a version of it
// ("python" is python3.11 there), and nil where it may be.
func Missing(name string, why error) error {
	for entry := range strings.SplitSeq(os.Getenv(Variable), ",") {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(entry), name); ok && strings.Trim(rest, "0123456789.") == "" {
			return fmt.Errorf("%s is required by %s and missing: %w", name, Variable, why)
		}
	}
	return nil
}

// Any is [Stack] for what [Variable] lists with a version or without: it fails the test for "python" if
// python3.11 is listed.
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
