package mimic

import (
	"reflect"
	"time"

	"example.com/tlslab/pki"
)

const day = 24 * time.Hour

// midnight is the time to which a lab's moments are relative, on the day on which the original was seen.
func (m *mimic) midnight() time.Time { return m.seen.At.UTC().Truncate(day) }

// steady moves moments that are within the day on which the original was seen. A lab mints for the midnight before, at
// any time of the day: what has expired must have expired by then, and what has not must not expire before the day ends.
func (m *mimic) steady(r *pki.Recipe) {
	moments(reflect.ValueOf(r).Elem(), func(at pki.Moment) pki.Moment {
		d, err := time.ParseDuration(string(at))
		switch {
		case err != nil || d <= 0 || d >= day:
			return at
		case m.midnight().Add(d).After(m.seen.At):
			return "24h"
		}
		return "-1s"
	})
}

// moments replaces all moments in a value.
func moments(v reflect.Value, replace func(pki.Moment) pki.Moment) {
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range v.Fields() {
			moments(f, replace)
		}
	case reflect.Slice:
		for i := range v.Len() {
			moments(v.Index(i), replace)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			moments(v.Elem(), replace)
		}
	case reflect.String:
		if at, ok := v.Interface().(pki.Moment); ok && at != "" {
			v.Set(reflect.ValueOf(replace(at)))
		}
	}
}
