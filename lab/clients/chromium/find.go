package chromium

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
)

// names are the program's names on PATH, the free browser first.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// find lists the browsers on PATH and those in the usual places of installers, without duplicates.
func find(context.Context) ([]clients.Place, error) {
	var paths []string
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			paths = append(paths, path)
		}
	}
	for _, path := range usual(runtime.GOOS, os.Getenv) {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			paths = append(paths, path)
		}
	}
	var places []clients.Place
	seen := make(map[string]bool) // by the file that the place resolves to
	for _, path := range paths {
		if file, err := filepath.EvalSymlinks(path); err == nil && !seen[file] {
			seen[file] = true
			places = append(places, clients.Place{Path: path})
		}
	}
	if len(places) == 0 {
		return nil, lang.Because("not-on-path", "chromium or google-chrome")
	}
	return places, nil
}

// usual lists where a system's installers put browsers that are not on PATH.
func usual(system string, env func(string) string) []string {
	var paths []string
	switch system {
	case "darwin":
		for _, dir := range []string{"/Applications", filepath.Join(env("HOME"), "Applications")} {
			for _, name := range []string{"Chromium", "Google Chrome"} {
				paths = append(paths, filepath.Join(dir, name+".app", "Contents", "MacOS", name))
			}
		}
	case "windows":
		for _, name := range []string{"LOCALAPPDATA", "ProgramFiles", "ProgramFiles(x86)"} {
			if dir := env(name); dir != "" {
				for _, product := range []string{"Chromium", filepath.Join("Google", "Chrome")} {
					paths = append(paths, filepath.Join(dir, product, "Application", "chrome.exe"))
				}
			}
		}
	}
	return paths
}
