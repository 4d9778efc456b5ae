package chromium

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"

	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
)

// startTime is how long a browser may take to answer, on a busy machine.
const startTime = time.Minute

// setup is what distinguishes one browser from another. What all have in common is in flags.
type setup struct {
	insecure bool
	roots    string // digest of the trusted roots; empty if it checks nothing
	identity string // digest of the client's certificate and key; empty if it has none
	resolver string // the value of --host-resolver-rules
}

// flags prevent a browser from doing anything on its own: requests, windows, questions to the user, or access
// to the desktop's key ring.
var flags = []string{
	"--headless", "--remote-debugging-pipe", "--log-net-log=/dev/fd/5", "about:blank",
	"--no-first-run", "--no-default-browser-check", "--no-pings",
	"--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
	"--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-breakpad",
	"--disable-crash-reporter",
	"--disable-client-side-phishing-detection", "--disable-field-trial-config",
	// The last one would start a process for a page that is never opened.
	"--disable-features=OptimizationHints,MediaRouter,Translate,SpareRendererForSitePerProcess",
	"--metrics-recording-only", "--password-store=basic", "--use-mock-keychain",
	"--disable-gpu", "--mute-audio", "--no-proxy-server",
	// An error page would reload after a while and disturb the next navigation.
	"--disable-auto-reload",
	// Shared memory goes into the temporary directory, which is the browser's own.
	"--disable-dev-shm-usage",
}

// browser is a running Chromium with its own profile.
type browser struct {
	*devtools
	tab     *tab            // nil until the first visit
	visited map[string]bool // hosts and ports that it has visited
	log     *netLog
	process *process.Process
	home    *pki.Dir   // its home directory with its profile, removed on close
	pipes   []*os.File // our ends of the pipes

	background sync.WaitGroup // discards output
}

// preferences is the content of a profile's preferences (profile/Default/Preferences). Without it, an error
// page would query the servers of a name service outside this machine.
const preferences = `{"alternate_error_pages":{"enabled":false}}`

// choosing is the content of the preferences of a profile with a client certificate, which is presented to
// every server that asks for one. An administrator would set this with the policy
// AutoSelectCertificateForUrls, which the browser stores as a preference. Without it, the headless browser
// would ask the user.
const choosing = `{"alternate_error_pages":{"enabled":false},"profile":{"content_settings":{"exceptions":` +
	`{"auto_select_certificate":{"*,*":{"last_modified":"1","setting":{"filters":[{}]}}}}}}}`

// launch starts a browser that trusts and presents what the endpoint says.
func (p program) launch(ctx context.Context, s setup, e serve.Endpoint) (_ *browser, err error) {
	dir, err := makeHome()
	if err != nil {
		return nil, err
	}
	home := dir.Path()
	b := &browser{home: dir, visited: map[string]bool{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if err := p.profile(ctx, s, e, home); err != nil {
		return nil, err
	}
	args := append([]string{"--user-data-dir=" + filepath.Join(home, "profile"),
		"--host-resolver-rules=" + s.resolver}, flags...)
	if s.insecure {
		args = append(args, "--ignore-certificate-errors")
	}
	if os.Geteuid() == 0 {
		// The sandbox needs user namespaces, and the browser refuses to start as root with it.
		args = append(args, "--no-sandbox")
	}
	// The temporary directory is in the profile, too, so that it is removed even if the browser is killed.
	env := []string{"HOME=" + home, "TMPDIR=" + home}
	if err := b.start(ctx, process.Command{Path: p.path, Args: args, Env: env}); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, errSlow)
	defer cancel()
	if _, err := call(ctx, b.devtools, b.Browser, cdpbrowser.GetVersion, cdp.Empty{}); err != nil {
		return nil, fmt.Errorf("starting %s: %w%s", p.path, err, b.lastWords())
	}
	return b, nil
}

// maxHome is the maximum length of a home directory's name, in bytes. A browser makes a socket in its own
// directory below its temporary directory, and the names of sockets must be shorter than 108 bytes.
const maxHome = 108 - len("/org.chromium.Chromium.aB3xYz/SingletonSocket") - 1

// makeHome makes a home directory in the temporary directory, if that has a short enough name.
func makeHome() (*pki.Dir, error) {
	const pattern = "tlslab-chromium-"
	dir := os.TempDir()
	if len(filepath.Join(dir, pattern+"4294967295")) > maxHome {
		dir = "/tmp"
	}
	home, err := pki.TempDir(dir, pattern)
	if err != nil {
		return nil, fmt.Errorf("making a profile: %w", err)
	}
	return home, nil
}

// profile makes a browser's profile below its home directory.
func (p program) profile(ctx context.Context, s setup, e serve.Endpoint, home string) error {
	db, content := nss{p.tools, home}, preferences
	if err := db.make(ctx); err != nil {
		return err
	}
	if !s.insecure {
		if err := db.trust(ctx, e.CAFile); err != nil {
			return err
		}
	}
	if s.identity != "" {
		content = choosing
		if err := db.present(ctx, e); err != nil {
			return err
		}
	}
	dir := filepath.Join(home, "profile", "Default")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making a profile: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Preferences"), []byte(content), 0o600); err != nil {
		return fmt.Errorf("making a profile: %w", err)
	}
	return nil
}

// start starts the program with three pipes and reads from them. With --remote-debugging-pipe, the browser
// reads from file descriptor 3 and writes to 4; the next one is for its log.
func (b *browser) start(ctx context.Context, c process.Command) error {
	var theirs []*os.File
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
	}()
	var ends [3][2]*os.File // for reading and for writing
	for i := range ends {
		r, w, err := os.Pipe()
		if err != nil {
			return fmt.Errorf("starting %s: %w", c.Path, err)
		}
		ends[i] = [2]*os.File{r, w}
		if i > 0 { // the browser reads from the first and writes to the others
			r, w = w, r
		}
		theirs, b.pipes = append(theirs, r), append(b.pipes, w)
	}
	c.Files = theirs
	p, err := process.Start(ctx, c)
	if err != nil {
		return err
	}
	b.process = p
	b.background.Go(func() { io.Copy(io.Discard, p) }) // its standard output
	b.log = readLog(b.pipes[2])
	b.devtools, err = talk(b.pipes[1], b.pipes[0])
	return err
}

// lastWords returns the last error output of a browser that has ended, to add to an error. A running browser
// only complains about a missing desktop.
func (b *browser) lastWords() string {
	words := strings.TrimSpace(b.process.Stderr())
	if words == "" || !b.ended() {
		return ""
	}
	lines := strings.Split(words, "\n")
	return ": it last wrote: " + lines[len(lines)-1]
}

// close kills the browser with all its processes and removes its profile.
func (b *browser) close() error {
	if b.process != nil {
		b.process.Close()
	}
	if b.devtools != nil {
		b.hangUp()
	}
	for _, f := range b.pipes {
		f.Close() // this also ends the goroutines that read from it
	}
	b.background.Wait()
	if b.log != nil {
		<-b.log.done
	}
	if b.devtools != nil {
		<-b.LostConnection
	}
	if b.tab != nil {
		b.tab.detach() // returns when chromedp has noticed that the tab is gone
	}
	if err := b.home.Delete(); err != nil {
		return fmt.Errorf("removing a profile: %w", err)
	}
	return nil
}
