package labtest

import (
	"testing"

	"example.com/tlslab/lab/internal/needs"
)

// Require skips a test unless ok is true, with one line that says what the machine lacks. If the environment
// variable TLSLAB_REQUIRE, a comma-separated list, contains the name, the test fails instead. So on machines
// that have everything, no test is skipped unnoticed.
func Require(t testing.TB, name string, ok bool, why string) {
	t.Helper()
	needs.Stack(t, name, ok, why)
}
