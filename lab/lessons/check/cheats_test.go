package check_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/lessons"
)

// TestCheats holds clients that get round the lesson to be called what they are.
func TestCheats(t *testing.T) {
	lesson, _ := lessons.Lookup("which-ca")
	root, err := filepath.Abs(fixes)
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]assess.Code{
		"by_name.py":           assess.DecidesByName,
		"by_path.py":           assess.DecidesByName,
		"by_port.py":           assess.DecidesByPort,
		"after_the_request.py": assess.SendsUnverified,
		"fails_always.py":      assess.RejectsEverything,
		"never_connects.py":    assess.NeverConnects,
		"no_dates.py":          assess.DatesUnchecked,
	} {
		t.Run(string(want)+"/"+file, func(t *testing.T) {
			dir := t.TempDir()
			base := freeBase(t, lesson)
			if err := os.WriteFile(filepath.Join(dir, "base"), []byte(strconv.Itoa(base)), 0o600); err != nil {
				t.Fatal(err)
			}
			r := run(t, lesson, dir, []string{interpreter(t, lesson), filepath.Join(root, "cheats", file), "{url}", "{ca}"}, base)
			if r.Solved || len(r.Findings) == 0 || r.Findings[0].Code != want {
				t.Errorf("want %s first, got %+v\n%s", want, r.Findings, table(r))
			}
		})
	}
}

// freeBase returns a base port above which the lesson's ports are free.
func freeBase(t *testing.T, lesson *lessons.Lesson) int {
	t.Helper()
next:
	for base := 12000; base < 30000; base += 1000 { // below those that the system gives out
		for _, s := range lesson.Rows() {
			l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(base+s.Port)))
			if err != nil {
				continue next
			}
			l.Close()
		}
		return base
	}
	t.Fatal("no base port has the lesson's ports free")
	return 0
}
