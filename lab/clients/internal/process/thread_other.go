//go:build !linux

package process

// boundToThread does nothing: programs are not tied to the thread that starts them.
func boundToThread() (release func()) { return func() {} }
