//go:build !windows

package main

import (
	"errors"
	"syscall"
)

// closedPipe reports whether a write failed because nobody reads the pipe any more.
func closedPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
