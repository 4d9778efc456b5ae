package verdict

import (
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// Classify returns the failure class of the message of a client stack, or of one of [messages.Programs];
// empty if no rule fits. The lab's own words of a client that it had to end mean the same for every stack:
// one with a time limit of its own may miss that on a busy machine.
func Classify(name, message string) failure.Class {
	if strings.HasPrefix(message, clients.OverrunPrefix) {
		return failure.Timeout
	}
	return messages.Classify(name, message)
}
