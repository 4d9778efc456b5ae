package verdict_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// The lab's own words of a client that it had to end are a timeout, whichever stack it was.
func TestClassifyOverrun(t *testing.T) {
	message := clients.Overrun(4100 * time.Millisecond).Message
	for _, name := range messages.Stacks() {
		require.Equal(t, failure.Timeout, verdict.Classify(name, message), name)
	}
}
