package shell_test

import (
	"os/exec"
	"testing"

	"example.com/tlslab/lab/internal/shell"
)

// TestQuote checks that a shell reads a quoted word as the original.
func TestQuote(t *testing.T) {
	sh, err := exec.LookPath("sh")
	for _, word := range []string{"", "plain/path-1.pem", "a b", "it's", "$HOME `id`", "~", "{ca}", "a\nb", "*"} {
		quoted := shell.Quote(word)
		if err != nil { // no POSIX shell, as on Windows
			continue
		}
		out, err := exec.Command(sh, "-c", "printf %s "+quoted).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q is quoted as %s, which a shell reads as %q (%v)", word, quoted, out, err)
		}
	}
	if got := shell.Quote("plain/path-1.pem"); got != "plain/path-1.pem" {
		t.Errorf("quoted without need: %s", got)
	}
}
