//go:build !unix

package explain_test

import "time"

var start = time.Now()

// processor returns the time: that of the processor alone is not known here.
func processor() time.Duration { return time.Since(start) }
