package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkUp starts the real command with the whole catalogue. It measures the time from exec to the first line of its
// table, which it prints when every port listens, and to the line that says that everything is minted and
// endpoints.json is written; and the resident memory at that point.
func BenchmarkUp(b *testing.B) {
	program := made(b)
	var ports, files time.Duration
	var resident float64
	n := 0
	for b.Loop() {
		p, f, rss := up(b, program, n)
		ports, files, resident = ports+p, files+f, max(resident, rss)
		n++
	}
	b.ReportMetric(float64(ports.Microseconds())/1000/float64(n), "ms-to-ports")
	b.ReportMetric(float64(files.Microseconds())/1000/float64(n), "ms-to-files")
	b.ReportMetric(resident, "MiB-resident")
}

// made builds the program as make builds it, and returns its path.
func made(tb testing.TB) string {
	program := filepath.Join(tb.TempDir(), "tlslab")
	build := exec.Command("make", "-s", "-C", "../../..", "TLSLAB="+program, program)
	built, err := build.CombinedOutput()
	require.NoError(tb, err, "%s", built)
	return program
}

func up(b testing.TB, program string, n int) (ports, files time.Duration, resident float64) {
	cmd := exec.Command(program, "up", "--base-port", "0", "--seed", fmt.Sprint("bench", n), "--dir", b.TempDir())
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	cmd.Stderr = io.Discard // it reports the interrupt
	start := time.Now()
	require.NoError(b, cmd.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if ports == 0 {
			ports = time.Since(start)
		}
		if strings.Contains(lines.Text(), "scenarios ready") {
			files = time.Since(start)
			break
		}
	}
	resident = residentMiB(cmd.Process.Pid)
	require.NoError(b, cmd.Process.Signal(os.Interrupt))
	io.Copy(io.Discard, out)
	require.NoError(b, cmd.Wait())
	require.NotZero(b, files, "it ended before it was ready")
	return ports, files, resident
}

var vmRSS = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// residentMiB returns a process's resident memory, or 0 if the system does not report it in /proc.
func residentMiB(pid int) float64 {
	if runtime.GOOS != "linux" {
		return 0
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	m := vmRSS.FindSubmatch(status)
	if m == nil {
		return 0
	}
	kB, _ := strconv.ParseFloat(string(m[1]), 64)
	return kB / 1024
}
