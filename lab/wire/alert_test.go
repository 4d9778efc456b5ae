package wire

import "testing"

func TestAlertString(t *testing.T) {
	if got, want := NewAlert(AlertCertificateExpired).String(), "certificate_expired (45)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := NewAlert(200).String(), "unassigned (200)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
