// Command standin stands in for mongod, MongoDB's server, where its image cannot be pulled, and in the lab's
// own tests.
//
// It is FerretDB (over SQLite in memory) behind a front that terminates TLS with Go's crypto/tls. It accepts
// those options of mongod that the lab uses, and refuses others. It copies mongod's known peculiarities: it
// completes the handshake, judges the client's certificate only then, and drops the connection without an
// alert. It checks the dates of its own certificate only at start, and refuses to start where mongod does. It
// gets the OCSP response that it staples from the responder in its own certificate. It logs as mongod does,
// one JSON object per line, with mongod's IDs.
//
// It is not mongod. Its TLS is Go's and not OpenSSL's, it has no users and no authentication, and its
// database is FerretDB's.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// about is its description of itself.
const about = "tlslab stand-in for mongod: FerretDB 1.24 behind crypto/tls; not MongoDB's own server"

// mongod's exit statuses.
const (
	exitClean      = 0
	exitFail       = 1
	exitBadOptions = 2
	exitNet        = 48
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if filepath.Base(os.Args[0]) == "mongosh" {
		os.Exit(shell(ctx, os.Args[1:], os.Stdout))
	}
	os.Exit(run(ctx, os.Args[1:], os.Stdout))
}

// run is main with explicit arguments and output. It returns the exit status.
func run(ctx context.Context, args []string, out io.Writer) int {
	if len(args) > 0 && args[0] == "mongod" { // as the entrypoint of MongoDB's own image accepts it
		args = args[1:]
	}
	log := &logger{w: out}
	o, err := parseOptions(args)
	switch {
	case err != nil:
		fmt.Fprintf(out, "Error parsing command line: %v\ntry 'mongod --help' for more information\n", err)
		return exitBadOptions
	case o.version:
		fmt.Fprintln(out, about)
		return exitClean
	case o.help:
		fmt.Fprintln(out, about+"\n\noptions, as mongod has them:")
		writeHelp(out)
		return exitClean
	}
	log.line("I", "CONTROL", 23403, "initandlisten", "Build Info", attr{"buildInfo": attr{"version": about}})
	security, err := newSecurity(o, log)
	if err != nil {
		log.line("E", "CONTROL", 20574, "main", "Error during global initialization", attr{"error": err})
		return exitFail
	}
	listeners, err := listen(o)
	if err != nil {
		log.line("E", "CONTROL", 20568, "initandlisten", "Error setting up listener", attr{"error": socketError(err)})
		return exitNet
	}
	if err := serve(ctx, o, security, listeners, log); err != nil {
		log.line("F", "CONTROL", 20557, "initandlisten", "DBException in initAndListen, terminating",
			attr{"error": err.Error()})
		return exitFail
	}
	return exitClean
}

// serve starts the database, and serves clients until ctx ends.
func serve(ctx context.Context, o *options, security *security, listeners []net.Listener, log *logger) (err error) {
	dir, err := os.MkdirTemp("", "mongod-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	socket := filepath.Join(dir, "mongodb.sock")
	stop, err := startDatabase(socket)
	if err != nil {
		return err
	}
	defer stop()

	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { security.refresh(ctx) })

	front := &front{mode: o.tlsMode, security: security, database: socket, log: log, conns: map[net.Conn]struct{}{}}
	for _, l := range listeners {
		log.line("I", "NETWORK", 23015, "listener", "Listening on", attr{"address": l.Addr().String()})
		running.Go(func() { front.accept(l) })
	}
	ssl := "off"
	if o.tlsMode != modeDisabled {
		ssl = "on"
	}
	log.line("I", "NETWORK", 23016, "listener", "Waiting for connections", attr{"port": o.port, "ssl": ssl})
	<-ctx.Done()
	log.line("I", "CONTROL", 23381, "SignalHandler", "will terminate after current cmd ends", nil)
	for _, l := range listeners {
		l.Close()
	}
	front.close()
	log.line("I", "CONTROL", 23138, "SignalHandler", "Shutting down", attr{"exitCode": exitClean})
	return nil
}

// listen listens at every address in the options.
func listen(o *options) ([]net.Listener, error) {
	var list []net.Listener
	for _, address := range o.bindIP {
		network := "tcp4"
		if ip := net.ParseIP(address); ip != nil && ip.To4() == nil {
			if !o.ipv6 {
				continue // mongod does not use IPv6 unless told to
			}
			network = "tcp6"
		}
		l, err := net.Listen(network, net.JoinHostPort(address, strconv.Itoa(o.port)))
		if err != nil {
			for _, l := range list {
				l.Close()
			}
			return nil, err
		}
		list = append(list, l)
	}
	if len(list) == 0 {
		return nil, errors.New("no address to listen at")
	}
	return list, nil
}

// startTime limits the database's start.
const startTime = 30 * time.Second
