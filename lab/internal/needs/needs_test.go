package needs

import (
	"errors"
	"fmt"
	"testing"
)

// recorder is a test that records whether it was skipped or failed.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper() {}
func (r *recorder) Skipf(format string, args ...any) {
	r.said = "skip: " + fmt.Sprintf(format, args...)
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.said = "fail: " + fmt.Sprintf(format, args...)
}

func TestStack(t *testing.T) {
	for _, test := range []struct {
		list string
		ok   bool
		want string
	}{
		{"", true, ""},
		{"node", true, ""},
		{"", false, "skip: node is missing: no node on PATH"},
		{"nodejs,curl", false, "skip: node is missing: no node on PATH"},
		{"curl, node", false, "fail: node is required by TLSLAB_REQUIRE and missing: no node on PATH"},
	} {
		t.Setenv(Variable, test.list)
		r := &recorder{TB: t}
		if Stack(r, "node", test.ok, "no node on PATH"); r.said != test.want {
			t.Errorf("with %q: got %q, want %q", test.list, r.said, test.want)
		}
	}
}

func TestMissing(t *testing.T) {
	why := errors.New("not on PATH")
	for list, required := range map[string]bool{
		"": false, "curl": false, "pythonic": false, "curl, python3.11": true, "python": true,
	} {
		t.Setenv(Variable, list)
		if err := Missing("python", why); (err != nil) != required {
			t.Errorf("with %q: %v", list, err)
		}
	}
}

func TestAny(t *testing.T) {
	why := errors.New("not on PATH")
	for _, test := range []struct {
		list string
		why  error
		want string
	}{
		{"python3.11", nil, ""},
		{"", why, "skip: python is missing: not on PATH"},
		{"python3.11", why, "fail: python is required by TLSLAB_REQUIRE and missing: not on PATH"},
	} {
		t.Setenv(Variable, test.list)
		r := &recorder{TB: t}
		func() {
			defer func() { recover() }() // a real test ends at Fatal
			Any(r, "python", test.why)
		}()
		if r.said != test.want {
			t.Errorf("with %q: got %q, want %q", test.list, r.said, test.want)
		}
	}
}

func (r *recorder) Fatal(args ...any) {
	r.said = "fail: " + fmt.Sprint(args...)
	panic("the test has ended")
}
