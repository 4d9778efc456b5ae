package page

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// policy is the page's Content-Security-Policy: only its own scripts, styles and server, and no frames.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard answers only requests for one of the page's own host names, which prevents DNS rebinding, and tells browsers
// that other sites may not use the page.
func guard(hosts func(string) bool, next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection() // for methods other than GET
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
			plainly(w, http.StatusMisdirectedRequest, "this is the page of a tlslab on this machine; "+
				"it answers only at its own addresses: see what tlslab up has printed\n")
		case origin.Check(r) != nil:
			plainly(w, http.StatusForbidden, "the page accepts forms only from itself\n")
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			next.ServeHTTP(w, r)
		}
	})
}

// maxForm is the maximum size of a form, in bytes. The largest is a log to explain.
const maxForm = 1 << 20

func plainly(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(text))
}

// ownHosts returns a function that reports whether the Host of a request is one of the page's own: localhost, the
// loopback addresses, and the address that it is bound to. If that is the unspecified address, all addresses of this
// machine are.
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

// isOurs reports whether this machine has the address. It asks the system each time, because addresses can change.
func isOurs(name string) bool {
	ip := net.ParseIP(name)
	list, err := net.InterfaceAddrs()
	return err == nil && ip != nil && slices.ContainsFunc(list, func(a net.Addr) bool {
		network, ok := a.(*net.IPNet)
		return ok && network.IP.Equal(ip)
	})
}
