//go:build unix

package main

import (
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// erase makes a terminal go up one line, and clear it and everything below.
const erase = "\x1b[1A\x1b[J"

// TestProgressIsOneLine checks that the progress is one line on a terminal of 80 columns: it is erased before it is
// drawn again, and removed at the end. Lines passed to say stay.
func TestProgressIsOneLine(t *testing.T) {
	terminal, stderr, err := pty.Open()
	require.NoError(t, err)
	defer terminal.Close()
	require.NoError(t, pty.Setsize(stderr, &pty.Winsize{Rows: 24, Cols: 80}))
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

	p := newProgress(&console{stderr: stderr})
	for n := range 3 {
		p.set(n, 3)
		<-drawn
	}
	p.say("two of three")
	<-drawn
	p.close()
	stderr.Close()

	output := <-all
	assert.GreaterOrEqual(t, strings.Count(output, erase), 3, "erased too seldom in %q", output)
	assert.Equal(t, "tlslab: two of three\r\n", shown(output), "what the terminal shows at the end")
}

// shown returns what a terminal shows after output whose only control sequence is [erase].
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
