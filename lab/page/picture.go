package page

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/pki"
)

// picture is a drawing of a chain: boxes from the root down to the leaf with the signatures between them, followed by
// certificates that are not on the path. Lengths are in units of the view box.
type picture struct {
	Width, Height int
	Boxes         []box
	Links         []link
	BesideY       int // of the words above certificates beside the path; zero if there are none
	// Certificates is the same as text, in the order of the boxes.
	Certificates []result.Certificate
}

// box is one certificate.
type box struct {
	Y, H    int
	C       result.Certificate
	Subject string // shortened
	Period  string
	Faults  string // what is wrong with it, shortened, or empty
	Missing bool   // neither sent nor trusted
}

// link is a signature, from a box down to the next one.
type link struct {
	Y1, Y2, Middle int
	Broken         bool
	Word           string // its key in the page's words
}

// Dimensions of a picture.
const (
	pictureWidth = 420
	boxHeight    = 86
	faultHeight  = 20
	linkHeight   = 44
	margin       = 6
	// maxSubject and maxFaults are the number of characters that fit in a box.
	maxSubject, maxFaults = 46, 44
)

// draw draws the chain of a scenario.
func draw(s result.Scenario) picture {
	p := picture{Width: pictureWidth}
	var on, off []result.Certificate
	for _, c := range s.Certificate {
		if c.Off {
			off = append(off, c)
		} else {
			on = append(on, c)
		}
	}
	y := margin
	for i, c := range slices.Backward(on) {
		b := newBox(s, c, y)
		p.Boxes = append(p.Boxes, b)
		p.Certificates = append(p.Certificates, c)
		y += b.H
		if i > 0 {
			l := link{Y1: y, Y2: y + linkHeight, Middle: y + linkHeight/2, Word: "chain.signed"}
			switch {
			case b.Missing:
				l.Broken, l.Word = true, "chain.absent"
			case has(s, on[i-1].Name, "signature", "issuer"):
				l.Broken, l.Word = true, "chain.no-signature"
			}
			p.Links = append(p.Links, l)
			y += linkHeight
		}
	}
	if len(off) > 0 {
		y += linkHeight
		p.BesideY = y - linkHeight/3
		for _, c := range off {
			b := newBox(s, c, y)
			p.Boxes = append(p.Boxes, b)
			p.Certificates = append(p.Certificates, c)
			y += b.H + margin
		}
	}
	p.Height = y + margin
	return p
}

// Inner is the height of the box's frame.
func (b box) Inner() int { return b.H - 3 }

func newBox(s result.Scenario, c result.Certificate, y int) box {
	b := box{Y: y, H: boxHeight, C: c, Missing: !c.Sent && !c.Trusted,
		Subject: shorten(visible.Text(c.Subject), maxSubject),
		Period:  c.NotBefore.Format(time.DateOnly) + " – " + c.NotAfter.Format(time.DateOnly)}
	var faults []string
	for _, d := range s.Differences {
		if d.Where == c.Name && !slices.Contains(faults, d.What) {
			faults = append(faults, d.What)
		}
	}
	if len(faults) > 0 {
		b.Faults = shorten(visible.Text(strings.Join(faults, ", ")), maxFaults)
		b.H += faultHeight
	}
	return b
}

// has reports whether a certificate differs from the control in one of the fields.
func has(s result.Scenario, where string, what ...string) bool {
	return slices.ContainsFunc(s.Differences, func(d pki.Difference) bool {
		return d.Where == where && slices.Contains(what, d.What)
	})
}

// shorten cuts a text to a maximum number of characters.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
