//go:build unix

package main

import (
	"strings"
	"testing"

	"github.com/creack/pty"
)

// erase tells a terminal to go up one line, and to clear it and all below it.
const erase = "\x1b[1A\x1b[J"

// On a terminal of 80 columns the progress is one line. It is erased before it is drawn again, and is gone
// at the end. What is said meanwhile stays.
func TestProgressIsOneLine(t *testing.T) {
	terminal, stderr, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	if err := pty.Setsize(stderr, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	drawn, all := make(chan struct{}, 1000), make(chan string, 1)
	go func() {
		var output strings.Builder
		chunk := make([]byte, 4096)
		for {
			n, err := terminal.Read(chunk)
			output.Write(chunk[:n])
			if strings.Contains(string(chunk[:n]), "probing") {
				drawn <- struct{}{}
			}
			if err != nil { // stderr has been closed
				all <- output.String()
				return
			}
		}
	}()

	p := newProgress(stderr)
	for n := range 3 {
		p.set(n, 3)
		<-drawn
	}
	p.say("two of three")
	<-drawn
	p.close()
	stderr.Close()

	output := <-all
	if n := strings.Count(output, erase); n < 3 {
		t.Errorf("erased %d times in %q", n, output)
	}
	if got, want := shown(output), "tlslab: two of three\r\n"; got != want {
		t.Errorf("at the end the terminal shows %q, want %q", got, want)
	}
}

// shown returns what is left on a terminal of output that moves by nothing but [erase].
func shown(output string) string {
	var left string
	for n, part := range strings.Split(output, erase) {
		if n > 0 {
			left = strings.TrimSuffix(left, "\n")
			left = left[:strings.LastIndexByte(left, '\n')+1]
		}
		left += part
	}
	return left
}
