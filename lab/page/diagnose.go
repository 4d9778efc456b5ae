package page

import (
	"bytes"
	"context"
	"encoding/pem"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/diagnose/truststore"
)

// diagnoseView is a diagnosed server.
type diagnoseView struct {
	Server string // as it was entered
	Wrong  string // what is wrong with that, as a key of the page's words; empty if nothing is
	Why    string // the program's own words for it
	Report *diagnose.Report
	Letter string
}

// Limits of asking a server from the page.
const (
	askTime  = 2 * time.Second  // of each connection
	mostTime = 20 * time.Second // of all of them
	width    = 96               // columns of the letter
)

// diagnosis shows the form for a server, and the diagnosis of one. Only servers on this machine are asked: anyone whose
// browser can be led to this page could otherwise have it ask others.
func (p *Page) diagnosis(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	v := diagnoseView{Server: r.URL.Query().Get("server")}
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			p.problem(w, r, http.StatusBadRequest, "problem.form")
			return
		}
		if !p.asking.TryLock() {
			p.problem(w, r, http.StatusTooManyRequests, "problem.asking")
			return
		}
		defer p.asking.Unlock()
		v.Server = strings.TrimSpace(r.PostForm.Get("server"))
		ctx, cancel := context.WithTimeout(r.Context(), mostTime)
		defer cancel()
		p.ask(ctx, &v, diagnose.Options{Language: lang})
	}
	p.show(w, r, http.StatusOK, "diagnose", view{Nav: "diagnose", Title: p.words[lang].Say("nav.diagnose"), Main: v})
}

// ask asks the server of a view.
func (p *Page) ask(ctx context.Context, v *diagnoseView, o diagnose.Options) {
	target, err := ask.ParseTarget(v.Server)
	if err != nil {
		v.Wrong, v.Why = "diagnose.unread", err.Error()
		return
	}
	roots := p.ownRoots(&target)
	if target.Connect == "" {
		address, ok := onThisMachine(ctx, target.Host)
		if !ok {
			v.Wrong = "diagnose.elsewhere"
			return
		}
		target.Connect = netip.AddrPortFrom(address, uint16(target.Port)).String()
	}
	if roots.Certificates == nil {
		found, err := truststore.Load(ctx)
		if err != nil {
			v.Wrong, v.Why = "diagnose.unread", err.Error()
			return
		}
		roots = diagnose.Roots{Name: found.Name, Certificates: found.Certificates}
	}
	target.Timeout = askTime
	seen, err := ask.Server(ctx, target)
	if err != nil {
		v.Wrong, v.Why = "diagnose.unread", err.Error()
		return
	}
	v.Report = diagnose.Tell(seen, roots, o)
	var letter bytes.Buffer
	if err := (diagnose.Letter{Width: width}).Write(&letter, v.Report); err == nil {
		v.Letter = letter.String()
	}
}

// ownRoots returns the roots of the lab's own scenario at a port, and points the target at it: its host may not resolve.
// They are empty for other servers.
func (p *Page) ownRoots(t *ask.Target) diagnose.Roots {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, s := range p.state {
		if !s.ready || s.endpoint.Port != t.Port {
			continue
		}
		data, err := os.ReadFile(s.endpoint.CAFile)
		if err != nil {
			return diagnose.Roots{}
		}
		roots := diagnose.Roots{Name: id + "/root.pem", Certificates: [][]byte{}}
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			roots.Certificates = append(roots.Certificates, block.Bytes)
		}
		t.Connect, t.STARTTLS = s.endpoint.Connect, ask.NoSTARTTLS
		if t.Connect == "" {
			t.Connect = net.JoinHostPort("127.0.0.1", strconv.Itoa(t.Port))
		}
		return roots
	}
	return diagnose.Roots{}
}

// onThisMachine returns the address of a host, and whether all its addresses are loopback.
func onThisMachine(ctx context.Context, host string) (netip.Addr, bool) {
	list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(list) == 0 {
		return netip.Addr{}, false
	}
	for _, a := range list {
		if !a.IsLoopback() {
			return netip.Addr{}, false
		}
	}
	return list[0].Unmap(), true
}
