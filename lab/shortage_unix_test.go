//go:build unix

package lab_test

import (
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// TestShortageIsAnError uses up all file descriptors except the one for the client's connection. The server
// cannot accept it and says so, and the client is not judged by what it then does.
func TestShortageIsAnError(t *testing.T) {
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	low := limit
	low.Cur = min(low.Cur, 512)
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)

	var mu sync.Mutex
	var told []error
	l, err := lab.New(lab.Config{Seed: "x", Trouble: func(err error) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, err)
	}})
	require.NoError(t, err)
	defer func() { assert.NoError(t, l.Close()) }()
	set, err := all.Discover(t.Context(), clients.Options{Only: []string{"go/default"}})
	require.NoError(t, err)
	defer set.Close()
	expired, _ := scenarios.Lookup("expired")
	other, _ := scenarios.Lookup("wrong-host")

	var hoard []*os.File
	release := func() {
		for _, f := range hoard {
			f.Close()
		}
		hoard = nil
	}
	defer release()
	run, err := l.Run(t.Context(), []*scenarios.Scenario{expired, other}, set, lab.RunOptions{
		Timeout: time.Second, Parallel: 1,
		Told: func(s *scenarios.Scenario, e serve.Endpoint) (serve.Endpoint, error) {
			release()
			for s == expired {
				f, err := os.Open(os.DevNull)
				if err != nil {
					assert.ErrorIs(t, err, syscall.EMFILE)
					hoard[0].Close()
					hoard = hoard[1:]
					break
				}
				hoard = append(hoard, f)
			}
			return e, nil
		},
		Judged: func(*scenarios.Scenario, result.Cell) { release() },
	})
	require.NoError(t, err)
	cell := run.Scenarios[0].Cells[0]
	assert.Equal(t, verdict.Error, cell.Kind, cell.Why)
	assert.Contains(t, cell.Why.Text, "serving expired: out of file descriptors")
	assert.Equal(t, verdict.OK, run.Scenarios[1].Cells[0].Kind, run.Scenarios[1].Cells[0].Why)
	assert.NotEmpty(t, told)
	assert.ErrorIs(t, told[0], serve.ErrOutOfFiles)
}
