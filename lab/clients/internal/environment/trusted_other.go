//go:build !unix

package environment

import "io/fs"

// owned and trusted report true: there are no owners and permissions of that kind here.
func trusted(fs.FileInfo) bool { return true }
