//go:build !linux

package process

import (
	"context"
	"os"
	"os/exec"
)

// Family does nothing here.
type Family struct{}

// Adopt returns ctx. On Linux, programs that are started with the returned context end with everything that
// they have started.
func Adopt(ctx context.Context) context.Context { return ctx }

func familyOf(context.Context) *Family { return nil }

// hunt is unused here.
type hunt map[int]int

func (f *Family) start(cmd *exec.Cmd) (mark string, err error) { return "", cmd.Start() }
func (f *Family) killTree(*os.Process) hunt                    { return nil }
func (f *Family) end(int, string, hunt)                        {}
