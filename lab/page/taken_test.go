package page

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/needs"
)

// TestPortTakenOnOneAddress takes the page's port on only one loopback address. Start must fail, not serve on the other
// address, because a browser may try either first for localhost.
func TestPortTakenOnOneAddress(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1"} {
		try := func(t *testing.T) (taken bool) {
			other, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
			needs.Stack(t, address, err == nil, fmt.Sprint(err))
			defer other.Close()
			port := other.Addr().(*net.TCPAddr).Port
			listeners, err := listen("", port)
			for _, l := range listeners {
				l.Close()
			}
			require.ErrorIs(t, err, syscall.EADDRINUSE)
			assert.ErrorContains(t, err, strconv.Itoa(port))
			assert.ErrorContains(t, err, "--ui-port")

			// The free address is released again, unless another program has just taken it.
			free := map[string]string{"127.0.0.1": "::1", "::1": "127.0.0.1"}[address]
			l, err := net.Listen("tcp", net.JoinHostPort(free, strconv.Itoa(port)))
			if err == nil {
				l.Close()
			}
			return errors.Is(err, syscall.EADDRINUSE)
		}
		t.Run(address, func(t *testing.T) {
			left := true
			for range 10 {
				if left = try(t); !left {
					break
				}
			}
			assert.False(t, left, "the free address is in use each time")
		})
	}
}
