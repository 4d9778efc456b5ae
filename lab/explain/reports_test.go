package explain_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/scenarios/failure"
)

// publicReport is a message of testdata/reports.tsv, with the truth.
type publicReport struct {
	id, ecosystem    string
	written, refused string
	classes          []failure.Class
	cause            string // empty if none is known, or none that explain has a name for
	harmless         bool
	message          string
}

func publicReports(t *testing.T, file string) (list []publicReport) {
	for _, f := range fields(t, file) {
		require.Len(t, f, 10, f)
		r := publicReport{id: f[0], ecosystem: f[1], written: f[2], refused: f[3], cause: f[5], harmless: f[6] == "yes",
			message: strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(f[9])}
		for c := range strings.SplitSeq(f[4], ",") {
			r.classes = append(r.classes, failure.Class(c))
		}
		if r.cause == "-" || strings.HasPrefix(r.cause, "other:") {
			r.cause = ""
		}
		list = append(list, r)
	}
	return list
}

// The scores of a report: whether explain says what it is.
const (
	right  = "right"
	partly = "partly" // the class is among several, or the cause is another, or the side is wrong
	silent = "silent"
	wrong  = "wrong"
)

// score compares what explain says of a report with the truth. Of several findings the best counts, as people read them
// all.
func (r publicReport) score(found []explain.Finding) (score, why string) {
	best, why := silent, "nothing found"
	for _, f := range found {
		if s, w := r.one(f); better(s, best) || best == silent {
			best, why = s, w
		}
	}
	return best, why
}

// selfSigned matches the words of programs for a chain that ends in a root that the client does not trust: class
// self-signed, which reports that look at the cause call untrusted.
var selfSigned = regexp.MustCompile(`(?i)self[- ]signed`)

func better(a, b string) bool {
	order := []string{wrong, silent, partly, right}
	return slices.Index(order, a) > slices.Index(order, b)
}

// one compares one finding with the truth.
func (r publicReport) one(f explain.Finding) (score, why string) {
	said := fmt.Sprintf("%s %v %s", f.Class, f.Possible, f.Cause)
	untold := slices.Contains(r.classes, "untold")
	switch {
	case f.Cause != "" && f.Cause == r.cause: // more specific than the class
	case f.Class == "" && untold: // it says what it can be, as nobody can say more
	case slices.Contains(r.classes, f.Class):
	case f.Class == failure.SelfSigned && slices.Contains(r.classes, failure.Untrusted) &&
		selfSigned.MatchString(r.message):
	case f.Class == "" && len(f.Possible) > 0 && slices.Contains(r.classes, f.Possible[0]):
	case f.Class == "" && slices.ContainsFunc(f.Possible, r.can):
		return partly, "only among the possible: " + said
	default:
		return wrong, said
	}
	if f.Cause != "" && r.cause != "" && f.Cause != r.cause && !(sameAdvice[f.Cause] && sameAdvice[r.cause]) {
		return partly, "another cause: " + said
	}
	if f.Cause == "" && telling[r.cause] {
		return partly, "no cause: " + said
	}
	if atServer := r.written == "server" || r.written == "cluster"; r.written != "own" && f.Server && !atServer {
		return partly, "read as a server's: " + said
	}
	if r.written == "server" && !f.Server && !f.Setup && r.refused != "none" {
		return partly, "read as a client's: " + said
	}
	if f.Class == failure.NotTLS {
		return right, said // nobody refuses anybody: the two speak different protocols
	}
	if r.refused == "writer" && f.Objector == explain.Peer ||
		r.refused == "peer" && f.Objector == explain.Writer && !f.BeforeTLS {
		return partly, "the other side refused: " + said
	}
	return right, said
}

// can reports whether a class is one of the truth.
func (r publicReport) can(c failure.Class) bool { return slices.Contains(r.classes, c) }

// telling are the causes whose fix is another than the class's: an answer without them is not right.
var telling = map[string]bool{
	"ip-access-list": true, "no-serving-certificate": true, "same-name-ca": true, "h2-alpn": true, "session-reuse": true,
	"plain-proxy": true, "starttls": true, "sds-secret": true, "ephemeral-key": true,
	"crypto-provider": true, "pkcs12-algorithm": true, "negative-serial": true, "reused-serial": true,
	"windows-store": true, "crypto-policies": true, "chain-too-long": true, "server-tls-broken": true,
	"validity-too-long": true, "transparency": true, "v1-certificate": true, "plain-client": true, "keystore-corrupt": true,
}

// sameAdvice are causes that are one thing seen from two sides: the port does not speak TLS.
var sameAdvice = map[string]bool{"plain-port": true, "server-without-tls": true, "other-service": true}

// floors are the least shares of right answers, and the largest of wrong ones, in percent. They only rise, and fall.
var floors = []struct {
	file         string
	right, wrong float64
}{
	{"testdata/reports.tsv", 95, 1},
	{"testdata/reports-later.tsv", 89, 2},
}

// TestReports scores what explain says of messages from public reports. With -v it lists those that are not right.
func TestReports(t *testing.T) {
	for _, floor := range floors {
		list := publicReports(t, floor.file)
		count := map[string]int{}
		by := map[string]map[string]int{}
		for _, r := range list {
			score, why := r.score(explain.Read(r.message).Findings)
			count[score]++
			group := strings.SplitN(r.id, "-", 2)[0]
			if by[group] == nil {
				by[group] = map[string]int{}
			}
			by[group][score]++
			if score != right && !strings.Contains(floor.file, "aside") {
				t.Logf("%-7s %-8s %-16s want %v %s (%s, %s): %s", score, r.id, r.ecosystem, r.classes, r.cause, r.written,
					r.refused, why)
			}
		}
		percent := func(score string) float64 { return 100 * float64(count[score]) / float64(len(list)) }
		t.Logf("%s: %d reports, %.1f %% right, %.1f %% partly, %.1f %% silent, %.1f %% wrong", floor.file, len(list),
			percent(right), percent(partly), percent(silent), percent(wrong))
		for _, group := range slices.Sorted(maps.Keys(by)) {
			t.Logf("  %s: %v", group, by[group])
		}
		assert.GreaterOrEqual(t, percent(right), floor.right, floor.file)
		assert.LessOrEqual(t, percent(wrong), floor.wrong, floor.file)
	}
}
