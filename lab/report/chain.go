package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/result"
	"example.com/tlslab/pki"
)

// chain draws the path from the root to the leaf, and marks what is wrong. That is not written by hand: it is the
// difference from the control.
func (t Terminal) chain(s result.Scenario) {
	var on, off []result.Certificate
	for _, c := range s.Certificate {
		if c.Off {
			off = append(off, c)
		} else {
			on = append(on, c)
		}
	}
	drawn := map[string]bool{}
	for i, c := range slices.Backward(on) {
		broken := t.certificate(s, c, len(on)-1-i, drawn)
		if i > 0 {
			link := "│"
			if broken || differs(s, on[i-1].Name) {
				link = t.paint("✗", text.FgRed, text.Bold)
			}
			fmt.Fprintf(t.W, "%s  %s\n", strings.Repeat("  ", len(on)-1-i), link)
		}
	}
	for _, c := range off {
		fmt.Fprintln(t.W, "  "+t.words().BesidePath)
		t.certificate(s, c, 1, drawn)
	}
	for _, d := range s.Differences {
		if !drawn[d.Where] {
			t.difference(d, 0)
		}
	}
	fmt.Fprintln(t.W)
}

// differs reports whether a certificate differs from the control, which breaks the link to its issuer.
func differs(s result.Scenario, name string) bool {
	return slices.ContainsFunc(s.Differences, func(d pki.Difference) bool { return d.Where == name })
}

// certificate draws one certificate and what is wrong with it. It reports whether the link below it is broken because
// the client does not have it.
func (t Terminal) certificate(s result.Scenario, c result.Certificate, depth int, drawn map[string]bool) bool {
	w := t.words()
	var marks []string
	if c.Trusted {
		marks = append(marks, w.Trusted)
	}
	if c.Sent {
		marks = append(marks, w.Sent)
	}
	if !c.Trusted && !c.Sent {
		marks = append(marks, t.paint(w.Neither, text.FgRed))
	}
	name := c.Name
	if c.Subject != "" && c.Subject != c.Name {
		name += fmt.Sprintf(" %q", c.Subject)
	}
	indent := strings.Repeat("  ", depth)
	t.wrapped(indent, fmt.Sprintf(w.Certificatef, t.paint(name, text.Bold), c.Key,
		c.NotBefore.Format(time.DateOnly), c.NotAfter.Format(time.DateOnly), strings.Join(marks, w.Comma)))
	if c.Names != "" {
		t.wrapped(indent+"  ", w.ForNames+c.Names)
	}
	drawn[c.Name] = true
	for _, d := range s.Differences {
		if d.Where == c.Name {
			t.difference(d, depth+1)
		}
	}
	return !c.Trusted && !c.Sent
}

// difference writes one thing that is wrong, with its value in the control.
func (t Terminal) difference(d pki.Difference, depth int) {
	w := t.words()
	got, want := cmp.Or(d.Got, w.None), cmp.Or(d.Want, w.None)
	what := d.What
	if depth == 0 { // not shown below its certificate
		what = strings.TrimSpace(d.Where + " " + d.What)
	}
	t.wrapped(strings.Repeat("  ", depth)+t.paint("✗ ", text.FgRed), fmt.Sprintf(w.Differencef, what, got, want))
}
