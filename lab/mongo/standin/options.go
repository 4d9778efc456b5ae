package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"example.com/tlslab/lab/internal/ports"
)

// The modes of --tlsMode.
const (
	modeDisabled = "disabled"
	modeAllow    = "allowTLS"
	modePrefer   = "preferTLS"
	modeRequire  = "requireTLS"
)

// options are the options of mongod that the lab uses.
type options struct {
	help, version bool

	port   int
	bindIP []string
	ipv6   bool

	tlsMode                               string
	keyFile, keyPassword, caFile, crlFile string
	allowConnectionsWithoutCertificates   bool
	disabledProtocols                     []string
	ocspEnabled                           bool
	// in seconds; with a refresh interval of zero or less, the response's own dates decide
	ocspVerifyTimeout, ocspRefreshInterval int
}

// option is one command-line option. Without set, it is a switch.
type option struct {
	name   string
	about  string
	toggle func(o *options)
	set    func(o *options, value string) error
}

// text returns a function that sets a field to any text.
func text(field func(o *options) *string) func(*options, string) error {
	return func(o *options, value string) error {
		*field(o) = value
		return nil
	}
}

var known = []option{
	{name: "help", about: "this list", toggle: func(o *options) { o.help = true }},
	{name: "version", about: "what it is", toggle: func(o *options) { o.version = true }},
	{name: "port", about: fmt.Sprintf("port to listen on (%d)", ports.MongoDB),
		set: func(o *options, value string) (err error) {
			if o.port, err = strconv.Atoi(value); err != nil || o.port < 0 || o.port > 65535 {
				return fmt.Errorf("%q is not a port", value)
			}
			return nil
		}},
	{name: "bind_ip", about: "comma-separated addresses to listen on (127.0.0.1)",
		set: func(o *options, value string) error {
			o.bindIP = nil
			for address := range strings.SplitSeq(value, ",") {
				o.bindIP = append(o.bindIP, strings.TrimSpace(address))
			}
			return nil
		}},
	{name: "bind_ip_all", about: "listen on all addresses",
		toggle: func(o *options) { o.bindIP = []string{"0.0.0.0", "::"} }},
	{name: "ipv6", about: "listen on IPv6 addresses too", toggle: func(o *options) { o.ipv6 = true }},
	{name: "tlsMode", about: "disabled, allowTLS, preferTLS or requireTLS", set: func(o *options, value string) error {
		if !slices.Contains([]string{modeDisabled, modeAllow, modePrefer, modeRequire}, value) {
			return errors.New("unsupported value for tlsMode " + value)
		}
		o.tlsMode = value
		return nil
	}},
	{name: "tlsCertificateKeyFile", about: "PEM: private key and certificates",
		set: text(func(o *options) *string { return &o.keyFile })},
	{name: "tlsCertificateKeyFilePassword", about: "passphrase of the key",
		set: text(func(o *options) *string { return &o.keyPassword })},
	{name: "tlsCAFile", about: "PEM: CAs to trust", set: text(func(o *options) *string { return &o.caFile })},
	{name: "tlsCRLFile", about: "PEM: CRL to check client certificates against",
		set: text(func(o *options) *string { return &o.crlFile })},
	{name: "tlsAllowConnectionsWithoutCertificates", about: "clients need no certificate",
		toggle: func(o *options) { o.allowConnectionsWithoutCertificates = true }},
	{name: "tlsDisabledProtocols", about: "comma-separated list of TLS1_0, TLS1_1, TLS1_2, TLS1_3; or none",
		set: setDisabledProtocols},
	{name: "setParameter", about: "ocspEnabled, tlsOCSPVerifyTimeoutSecs, ocspStaplingRefreshPeriodSecs: name=value",
		set: setParameter},
}

func setDisabledProtocols(o *options, value string) error {
	o.disabledProtocols = nil
	for name := range strings.SplitSeq(value, ",") {
		if name = strings.TrimSpace(name); name == "none" {
			continue
		}
		if _, ok := protocols[name]; !ok {
			return fmt.Errorf("unrecognized disabledProtocols %q", name)
		}
		o.disabledProtocols = append(o.disabledProtocols, name)
	}
	return nil
}

func setParameter(o *options, value string) (err error) {
	name, value, ok := strings.Cut(value, "=")
	if !ok {
		return errors.New("the argument must be name=value")
	}
	switch name {
	case "ocspEnabled":
		o.ocspEnabled, err = strconv.ParseBool(value)
	case "tlsOCSPVerifyTimeoutSecs":
		o.ocspVerifyTimeout, err = strconv.Atoi(value)
	case "ocspStaplingRefreshPeriodSecs":
		o.ocspRefreshInterval, err = strconv.Atoi(value)
	default:
		return fmt.Errorf("unknown --setParameter %q", name)
	}
	if err != nil {
		return fmt.Errorf("%s: invalid value %q", name, value)
	}
	return nil
}

// parseOptions parses a command line: --name value, --name=value and --name.
func parseOptions(args []string) (*options, error) {
	o := &options{
		port: ports.MongoDB, bindIP: []string{"127.0.0.1"}, tlsMode: modeDisabled,
		ocspEnabled: true, ocspVerifyTimeout: 4,
	}
	for len(args) > 0 {
		name, value, inline := strings.Cut(strings.TrimPrefix(args[0], "--"), "=")
		i := slices.IndexFunc(known, func(k option) bool { return k.name == name })
		if !strings.HasPrefix(args[0], "--") || i < 0 {
			return nil, fmt.Errorf("unrecognised option '%s'", args[0])
		}
		args = args[1:]
		k := known[i]
		if k.set == nil {
			if inline {
				return nil, fmt.Errorf("option '--%s' does not take any arguments", name)
			}
			k.toggle(o)
			continue
		}
		if !inline {
			if len(args) == 0 {
				return nil, fmt.Errorf("the required argument for option '--%s' is missing", name)
			}
			value, args = args[0], args[1:]
		}
		if err := k.set(o, value); err != nil {
			return nil, fmt.Errorf("option '--%s': %w", name, err)
		}
	}
	return o, nil
}

// writeHelp lists the options.
func writeHelp(w io.Writer) {
	for _, k := range known {
		fmt.Fprintf(w, "  --%-40s %s\n", k.name, k.about)
	}
}
