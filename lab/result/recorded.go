package result

import (
	"embed"
	"io/fs"
)

//go:embed matrix/*.txt
var matrix embed.FS

// Recorded returns the record of what every client did with every scenario, a file per stack, in the form of
// [WriteRecord]. It is part of the program, so that it can be looked up without the repository.
func Recorded() fs.FS {
	sub, err := fs.Sub(matrix, "matrix")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return sub
}
