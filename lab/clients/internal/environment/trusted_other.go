//go:build !unix

package environment

import "io/fs"

// owned and trusted report true: there are no owners and permissions of that kind here.
func owned(fs.FileInfo) bool   { return true }
func trusted(fs.FileInfo) bool { return true }
