package pki

import (
	"fmt"
	"strings"
	"time"
)

// Moment is a point in time relative to the [Minter]'s [Config]: "-24h" is a day before [Config.At], "soon"
// is [Config.Soon], and "soon+1s" is a second later. Durations have the format of [time.ParseDuration]. A time in
// the format of RFC 3339, "9999-12-31T23:59:59Z", is absolute. Empty means the moment that a good certificate
// has.
type Moment string

const soon = "soon"

// periods are the validity periods of good certificates, relative to Config.At. A leaf is valid for 90 days,
// a third of which have passed. So a leaf can begin later or end earlier and still stay inside the validity
// of its issuers.
var periods = map[Profile][2]Moment{
	ProfileRoot:         {"-768h", "1512h"}, // from 32 days ago to 63 days from now: no longer than the leaf needs
	ProfileIntermediate: {"-744h", "1488h"}, // from 31 days ago to 62 days from now
	ProfileServer:       {"-720h", "1440h"}, // from 30 days ago to 60 days from now
	ProfileClient:       {"-720h", "1440h"},
	ProfileOCSP:         {"-720h", "1440h"},
}

// time returns the moment as a time, to the second, in UTC.
func (m Moment) time(c Config) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, string(m)); err == nil {
		return t.UTC(), checkTime(t.UTC())
	}
	base, rest := c.At, string(m)
	if s, ok := strings.CutPrefix(rest, soon); ok {
		base, rest = c.Soon, s
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil {
			return time.Time{}, fmt.Errorf(`moment %q: want a duration, as in "-24h", or "soon": %w`, string(m), err)
		}
		base = base.Add(d)
	}
	base = base.UTC().Truncate(time.Second)
	return base, checkTime(base)
}

// live reports whether the moment depends on when serving starts.
func (m Moment) live() bool { return strings.HasPrefix(string(m), soon) }

// checkTime rejects times that X.509 cannot express (RFC 5280, section 4.1.2.5): UTCTime begins in 1950, and
// GeneralizedTime ends with the year 9999.
func checkTime(t time.Time) error {
	if y := t.Year(); y < 1950 || y > 9999 {
		return fmt.Errorf("time %s is outside what X.509 can express, the years 1950 to 9999", t.Format(time.RFC3339))
	}
	return nil
}

// GoodPeriod returns the period during which a good chain minted for a time is valid. It is the leaf's
// period, which is the shortest.
func GoodPeriod(at time.Time) (from, to time.Time) {
	period := periods[ProfileServer]
	from, _ = period[0].time(Config{At: at}) // the table's moments always parse
	to, _ = period[1].time(Config{At: at})
	return from, to
}
