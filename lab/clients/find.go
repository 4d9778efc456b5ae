package clients

import (
	"context"
	"os/exec"

	"example.com/tlslab/lab/lang"
)

// OnPath returns a Find for stacks that consist of one program on the user's PATH.
func OnPath(name string) func(context.Context) ([]Place, error) {
	return func(context.Context) ([]Place, error) {
		path, err := exec.LookPath(name)
		if err != nil {
			return nil, lang.Because("not-on-path", name)
		}
		return []Place{{Path: path}}, nil
	}
}
