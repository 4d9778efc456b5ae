package ask

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Forms is what [ParseTarget] understands, for error messages and help texts.
const Forms = "HOST, HOST:PORT, [IPv6]:PORT or a URL such as https://HOST/"

// ParseTarget returns the target that a user names: a host, host:port, a URL with any scheme of a service that this
// package knows, [IPv6]:port, or an IPv6 address alone. The default port is that of the URL's scheme, or 443. Names
// outside ASCII become A-labels (RFC 5891, section 2.3). User, password, path and query of a URL are dropped.
//
// The error says what to write instead.
func ParseTarget(s string) (Target, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Target{}, fmt.Errorf("no host given: write %s", Forms)
	}
	t, err := parseTarget(s)
	if err != nil {
		return Target{}, fmt.Errorf("%q: %w", s, err)
	}
	return t, nil
}

func parseTarget(s string) (Target, error) {
	var t Target
	rest := s
	if scheme, after, ok := strings.Cut(s, "://"); ok {
		service, err := ofScheme(strings.ToLower(scheme))
		if err != nil {
			return Target{}, err
		}
		t.Service, t.Port = service.name, service.port
		rest = after
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			rest = rest[:i]
		}
		rest = rest[strings.LastIndexByte(rest, '@')+1:]
	}
	host, port, err := splitPort(rest)
	if err != nil {
		return Target{}, err
	}
	if t.Host, err = parseHost(host); err != nil {
		return Target{}, err
	}
	if port != "" {
		if t.Port, err = parsePort(port); err != nil {
			return Target{}, err
		}
	}
	t.Port = cmp.Or(t.Port, services[0].port)
	return t, nil
}

// schemesWithoutTLS has advice for the schemes of URLs that many people try.
var schemesWithoutTLS = map[string]string{
	"http":        "http has no TLS: write https://HOST/, or HOST:PORT to see what the port speaks",
	"ws":          "ws has no TLS: write wss://HOST/, or HOST:PORT to see what the port speaks",
	"mongodb+srv": "mongodb+srv names a set of servers: look up its SRV record, and write one of them as HOST:PORT",
	"ssh":         "SSH does not use TLS",
	"file":        "that is a file: write the name of a server",
}

// ofScheme returns the service of a URL's scheme.
func ofScheme(scheme string) (service, error) {
	if advice, ok := schemesWithoutTLS[scheme]; ok {
		return service{}, errors.New(advice)
	}
	if service, ok := serviceNamed(scheme); ok {
		return service, nil
	}
	return service{}, fmt.Errorf("the scheme %s is not known: write HOST:PORT, and the prologue if TLS does not begin "+
		"at once (--starttls)", scheme)
}

// splitPort splits a host and a port. The port is empty if none is given.
func splitPort(s string) (host, port string, err error) {
	if strings.ContainsAny(s, ", ") {
		return "", "", errors.New("one host a call: write the hosts one after another, each in a call of its own")
	}
	if ip, err := netip.ParseAddr(s); err == nil && ip.Is6() {
		return s, "", nil
	}
	if inside, ok := strings.CutPrefix(s, "["); ok {
		host, after, ok := strings.Cut(inside, "]")
		port, hasPort := strings.CutPrefix(after, ":")
		if !ok || after != "" && (!hasPort || port == "") {
			return "", "", errors.New("write an IPv6 address with a port as [ADDRESS]:PORT")
		}
		return host, port, nil
	}
	host, port, ok := strings.Cut(s, ":")
	switch {
	case strings.Contains(port, ":"):
		return "", "", errors.New("this is neither HOST:PORT nor an IPv6 address: write an IPv6 address with a port " +
			"as [ADDRESS]:PORT")
	case ok && port == "":
		return "", "", errors.New("the port is missing after the colon: write HOST:PORT, or HOST for port 443")
	}
	return host, port, nil
}

// parsePort returns a TCP port.
func parsePort(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	switch {
	case err == nil && n > 0:
		return int(n), nil
	case strings.Contains(s, "-"):
		return 0, fmt.Errorf("%s is a range: write one port", s)
	}
	return 0, fmt.Errorf("%s is not a port: write a number from 1 to 65535", s)
}

// parseHost returns a host as it is sent and compared: addresses in their canonical form, names as A-labels.
func parseHost(host string) (string, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.String(), nil
	}
	if _, err := netip.ParsePrefix(host); err == nil {
		return "", errors.New("this is a range of addresses: write one address")
	}
	if before, after, ok := strings.Cut(host, "/"); ok {
		return "", fmt.Errorf("a path needs a URL: write https://%s/%s, or %s alone", before, after, before)
	}
	switch {
	case host == "":
		return "", fmt.Errorf("the host is missing: write %s", Forms)
	case strings.Contains(host, "*"):
		return "", errors.New("a wildcard is not a host: write one name that it covers")
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil { // such as a name with an underscore, which DNS permits
		ascii = strings.ToLower(strings.TrimSuffix(host, "."))
	}
	if !isName(ascii) {
		return "", fmt.Errorf("%q is not a host name: write %s", host, Forms)
	}
	return ascii, nil
}

// isName reports whether a string can be a DNS name (RFC 1035, section 2.3.4). Underscores are allowed, as resolvers
// do.
func isName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, r := range label {
			switch {
			case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			default:
				return false
			}
		}
	}
	return true
}

// serverName returns the name to send as SNI, or an empty string. Addresses are not sent (RFC 6066, section 3).
func (t Target) serverName() string {
	if t.SNI == "-" {
		return ""
	}
	name := cmp.Or(t.SNI, t.Host)
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	return name
}

// address returns the host and port to dial, as HOST:PORT.
func (t Target) address() string {
	if t.Connect == "" {
		return net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
	}
	if _, _, err := net.SplitHostPort(t.Connect); err == nil {
		return t.Connect
	}
	return net.JoinHostPort(strings.Trim(t.Connect, "[]"), strconv.Itoa(t.Port))
}

// timeout returns the limit of each connection.
func (t Target) timeout() time.Duration { return cmp.Or(t.Timeout, 5*time.Second) }

// String returns the host and port, as HOST:PORT.
func (t Target) String() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// ServiceName returns the service that the target is expected to be: the named one, or that of the port.
func (t Target) ServiceName() string { return t.service().name }

// Prologue returns the name of the prologue to use, given or guessed from the port, or an empty string for none.
func (t Target) Prologue() string { return t.prologue() }

// Check returns an error if something in a target cannot be used. [Server] checks it, too.
func (t Target) Check() error {
	if t.Host == "" || t.Port < 1 || t.Port > 1<<16-1 {
		return errors.New("the target has no host or no port: use ParseTarget")
	}
	if _, port, err := net.SplitHostPort(t.address()); err != nil {
		return fmt.Errorf("cannot connect to %q: write HOST:PORT: %w", t.Connect, err)
	} else if _, err := parsePort(port); err != nil {
		return fmt.Errorf("cannot connect to %q: %w", t.Connect, err)
	}
	if t.Proxy == "" {
		return nil
	}
	if u, err := url.Parse(t.Proxy); err != nil || u.Scheme != "http" || u.Hostname() == "" {
		return fmt.Errorf("%q is not an HTTP proxy: write http://HOST:PORT", t.Proxy)
	}
	return nil
}
