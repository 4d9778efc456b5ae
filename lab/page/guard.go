package page

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// policy is the page's Content-Security-Policy: it runs its own script, has its own style, talks to
// its own server, and is shown in no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard answers only who asks for the page by a name of its own, and tells browsers what others may do
// with it: nothing. A name that somebody else has made to lead here (DNS rebinding) is no name of its own.
func guard(hosts func(string) bool, next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection() // for whatever is no GET
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		switch {
		case !hosts(r.Host):
			plainly(w, http.StatusMisdirectedRequest, "this is the page of a tlslab on this machine; it answers to its own addresses alone: see what tlslab up has printed\n")
		case origin.Check(r) != nil:
			plainly(w, http.StatusForbidden, "the page takes forms from itself alone\n")
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			next.ServeHTTP(w, r)
		}
	})
}

// maxForm bounds what is taken of a form, in bytes: a log to be explained is the longest.
const maxForm = 1 << 20

func plainly(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(text))
}

// ownHosts returns what tells whether the Host of a request is one of the page's own: localhost and the
// loopback addresses, and the address that it was told to bind to; if that is the unspecified one, the
// addresses of this machine.
func ownHosts(bind string, port int) func(string) bool {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if bind != "" {
		names = append(names, bind)
	}
	anywhere := false
	if a, err := netip.ParseAddr(bind); err == nil {
		anywhere = a.IsUnspecified()
		names = append(names, a.WithZone("").String())
	}
	return func(host string) bool {
		name, p, err := net.SplitHostPort(host)
		if err != nil { // without a port it is 80
			name, p = strings.Trim(host, "[]"), "80"
		}
		if p != strconv.Itoa(port) {
			return false
		}
		name = strings.ToLower(name)
		return slices.Contains(names, name) || anywhere && isOurs(name)
	}
}

// isOurs reports whether this machine has the address. It may get new ones, so that it is asked each
// time.
func isOurs(name string) bool {
	ip := net.ParseIP(name)
	list, err := net.InterfaceAddrs()
	return err == nil && ip != nil && slices.ContainsFunc(list, func(a net.Addr) bool {
		network, ok := a.(*net.IPNet)
		return ok && network.IP.Equal(ip)
	})
}
