// Package machine describes the machine that a result was measured on, without anything that identifies its owner: no
// name, address or path of it.
package machine

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"runtime"
	"strings"

	"example.com/tlslab/lab/internal/visible"
)

// Machine is an operating system and what runs it.
type Machine struct {
	OS     string `json:"os"`               // as Go names it: linux, darwin, windows
	Arch   string `json:"arch"`             // as Go names it: amd64, arm64
	Kernel string `json:"kernel,omitempty"` // its release: "6.1.0-13-amd64"; empty if it is not known
	System string `json:"system,omitempty"` // the distribution and its release: "Debian GNU/Linux 12 (bookworm)"
	CPUs   int    `json:"cpus"`             // processors that the lab may use
}

// maxFile is the maximum size of what is read about a machine, in bytes.
const maxFile = 64 << 10

// Here describes this machine.
func Here() Machine {
	return Machine{
		OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.GOMAXPROCS(0),
		Kernel: clean(string(read("/proc/sys/kernel/osrelease"))),
		System: prettyName(read("/etc/os-release")),
	}
}

// read returns the beginning of a file, or nil if it cannot be read.
func read(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil
	}
	return data
}

// prettyName returns PRETTY_NAME of a file as described in os-release(5), or "".
func prettyName(file []byte) string {
	lines := bufio.NewScanner(bytes.NewReader(file))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), "PRETTY_NAME="); ok {
			return clean(strings.Trim(value, `"'`))
		}
	}
	return ""
}

// clean returns a text on one line that a terminal can show.
func clean(s string) string { return strings.TrimSpace(visible.Text(s)) }
