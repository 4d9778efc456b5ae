package labtest

import (
	"testing"

	"example.com/tlslab/lab/internal/needs"
)

// Require skips a test unless ok, with one line that says what the machine lacks; or fails it if
// the environment variable TLSLAB_REQUIRE, a list with commas between, names it. On machines that
// are known to have everything, nothing is then skipped in silence.
func Require(t testing.TB, name string, ok bool, why string) {
	t.Helper()
	needs.Stack(t, name, ok, why)
}
