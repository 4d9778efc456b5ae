//go:build !unix

package explain_test

import "time"

var start = time.Now()

// processor returns the elapsed time: processor time is not available here.
func processor() time.Duration { return time.Since(start) }
