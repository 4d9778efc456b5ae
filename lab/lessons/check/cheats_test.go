package check_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/lessons"
)

// TestCheats checks that clients which cheat in a lesson get the finding that names the cheat.
func TestCheats(t *testing.T) {
	lesson, _ := lessons.Lookup("which-ca")
	root, err := filepath.Abs(fixes)
	require.NoError(t, err)
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
			require.NoError(t, os.WriteFile(filepath.Join(dir, "base"), []byte(strconv.Itoa(base)), 0o600))
			command := []string{interpreter(t, lesson), filepath.Join(root, "cheats", file), "{url}", "{ca}"}
			assertFirst(t, want, run(t, lesson, dir, command, base))
		})
	}
}

// freeBase returns a base port above which the lesson's ports are free.
func freeBase(t *testing.T, lesson *lessons.Lesson) int {
	t.Helper()
next:
	for base := 12000; base < 30000; base += 1000 { // below the system's ephemeral ports
		for _, s := range lesson.Rows() {
			l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(base+s.Port)))
			if err != nil {
				continue next
			}
			l.Close()
		}
		return base
	}
	require.Fail(t, "No base port has the lesson's ports free")
	return 0
}
