package result

import (
	"embed"
	"io/fs"
)

//go:embed matrix/*.txt
var matrix embed.FS

// Recorded returns the record of what every client did with every scenario, a file a stack, in the
// form that lab/report writes and reads: it is part of the program, so that what the lab has seen can
// be looked up away from the repository.
func Recorded() fs.FS {
	sub, err := fs.Sub(matrix, "matrix")
	if err != nil {
		panic(err) // the name of a directory that is embedded above
	}
	return sub
}
