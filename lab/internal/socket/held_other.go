//go:build !linux

package socket

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
)

// fill would listen with an accept queue that is full. Windows refuses clients that do not fit, and
// elsewhere there is no way to ask whether the queue is full.
func fill(netip.Addr, int) (io.Closer, int, error) {
	return nil, 0, fmt.Errorf("%s cannot be made to drop connections for certain: use linux for this scenario: %w",
		runtime.GOOS, errors.ErrUnsupported)
}
