//go:build !unix

package pki

import "io/fs"

// noFollow is no flag: it takes a privilege to make a link here.
const noFollow = 0

// owned reports true: a file's owner may be a group that the user is in.
func owned(fs.FileInfo) bool { return true }
