package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/diagnose/ask/prologue"
	"example.com/tlslab/lab/diagnose/truststore"
	"example.com/tlslab/scenarios/near"
)

// targeting is which server is asked, and how. The commands that ask a server share it.
type targeting struct {
	connect, sni, starttls, proxy string
	cert, key                     string
	cas                           []string
	timeout                       time.Duration
	light                         bool
}

func (o *targeting) add(cmd *cobra.Command) {
	flag := cmd.Flags()
	flag.StringVar(&o.connect, "connect", "", "ADDRESS or ADDRESS:PORT to connect to in place of HOST")
	flag.StringVar(&o.sni, "sni", "", "server name to send (default: HOST; - sends none)")
	flag.StringVar(&o.starttls, "starttls", "", "protocol in which TLS is turned on: "+
		strings.Join(prologue.Names(), ", ")+", or none (default: as the port says)")
	completeFlag(cmd, "starttls", append(prologue.Names(), ask.NoSTARTTLS))
	flag.StringVar(&o.cert, "cert", "", "client certificate with its intermediates, in PEM")
	flag.StringVar(&o.key, "key", "", "key of the client certificate, in PEM (default: it is in the same file)")
	flag.StringArrayVar(&o.cas, "ca", nil, "trusted CA: a file in PEM or DER, java:FILE for a Java trust store (its "+
		"password in "+truststore.PasswordVariable+", if it is not changeit), system, or mozilla as a program here has it; "+
		"repeatable (default: system)")
	flag.StringVar(&o.proxy, "proxy", "", "HTTP proxy to ask through, as http://HOST:PORT")
	flag.DurationVar(&o.timeout, "timeout", 5*time.Second, "time limit of each connection")
	flag.BoolVar(&o.light, "light", false, "make 3 connections at most")
	for _, name := range []string{"cert", "key", "ca"} {
		cmd.MarkFlagFilename(name)
	}
}

// target returns the server that an argument and the flags name.
func (o *targeting) target(arg string) (ask.Target, error) {
	t, err := ask.ParseTarget(arg)
	if err != nil {
		return ask.Target{}, usageError{err}
	}
	if err := positive(o.timeout); err != nil {
		return ask.Target{}, err
	}
	known := append(prologue.Names(), ask.NoSTARTTLS)
	if o.starttls != "" && !slices.Contains(known, o.starttls) {
		return ask.Target{}, usageError{fmt.Errorf("--starttls %q%s: want one of %s", o.starttls,
			near.Hint(o.starttls, known), strings.Join(known, ", "))}
	}
	t.Connect, t.SNI, t.STARTTLS, t.Proxy = o.connect, o.sni, o.starttls, o.proxy
	t.Timeout, t.Light = o.timeout, o.light
	switch {
	case o.cert == "" && o.key != "":
		return ask.Target{}, usageError{errors.New("--key without --cert: give the client's certificate, too")}
	case o.cert != "":
		file := o.key
		if file == "" {
			file = o.cert
		}
		pair, err := tls.LoadX509KeyPair(o.cert, file)
		if err != nil {
			return ask.Target{}, usageError{fmt.Errorf("--cert %s, --key %s: %w", o.cert, file, err)}
		}
		t.Certificate = &pair
	}
	if err := t.Check(); err != nil {
		return ask.Target{}, usageError{err}
	}
	return t, nil
}

// roots returns the CAs that the flags name.
func (o *targeting) roots(ctx context.Context) (diagnose.Roots, error) {
	found, err := truststore.Load(ctx, o.cas...)
	if err != nil {
		return diagnose.Roots{}, usageError{fmt.Errorf("--ca: %w", err)}
	}
	return diagnose.Roots{Name: found.Name, Certificates: found.Certificates}, nil
}

// announce says on a terminal how many connections will be made.
func (c *console) announce(t ask.Target) {
	if terminalOf(c.stderr) != nil {
		fmt.Fprintf(c.stderr, "tlslab: asking %s with at most %d connections, %d at a time\n", t, ask.Most(t),
			min(ask.Most(t), ask.MaxAtOnce))
	}
}
