package messages

import (
	"strings"

	"example.com/tlslab/scenarios/failure"
)

// rank is how much words tell about a failure. Programs write several things about one failure, in any order; the most
// telling one counts, wherever it is.
type rank int

const (
	ofClass rank = iota // as much as the rule's class
	nothing             // that something failed
	broke               // that the connection ended, as it does for any reason
	failed              // that verification or the handshake failed, but not why
	named               // what is wrong
)

// ranks are the ranks of the classes whose words do not name a fault. The words of all others do.
var ranks = map[failure.Class]rank{
	failure.UnexpectedEOF:     broke,
	failure.ConnectionReset:   broke,
	failure.ConnectionRefused: broke,
	failure.Timeout:           broke,
	failure.NameResolution:    broke,
	failure.HandshakeFailure:  failed,
	Untold:                    failed,
}

// rank returns how much the rule's words tell.
func (r Rule) rank() rank {
	if r.tells != ofClass {
		return r.tells
	}
	if of, ok := ranks[r.Class]; ok {
		return of
	}
	return named
}

// telling returns the most telling rule for a message: the first with the highest rank of the rules that fit it and for
// which counts is true. It reports whether there is one. If counts is nil, all rules count.
func telling(rules []Rule, message string, counts func(Rule) bool) (best Rule, ok bool) {
	for _, r := range rules {
		if ok && r.rank() <= best.rank() || !strings.Contains(message, r.Contains) || counts != nil && !counts(r) {
			continue
		}
		best, ok = r, true
		if best.rank() == named {
			break
		}
	}
	return best, ok
}

// MostTelling returns the stack's most telling rule for a message, and whether there is one. It considers only rules
// for which counts is true. If counts is nil, it considers all.
func MostTelling(stack, message string, counts func(Rule) bool) (Rule, bool) {
	return telling(withLookups(stack), message, counts)
}

// MoreTelling reports whether a rule's words tell more than another's.
func MoreTelling(r, than Rule) bool { return r.rank() > than.rank() }
