//go:build !linux

package socket

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
)

// fill is not supported: Windows refuses clients that do not fit into the accept queue, and other systems do not tell
// whether it is full.
func fill(netip.Addr, int) (io.Closer, int, error) {
	return nil, 0, fmt.Errorf("%s cannot reliably drop connections: use linux for this scenario: %w",
		runtime.GOOS, errors.ErrUnsupported)
}
