//go:build !linux

package main

// unmapProgram does nothing: see unmap_linux.go.
func unmapProgram() {}
