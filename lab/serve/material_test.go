package serve

import (
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// TestOddMaterial checks that a server presents whatever a chain contains: crypto/tls does not check what it sends.
func TestOddMaterial(t *testing.T) {
	ca := newAuthority(t)
	leaf := func(bits int) tls.Certificate {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		return ca.issue(t, key, nil)
	}
	mismatched := ca.issue(t, newKey(t, elliptic.P256()), nil)
	mismatched.PrivateKey = newKey(t, elliptic.P256())
	garbage := tls.Certificate{Certificate: [][]byte{[]byte("no DER")}, PrivateKey: newKey(t, elliptic.P256())}

	tests := []struct {
		name    string
		cert    tls.Certificate
		version uint16
		end     End
	}{
		{"rsa-1024", leaf(1024), tls.VersionTLS12, EndServed},
		{"rsa-1024", leaf(1024), tls.VersionTLS13, EndServed},
		{"p-224", ca.issue(t, newKey(t, elliptic.P224()), nil), tls.VersionTLS12, EndServed},
		// RFC 8446, section 4.2.3, has no scheme for P-224, so no server can use it under TLS 1.3.
		{"p-224", ca.issue(t, newKey(t, elliptic.P224()), nil), tls.VersionTLS13, EndAlertSent},
		{"mismatched", mismatched, tls.VersionTLS12, EndAlertReceived},
		{"mismatched", mismatched, tls.VersionTLS13, EndAlertReceived},
		{"garbage", garbage, tls.VersionTLS12, EndAlertReceived},
		{"garbage", garbage, tls.VersionTLS13, EndAlertReceived},
	}
	for _, test := range tests {
		t.Run(test.name+"/"+tls.VersionName(test.version), func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{}), material(test.cert, nil), Options{})
			_, err := get(t, srv, &tls.Config{RootCAs: ca.pool(), MaxVersion: test.version})
			if o := one(t, srv); o.End != test.end {
				t.Errorf("end %s, want %s; client: %v; server: %s", o.End, test.end, err, o.Error)
			}
		})
	}
}

func TestSlowMaterial(t *testing.T) {
	ca := newAuthority(t)
	asked, release := make(chan struct{}), make(chan struct{})
	calls := 0
	good := ca.source(t)
	slow := start(t, scenario(scenarios.Server{}), func() (Material, error) {
		calls++
		close(asked)
		<-release
		return good()
	}, Options{})
	quick := start(t, scenario(scenarios.Server{}), good, Options{})

	var clients sync.WaitGroup
	for range 3 {
		clients.Go(func() {
			if _, err := get(t, slow, &tls.Config{RootCAs: ca.pool()}); err != nil {
				t.Error(err)
			}
		})
	}
	<-asked
	if _, err := get(t, quick, &tls.Config{RootCAs: ca.pool()}); err != nil {
		t.Error(err)
	}
	close(release)
	clients.Wait()
	if calls != 1 {
		t.Errorf("the source was called %d times", calls)
	}
}

// TestSlowMaterialOutlastsTimeout checks that the time that the material takes does not count towards the timeout.
func TestSlowMaterialOutlastsTimeout(t *testing.T) {
	ca := newAuthority(t)
	good := ca.source(t)
	const timeout = 500 * time.Millisecond
	srv := start(t, scenario(scenarios.Server{}), func() (Material, error) {
		<-time.After(2 * timeout)
		return good()
	}, Options{Timeout: timeout})
	if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool()}); err != nil {
		t.Error(err)
	}
}

func TestBadMaterial(t *testing.T) {
	broken := errors.New("no entropy")
	srv := start(t, scenario(scenarios.Server{}), func() (Material, error) { return Material{}, broken }, Options{})
	err := handshake(t, srv, &tls.Config{ServerName: "localhost"})
	if got := remoteAlert(err); got == nil || got.Code != wire.AlertInternalError {
		t.Errorf("the client got %v: %v", got, err)
	}
	o := one(t, srv)
	if o.End != EndAlertSent || o.AlertSent.Code != wire.AlertInternalError ||
		!strings.Contains(o.Error, broken.Error()) {
		t.Errorf("observation = %+v", o)
	}
}
