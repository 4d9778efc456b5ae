// Package realserver runs servers that this project did not write, on 127.0.0.1, for tests: nginx, Apache httpd,
// PostgreSQL and others. [All] lists them. Each is one declaration: its program, its configuration and its command.
package realserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/pki"
)

// Server declares how a server is run. Texts are templates of text/template, which are given a [Place].
type Server struct {
	// Name is the name in TLSLAB_REQUIRE.
	Name string
	// Programs are the names or paths of the program, with patterns of path/filepath. The first one that exists is run.
	Programs []string
	// STARTTLS is the prologue, as in [ask.Target]; "none" if TLS begins at once.
	STARTTLS string
	// User runs the program if the test is run by root. Empty means the test's own user.
	User string
	// Readable makes the files readable for all users: the program runs as one that is not known here.
	Readable bool
	// Image is the environment variable that names the image of a container, and DefaultImage is its default. Both are
	// empty for programs of this machine.
	Image, DefaultImage string
	// Prepare are commands that make the server's data, once for all starts, in the place's Data.
	Prepare [][]string
	// Config is the text of the configuration file. Empty means that the command line has everything.
	Config string
	// Command starts the server in the foreground. TLS lists the arguments that follow it to turn TLS on.
	Command, TLS []string
}

// Place is what the templates of a [Server] are given.
type Place struct {
	Program string // the path of the program
	Folder  string // the program's folder
	Image   string // the container's image
	Data    string // the folder of what all starts share
	Dir     string // the folder of this start
	Port    int
	// Chain, Key, Combined (key and chain), Leaf, Rest and Root are files in PEM. Rest has what is sent after the leaf;
	// it is empty if there is nothing.
	Chain, Key, Combined, Leaf, Rest, Root string
	Config                                 string // the path of the configuration file
	Extra                                  string // more configuration, in the server's language
	Listen                                 string // more words for nginx's listen
	Plain                                  bool   // without TLS
}

// Manner changes how a server is started. The zero Manner is its usual one.
type Manner struct {
	Extra     string   // added to the configuration, in the server's language: a template, too
	Arguments []string // added to the command line
	Plain     bool     // TLS is not turned on
	Listen    string   // more words for nginx's listen, such as http2
}

// Host is a server that is ready to be started, several times, one start after another.
type Host struct {
	server *Server
	place  Place
	owner  *owner // nil for the test's own user
}

// ByName returns a server of [All]. It fails the test if there is no such server.
func ByName(t testing.TB, name string) *Server {
	t.Helper()
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	require.FailNow(t, "there is no server "+name)
	return nil
}

// All returns the servers, in the order of their declarations.
func All() []Server { return all }

// Open finds the server's program and makes its data. If there is no such program, the test is skipped, or fails if
// TLSLAB_REQUIRE lists the name.
func (s *Server) Open(t testing.TB) *Host {
	t.Helper()
	h := &Host{server: s}
	h.place.Program = find(s.Programs)
	needs.Stack(t, s.Name, h.place.Program != "", "no "+strings.Join(s.Programs, " or "))
	h.place.Folder = filepath.Dir(h.place.Program)
	if s.Image != "" {
		h.place.Image = s.DefaultImage
		if image := os.Getenv(s.Image); image != "" {
			h.place.Image = image
		}
		err := exec.Command(h.place.Program, "image", "inspect", h.place.Image).Run()
		needs.Stack(t, s.Name, err == nil, "no image "+h.place.Image)
	}
	if s.User != "" && os.Getuid() == 0 {
		account, err := user.Lookup(s.User)
		require.NoError(t, err, "the package of %s makes this user", s.Name)
		h.owner = &owner{atoi(account.Uid), atoi(account.Gid)}
	}
	h.place.Data = h.folder(t)
	for _, command := range s.Prepare {
		cmd := h.command(t.Context(), h.fill(t, h.place, command))
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", cmd, out)
	}
	return h
}

// readiness bounds how long a server may take to accept connections, or to end.
const readiness = time.Minute

// Start starts the server with a chain, and waits until it accepts connections. It returns the target to ask. The
// server is ended with the returned function, or when the test ends.
func (h *Host) Start(t testing.TB, chain *pki.Chain, m Manner) (ask.Target, func()) {
	t.Helper()
	target, stop, err := h.Try(t, chain, m)
	require.NoError(t, err)
	return target, stop
}

// Try is [Host.Start], and returns an error with the server's output if it does not start.
func (h *Host) Try(t testing.TB, chain *pki.Chain, m Manner) (ask.Target, func(), error) {
	t.Helper()
	p := h.place
	p.Dir, p.Port, p.Plain, p.Extra, p.Listen = h.folder(t), freePort(t), m.Plain, m.Extra, m.Listen
	h.files(t, &p, chain)
	command := h.server.Command
	if !m.Plain {
		command = append(command[:len(command):len(command)], h.server.TLS...)
	}
	cmd := h.command(context.Background(), append(h.fill(t, p, command), m.Arguments...))
	log, err := os.Create(filepath.Join(p.Dir, "log"))
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := func() {
		if cmd == nil {
			return
		}
		end(t, cmd.Process, ended)
		log.Close()
		cmd = nil
	}
	t.Cleanup(stop)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(p.Port))
	if err := await(address, ended); err != nil {
		text, _ := os.ReadFile(log.Name())
		return ask.Target{}, stop, fmt.Errorf("%s: %w\n%s", h.server.Name, err, text)
	}
	return ask.Target{
		Host: "localhost", Port: p.Port, Connect: address, STARTTLS: h.server.STARTTLS, Timeout: readiness,
	}, stop, nil
}

// end ends a process: it is asked to, and killed if it does not.
func end(t testing.TB, p *os.Process, ended chan error) {
	ask := terminate
	for {
		err := ask(p)
		if errors.Is(err, os.ErrProcessDone) {
			return
		}
		require.NoError(t, err)
		select {
		case <-ended:
			return
		case <-time.After(readiness):
			ask = (*os.Process).Kill
		}
	}
}

// await waits until an address accepts connections, and fails if the process ends before.
func await(address string, ended chan error) error {
	deadline := time.After(readiness)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return c.Close()
		}
		select {
		case failed := <-ended:
			ended <- failed
			return fmt.Errorf("the server ended before it accepted connections: %w", errors.Join(failed, err))
		case <-deadline:
			return fmt.Errorf("the server does not accept connections: %w", err)
		case <-tick.C:
		}
	}
}

// files writes the chain's files and the configuration.
func (h *Host) files(t testing.TB, p *Place, chain *pki.Chain) {
	t.Helper()
	files, err := chain.Files()
	require.NoError(t, err)
	data := map[string][]byte{}
	for _, f := range files {
		data[f.Name] = f.Data
	}
	rest := bytes.TrimPrefix(data[pki.FileChain], data[pki.FileLeaf])
	for _, f := range []struct {
		path *string
		name string
		data []byte
	}{
		{&p.Chain, "chain.pem", data[pki.FileChain]}, {&p.Key, "key.pem", data[pki.FileKey]},
		{&p.Combined, "combined.pem", data[pki.FileCombined]}, {&p.Leaf, "leaf.pem", data[pki.FileLeaf]},
		{&p.Rest, "rest.pem", rest}, {&p.Root, "root.pem", data[pki.FileRoot]},
	} {
		if len(f.data) > 0 {
			*f.path = h.write(t, p.Dir, f.name, f.data)
		}
	}
	if p.Extra != "" {
		p.Extra = h.fill(t, *p, []string{p.Extra})[0]
	}
	if h.server.Config != "" {
		p.Config = h.write(t, p.Dir, "config", []byte(h.fill(t, *p, []string{h.server.Config})[0]))
	}
}

// write writes a file that the server's user can read.
func (h *Host) write(t testing.TB, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	mode := os.FileMode(0o600)
	if h.server.Readable {
		mode = 0o644
	}
	require.NoError(t, os.WriteFile(path, data, mode))
	h.give(t, path)
	return path
}

// folder makes a folder that is deleted when the test ends. Those of the testing package cannot be entered by others.
func (h *Host) folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tlslab-real-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	if h.server.Readable {
		require.NoError(t, os.Chmod(dir, 0o755))
	}
	h.give(t, dir)
	return dir
}

func (h *Host) give(t testing.TB, path string) {
	t.Helper()
	if h.owner != nil {
		require.NoError(t, os.Chown(path, h.owner.uid, h.owner.gid))
	}
}

// fill fills templates in. Arguments that become empty are left out.
func (h *Host) fill(t testing.TB, p Place, texts []string) []string {
	t.Helper()
	var list []string
	for _, text := range texts {
		form, err := template.New(h.server.Name).Option("missingkey=error").Parse(text)
		require.NoError(t, err)
		var out strings.Builder
		require.NoError(t, form.Execute(&out, p))
		if out.Len() > 0 {
			list = append(list, out.String())
		}
	}
	return list
}

// command returns a command that is run as the server's user, in the folder of the data.
func (h *Host) command(ctx context.Context, words []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = h.place.Data
	h.owner.apply(cmd)
	return cmd
}

// find returns the first program that exists, or an empty string. Debian has servers in folders that are not on the
// PATH of all users.
func find(programs []string) string {
	for _, name := range programs {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
		for _, pattern := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
			if list, _ := filepath.Glob(pattern); len(list) > 0 && filepath.IsAbs(list[0]) {
				return list[len(list)-1]
			}
		}
	}
	return ""
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// owner is a user of this machine.
type owner struct{ uid, gid int }
