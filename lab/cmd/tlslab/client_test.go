package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/tlslab/lab/internal/needs"
)

// ownClient is the client under test in scripts: client MODE.
func ownClient() {
	mode, ok := clientModes[os.Args[1]]
	if !ok {
		mode = wrongModes()[os.Args[1]]
	}
	if err := mode(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// clientModes are what the client can do.
var clientModes = map[string]func() error{
	"verifies": func() error { return get(new(tls.Config)) },
	"mute": func() error {
		if get(new(tls.Config)) != nil {
			os.Exit(1)
		}
		return nil
	},
	// It gives the same reason for everything.
	"one-reason": func() error {
		if get(new(tls.Config)) != nil {
			return errors.New("x509: certificate signed by unknown authority")
		}
		return nil
	},
	"insecure": func() error { return get(&tls.Config{InsecureSkipVerify: true}) },
	// It prints why it refuses, but its exit status is 0.
	"reports-success": func() error {
		if err := get(new(tls.Config)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		return nil
	},
	// It never gets the response that it wants, like git without a repository.
	"wants-more": func() error {
		if err := get(new(tls.Config)); err != nil {
			return err
		}
		return errors.New("fatal: this is no repository")
	},
	"shakes-hands": shakeHands,
	"floods": func() error {
		for range 64 {
			fmt.Print(strings.Repeat("x", 1<<20))
			fmt.Fprint(os.Stderr, strings.Repeat("y\n", 1<<19))
		}
		return get(new(tls.Config))
	},
	"silent":      func() error { return errors.New("no") },
	"killed":      func() error { return kill(os.Getpid()) },
	"unavailable": func() error { fmt.Println("no TLS in this build"); os.Exit(69); return nil },
	// It starts a child in its process group, hangs, and ignores every signal that can be ignored.
	"hangs": hang,
	"hangs-with-wrong-host": func() error {
		if os.Getenv("TLSLAB_SCENARIO") == "wrong-host" {
			return hang()
		}
		return get(&tls.Config{InsecureSkipVerify: true})
	},
	"stays": func() error {
		c, err := net.Dial("tcp", os.Getenv("WITNESS"))
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, c) // until the test, which sends nothing, has ended
		return err
	},
	"environ": func() error { return errors.New(strings.Join(os.Environ(), "\n")) },
}

// hang waits for a child that waits for the test.
func hang() error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	child := exec.Command(os.Args[0], "stays")
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	return child.Run()
}

func kill(pid int) error {
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Kill()
	}
	time.Sleep(time.Hour)
	return err
}

// shakeHands connects, and sends no request.
func shakeHands() error {
	pem, err := os.ReadFile(os.Getenv("TLSLAB_CA_FILE"))
	if err != nil {
		return err
	}
	config := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: os.Getenv("TLSLAB_HOST")}
	config.RootCAs.AppendCertsFromPEM(pem)
	if file := os.Getenv("TLSLAB_CERT_FILE"); file != "" {
		cert, err := tls.LoadX509KeyPair(file, cmp.Or(os.Getenv("TLSLAB_KEY_FILE"), file))
		if err != nil {
			return err
		}
		config.Certificates = []tls.Certificate{cert}
	}
	conn, err := tls.Dial("tcp", os.Getenv("TLSLAB_CONNECT"), config)
	if err != nil {
		return err
	}
	return conn.Close()
}

// get requests the URL with net/http as usually configured, from the values in the environment.
func get(config *tls.Config) error {
	pem, err := os.ReadFile(os.Getenv("TLSLAB_CA_FILE"))
	if err != nil {
		return err
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return errors.New("no PEM certificate that x509.CertPool.AppendCertsFromPEM can read")
	}
	if file := os.Getenv("TLSLAB_CERT_FILE"); file != "" {
		cert, err := tls.LoadX509KeyPair(file, cmp.Or(os.Getenv("TLSLAB_KEY_FILE"), file))
		if err != nil {
			return err
		}
		config.Certificates = []tls.Certificate{cert}
	}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		TLSClientConfig: config,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, cmp.Or(os.Getenv("TLSLAB_CONNECT"), addr))
		},
	}}
	resp, err := client.Get(os.Getenv("TLSLAB_URL"))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// witness listens for a process that a client starts, and sets WITNESS to the address. "witness called" waits until
// such a process connects, and "witness gone" until it has then ended, which closes its connections.
func witness() func(*testscript.TestScript, bool, []string) {
	type seen struct {
		net.Listener
		caller net.Conn
	}
	var all sync.Map // by the script's directory: scripts run at the same time
	return func(ts *testscript.TestScript, _ bool, args []string) {
		if len(args) == 0 {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			ts.Check(err)
			ts.Defer(func() { l.Close() })
			ts.Setenv("WITNESS", l.Addr().String())
			all.Store(ts.Getenv("WORK"), &seen{Listener: l})
			return
		}
		v, _ := all.Load(ts.Getenv("WORK"))
		s := v.(*seen)
		if s.caller == nil {
			s.Listener.(*net.TCPListener).SetDeadline(time.Now().Add(30 * time.Second)) // do not wait forever
			c, err := s.Accept()
			ts.Check(err)
			s.caller = c
		}
		if args[0] == "gone" {
			io.Copy(io.Discard, s.caller)
			s.caller.Close()
			s.caller = nil
		}
	}
}

// lacks is the condition [lacks:PROGRAM]: this machine has no such program. It fails the test if the machine must have
// it.
func lacks(condition string) (bool, error) {
	name, ok := strings.CutPrefix(condition, "lacks:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	if name == "python" {
		if _, err := python(); err != nil {
			return true, needs.Missing(name, err)
		}
		return false, nil
	}
	if _, err := exec.LookPath(name); err != nil {
		return true, needs.Missing(name, err)
	}
	return false, nil
}

// python returns the interpreter that python3 leads to: pyenv's shims need a home to start from.
func python() (string, error) {
	out, err := exec.Command("python3", "-c", "import ssl, sys; print(sys.executable)").Output()
	return strings.TrimSpace(string(out)), err
}
