package python

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/environment"
)

// TestWith checks that an interpreter has the packages in its own site-packages. A virtual environment has
// its base interpreter's packages only if its settings say so. Incomplete environments, and those being made,
// do not count.
func TestWith(t *testing.T) {
	const packages = "lib/python3.11/site-packages/"
	root := tree(t,
		"usr/bin/python3.11", "usr/bin/python3 -> python3.11",
		"usr/"+packages+"thing/x", "usr/"+packages+"other/x",
		"bare/bin/python -> ../../usr/bin/python3.11", "bare/pyvenv.cfg",
		"sharing/bin/python -> ../../usr/bin/python3.11", "sharing/pyvenv.cfg",
		"clients/thing-python3.11/bin/python -> ../../../usr/bin/python3.11", "clients/thing-python3.11/pyvenv.cfg",
		"clients/thing-python3.11/"+packages+"thing/x",
		"clients/thing-python3.9/bin/python -> ../../../gone", "clients/thing-python3.9/pyvenv.cfg",
		"clients/thing-python3.9/"+packages+"thing/x",
		"clients/thing-python3.13/bin/python -> ../../../usr/bin/python3.11", "clients/thing-python3.13/pyvenv.cfg",
		"clients/.making-1/thing-python3.12/bin/python -> ../../../../usr/bin/python3.11",
		"clients/.making-1/thing-python3.12/"+packages+"thing/x",
		"clients/else-python3.11/bin/python -> ../../../usr/bin/python3.11", "clients/else-python3.11/pyvenv.cfg",
		"clients/else-python3.11/"+packages+"thing/x",
	)
	require.NoError(t, os.WriteFile(filepath.Join(root, "sharing/pyvenv.cfg"),
		[]byte("home = x\ninclude-system-site-packages = true\n"), 0o600))
	t.Setenv(environment.Variable, filepath.Join(root, "clients"))
	t.Setenv("PYENV_ROOT", filepath.Join(root, "none"))
	at := func(paths ...string) []clients.Place {
		var places []clients.Place
		for _, p := range paths {
			places = append(places, clients.Place{Path: filepath.Join(root, p)})
		}
		return places
	}
	path := func(dirs ...string) {
		list := ""
		for _, d := range dirs {
			list += filepath.Join(root, d) + string(os.PathListSeparator)
		}
		t.Setenv("PATH", list)
	}

	path("bare/bin", "usr/bin")
	assert.Equal(t, at("clients/thing-python3.11/bin/python", "usr/bin/python3"), With(t.Context(), "thing", "thing"))
	assert.Equal(t, at("usr/bin/python3"), With(t.Context(), "thing", "thing", "other"))
	assert.Equal(t, at("usr/bin/python3"), With(t.Context(), "", "thing"))
	assert.Empty(t, With(t.Context(), "thing", "nothing"))
	path("sharing/bin")
	assert.Equal(t, at("sharing/bin/python"), With(t.Context(), "", "thing"))
}
