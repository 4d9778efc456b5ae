package clients

import (
	"context"

	"example.com/tlslab/lab/clients/internal/process"
)

// Adopt returns a context for [Discover], [Open] and probes. Client programs that are started with it end
// together with everything that they have started, daemons included. On Linux, this process then becomes the
// parent of whatever its programs leave behind, for as long as it runs; so Adopt is for commands and not for
// libraries. On Windows, programs always end like this. On other systems, Adopt does nothing, and processes
// that leave a program's session outlive it.
func Adopt(ctx context.Context) context.Context { return process.Adopt(ctx) }
