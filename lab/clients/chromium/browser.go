package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.com/tlslab/lab/clients/internal/process"
)

// startTime is how long a browser may take until it answers, on a machine that is busy.
const startTime = 30 * time.Second

// setup is what differs between two browsers. What they have in common stands in flags.
type setup struct {
	insecure bool
	roots    string // digest of what it trusts; empty if it checks nothing
	resolver string // rules of --host-resolver-rules
}

// flags has a browser do nothing but what it is asked to do: no request of its own, no window, no
// question to a user, no key ring of the desktop's.
var flags = []string{
	"--headless", "--remote-debugging-pipe", "about:blank",
	"--no-first-run", "--no-default-browser-check", "--no-pings",
	"--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
	"--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-breakpad", "--disable-crash-reporter",
	"--disable-client-side-phishing-detection", "--disable-field-trial-config",
	"--disable-features=OptimizationHints,MediaRouter,Translate",
	"--metrics-recording-only", "--password-store=basic", "--use-mock-keychain",
	"--disable-gpu", "--mute-audio", "--no-proxy-server",
	// Shared memory lies in the temporary directory, which is the browser's own.
	"--disable-dev-shm-usage",
}

// browser is a Chromium that runs, with a profile of its own.
type browser struct {
	*devtools
	process *process.Process
	home    string // its home directory, with its profile: removed when it is closed
}

// launch starts a browser that trusts what is in the CA file.
func (p program) launch(ctx context.Context, s setup, caFile string) (_ *browser, err error) {
	home, err := os.MkdirTemp("", "tlslab-chromium-")
	if err != nil {
		return nil, fmt.Errorf("making a profile: %w", err)
	}
	b := &browser{home: home}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if !s.insecure {
		db := nss{p.certutil, home}
		if err := errors.Join(db.make(ctx), db.trust(ctx, caFile)); err != nil {
			return nil, err
		}
	}
	args := append([]string{"--user-data-dir=" + filepath.Join(home, "profile"), "--host-resolver-rules=" + s.resolver}, flags...)
	if s.insecure {
		args = append(args, "--ignore-certificate-errors")
	}
	if os.Geteuid() == 0 {
		// Its sandbox is made of user namespaces, and it refuses to start as root with it.
		args = append(args, "--no-sandbox")
	}
	// The temporary directory as well: what it leaves there when it is ended goes with the profile.
	env := []string{"HOME=" + home, "TMPDIR=" + home}
	b.process, err = process.Start(process.Command{Path: p.path, Args: args, Env: env, Pipes: true})
	if err != nil {
		return nil, err
	}
	b.devtools = talk(b.process)
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, fmt.Errorf("it has not answered for %s", startTime))
	defer cancel()
	if err := b.call(ctx, "", "Browser.getVersion", nil, nil); err != nil {
		return nil, fmt.Errorf("starting %s: %w%s", p.path, err, b.lastWords())
	}
	return b, nil
}

// lastWords returns what the program complained of at last, to be added to an error.
func (b *browser) lastWords() string {
	words := strings.TrimSpace(b.process.Stderr())
	if words == "" {
		return ""
	}
	lines := strings.Split(words, "\n")
	return ": its last words: " + lines[len(lines)-1]
}

// ended reports whether the browser has ended by itself.
func (b *browser) ended() bool {
	select {
	case <-b.done:
		return true
	default:
		return false
	}
}

// close ends the browser with all of its processes, and removes its profile.
func (b *browser) close() error {
	if b.process != nil {
		b.process.Close()
	}
	if b.devtools != nil {
		<-b.done
	}
	if err := os.RemoveAll(b.home); err != nil {
		return fmt.Errorf("removing a profile: %w", err)
	}
	return nil
}
