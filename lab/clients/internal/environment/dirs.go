package environment

import (
	"fmt"
	"os"
	"path/filepath"
)

// Home returns the directory in which environments are made and looked up: the value of [Variable], or else
// tlslab/clients in the user's cache directory.
func Home() (string, error) {
	if dir := os.Getenv(Variable); dir != "" {
		return filepath.Abs(dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the directory of client environments (or set %s): %w", Variable, err)
	}
	return filepath.Join(cache, "tlslab", "clients"), nil
}

// Dir returns the directory in which environments are looked up, and whether it can be used. The lab runs
// programs from it. A directory named by [Variable] is always used. The one in the cache directory is ignored
// if it belongs to another user or if others can write to it; on Windows, owners and permissions are not
// checked.
func Dir() (string, bool) {
	dir, err := Home()
	if err != nil {
		return "", false
	}
	info, err := os.Stat(dir)
	return dir, err == nil && info.IsDir() && (os.Getenv(Variable) != "" || trusted(info))
}
