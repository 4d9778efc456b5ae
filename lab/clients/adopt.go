package clients

import (
	"context"

	"example.com/tlslab/lab/clients/internal/process"
)

// Adopt has client programs that are started with the context that it returns, by [Discover], [Open] and
// probes, end with everything that they have started, daemons among it. On Linux that takes this process to
// become the parent of what its programs leave behind, for as long as it runs, so that it is for a command
// and not for a library. On Windows that is so without it. Elsewhere Adopt does nothing, and what
// leaves a program's session outlives it.
func Adopt(ctx context.Context) context.Context { return process.Adopt(ctx) }
