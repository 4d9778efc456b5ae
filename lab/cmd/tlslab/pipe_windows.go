package main

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// closedPipe reports whether a write failed because nobody reads the pipe any more.
func closedPipe(err error) bool {
	return errors.Is(err, syscall.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}
