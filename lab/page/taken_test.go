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

// TestPortTakenOnOneAddress takes the page's port on one loopback address alone. The page says so, in
// place of being served on the other alone: a browser that is told localhost may try either first.
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

			// Nothing is left behind on the address that is free, unless another program has just taken that one.
			free := map[string]string{"127.0.0.1": "::1", "::1": "127.0.0.1"}[address]
			l, err := net.Listen("tcp", net.JoinHostPort(free, strconv.Itoa(port)))
			if err == nil {
				l.Close()
			}
			return errors.Is(err, syscall.EADDRINUSE)
		}
		t.Run(address, func(t *testing.T) {
			for range 10 {
				if !try(t) {
					return
				}
			}
			t.Error("the address that is free is taken each time")
		})
	}
}
