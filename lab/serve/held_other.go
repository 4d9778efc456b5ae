//go:build !linux

package serve

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
)

// fill would listen with an accept queue that is full. Windows refuses who does not fit, and
// elsewhere there is no way to ask whether the queue is full.
func fill(net.IP, int) (io.Closer, int, error) {
	return nil, 0, fmt.Errorf("%s cannot be made to drop connections for certain: use linux for this scenario: %w", runtime.GOOS, errors.ErrUnsupported)
}
