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

	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
)

// startTime is how long a browser may take until it answers, on a machine that is busy.
const startTime = time.Minute

// setup is what differs between two browsers. What they have in common stands in flags.
type setup struct {
	insecure bool
	roots    string // digest of what it trusts; empty if it checks nothing
	identity string // digest of the client's certificate and key; empty if it has none
	resolver string // rules of --host-resolver-rules
}

// flags has a browser do nothing but what it is asked to do: no request of its own, no window, no
// question to a user, no key ring of the desktop's.
var flags = []string{
	"--headless", "--remote-debugging-pipe", "--log-net-log=/dev/fd/5", "about:blank",
	"--no-first-run", "--no-default-browser-check", "--no-pings",
	"--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
	"--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-breakpad", "--disable-crash-reporter",
	"--disable-client-side-phishing-detection", "--disable-field-trial-config",
	// The last would start a process for a page that nobody opens.
	"--disable-features=OptimizationHints,MediaRouter,Translate,SpareRendererForSitePerProcess",
	"--metrics-recording-only", "--password-store=basic", "--use-mock-keychain",
	"--disable-gpu", "--mute-audio", "--no-proxy-server",
	// An error page would load again after a while, and get in the way of the next navigation.
	"--disable-auto-reload",
	// Shared memory lies in the temporary directory, which is the browser's own.
	"--disable-dev-shm-usage",
}

// browser is a Chromium that runs, with a profile of its own.
type browser struct {
	*devtools
	tab     *tab            // nil until the first visit
	visited map[string]bool // host and port
	log     *netLog
	process *process.Process
	home    *pki.Dir   // its home directory, with its profile: removed when it is closed
	pipes   []*os.File // this side's

	background sync.WaitGroup // reads what nobody wants
}

// preferences are those of a profile (profile/Default/Preferences). An error page that asks the
// servers of a name service whether they are there would leave this machine.
const preferences = `{"alternate_error_pages":{"enabled":false}}`

// choosing are the preferences of a profile with a client certificate: it is presented to whoever
// asks for one. An administrator has that by the policy AutoSelectCertificateForUrls, which the browser
// keeps as a preference; without it, it asks the user, whom nobody sees.
const choosing = `{"alternate_error_pages":{"enabled":false},"profile":{"content_settings":{"exceptions":` +
	`{"auto_select_certificate":{"*,*":{"last_modified":"1","setting":{"filters":[{}]}}}}}}}`

// launch starts a browser that trusts, and presents, what the endpoint says.
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
	if err := b.start(ctx, process.Command{Path: p.path, Args: args, Env: env}); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, errSlow)
	defer cancel()
	if err := b.call(ctx, "", "Browser.getVersion", nil, nil); err != nil {
		return nil, fmt.Errorf("starting %s: %w%s", p.path, err, b.lastWords())
	}
	return b, nil
}

// maxHome is how long the name of a home directory may be, in bytes. A browser makes a socket in its
// temporary directory, in a directory of its own, and the names of sockets have to be below 108 bytes.
const maxHome = 108 - len("/org.chromium.Chromium.aB3xYz/SingletonSocket") - 1

// makeHome makes a home directory, in the temporary directory if that has a short enough name.
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

// profile makes the profile of a browser below its home directory.
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

// start starts the program with three pipes, and reads what comes out of them. By
// --remote-debugging-pipe it reads file descriptor 3 and writes 4, and the next is for its log.
func (b *browser) start(ctx context.Context, c process.Command) error {
	var theirs []*os.File
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
	}()
	var ends [3][2]*os.File // to read from, and to write to
	for i := range ends {
		r, w, err := os.Pipe()
		if err != nil {
			return fmt.Errorf("starting %s: %w", c.Path, err)
		}
		ends[i] = [2]*os.File{r, w}
		if i > 0 { // it reads the first, and writes the others
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
	b.background.Go(func() { io.Copy(io.Discard, p) }) // what it writes to its standard output
	b.devtools = talk(struct {
		io.Reader
		io.Writer
	}{b.pipes[1], b.pipes[0]})
	b.log = readLog(b.pipes[2])
	return nil
}

// lastWords returns what a browser that has ended complained of at last, to be added to an error.
// One that runs complains of a desktop that is not there.
func (b *browser) lastWords() string {
	words := strings.TrimSpace(b.process.Stderr())
	if words == "" || !b.ended() {
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
	for _, f := range b.pipes {
		f.Close() // and with them, whoever reads them comes to an end
	}
	b.background.Wait()
	if b.devtools != nil {
		<-b.done
		<-b.log.done
	}
	if err := b.home.Delete(); err != nil {
		return fmt.Errorf("removing a profile: %w", err)
	}
	return nil
}
