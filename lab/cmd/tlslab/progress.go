package main

import (
	"fmt"
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/report"
)

// progress shows how far a run has come: one line on a terminal, which is redrawn, and removed when the run ends. If
// standard error is not a terminal, it shows only the lines passed to say.
type progress struct {
	stderr io.Writer
	inside bool          // it is for another tlslab: see [progressForm]
	shown  int           // in percent
	bars   *mpb.Progress // nil if there is no terminal
	bar    *mpb.Bar
}

// newProgress returns a progress on the console's stderr. close must be called.
func newProgress(c *console) *progress {
	p := &progress{stderr: c.stderr, inside: c.inside}
	file := terminalOf(c.stderr)
	if file == nil {
		return p
	}
	p.bars = mpb.New(mpb.WithOutput(file), mpb.WithAutoRefresh(), mpb.WithWidth(40))
	p.bar = p.bars.AddBar(0,
		mpb.PrependDecorators(decor.Name("probing ")),
		mpb.AppendDecorators(decor.CountersNoUnit(" %d of %d"), decor.Elapsed(decor.ET_STYLE_GO, decor.WC{W: 8})))
	return p
}

// terminalOf returns the terminal behind standard error, or nil. The progress moves the cursor, so it has to bypass the
// guard.
func terminalOf(stderr io.Writer) *os.File {
	if guard, ok := stderr.(*report.Guard); ok {
		stderr = guard.W
	}
	file, ok := stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}

// set shows that done of total probes have been judged.
func (p *progress) set(done, total int) {
	if percent := 100 * done / max(total, 1); p.inside && percent > p.shown {
		p.shown = percent
		fmt.Fprintf(p.stderr, progressForm+"\n", done, total)
	}
	if p.bar != nil {
		p.bar.SetTotal(int64(total), false)
		p.bar.SetCurrent(int64(done))
	}
}

// say prints a line, above the progress if that is shown. It can be called from any goroutine.
func (p *progress) say(what string) {
	out := p.stderr
	if p.bars != nil {
		out = p.bars
	}
	fmt.Fprintf(out, "tlslab: %s\n", visible.Text(what))
}

// close removes the line.
func (p *progress) close() {
	if p.bars != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}
