package serve

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"

	"example.com/tlslab/lab/wire"
)

// TestAlertTexts checks that package wire has a name for every alert of crypto/tls, and that no two alerts have the
// same text in crypto/tls, so that the text identifies the alert.
func TestAlertTexts(t *testing.T) {
	texts := make(map[string]bool)
	for code := range 256 {
		text := tls.AlertError(code).Error()
		if texts[text] {
			t.Errorf("alert %d has the text of another one: %s", code, text)
		}
		texts[text] = true
		if !wire.AlertCode(code).Assigned() && !strings.HasPrefix(text, "tls: alert(") {
			t.Errorf("no name for alert %d, %s", code, text)
		}
		for _, op := range []string{"remote error", "local error"} {
			err := &net.OpError{Op: op, Err: errors.New(text)}
			if got := alertIn(err, op); got == nil || got.Code != wire.AlertCode(code) {
				t.Errorf("alert %d read as %v", code, got)
			}
		}
	}
	if got := remoteAlert(errors.New("tls: expired certificate")); got != nil {
		t.Errorf("an error of another type read as %v", got)
	}
	if got := alertIn(&net.OpError{Op: "remote error", Err: errors.New("other")}, "remote error"); got != nil {
		t.Errorf("another text read as %v", got)
	}
}
