package pki

import (
	"fmt"
	"strings"
	"time"
)

// Moment is a point in time, relative to one that the [Minter] knows: "-24h" is a day
// before [Config.At], "soon" is [Config.Soon] and "soon+1s" a second after it. Durations
// are written as [time.ParseDuration] reads them. Empty means that of a good certificate.
type Moment string

const soon = "soon"

// The periods of good certificates around Config.At. A leaf is valid for 90 days, a
// third of which have passed, so that a chain can lose its dates at either end and stay
// inside the validity of those above it.
var periods = map[Profile][2]Moment{
	ProfileRoot:         {"-768h", "1512h"}, // 32 days ago, in 63 days: no longer than the leaf needs
	ProfileIntermediate: {"-744h", "1488h"}, // 31 days ago, in 62 days
	ProfileServer:       {"-720h", "1440h"}, // 30 days ago, in 60 days
	ProfileClient:       {"-720h", "1440h"},
	ProfileOCSP:         {"-720h", "1440h"},
}

// time returns the moment as a time, to the second, in UTC.
func (m Moment) time(c Config) (time.Time, error) {
	base, rest := c.At, string(m)
	if s, ok := strings.CutPrefix(rest, soon); ok {
		base, rest = c.Soon, s
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil {
			return time.Time{}, fmt.Errorf("moment %q: want a duration as in \"-24h\", or \"soon\": %w", string(m), err)
		}
		base = base.Add(d)
	}
	base = base.UTC().Truncate(time.Second)
	return base, checkTime(base)
}

// live reports whether the moment hangs on when serving starts.
func (m Moment) live() bool { return strings.HasPrefix(string(m), soon) }

// checkTime refuses what X.509 cannot say (RFC 5280, section 4.1.2.5): UTCTime begins in
// 1950 and GeneralizedTime ends with the year 9999.
func checkTime(t time.Time) error {
	if y := t.Year(); y < 1950 || y > 9999 {
		return fmt.Errorf("time %s is outside what X.509 can say: years 1950 to 9999", t.Format(time.RFC3339))
	}
	return nil
}

// GoodPeriod returns the time during which a good chain minted for a time is valid: its
// leaf's, which is the shortest.
func GoodPeriod(at time.Time) (from, to time.Time) {
	period := periods[ProfileServer]
	from, _ = period[0].time(Config{At: at}) // the table's moments can be read
	to, _ = period[1].time(Config{At: at})
	return from, to
}
