package environment

import (
	"fmt"
	"os"
	"path/filepath"
)

// Home returns the directory to make environments in, and to look for them in: what [Variable] says, or else
// tlslab/clients in the user's cache directory.
func Home() (string, error) {
	if dir := os.Getenv(Variable); dir != "" {
		return filepath.Abs(dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("looking for a place for client environments (%s names one): %w", Variable, err)
	}
	return filepath.Join(cache, "tlslab", "clients"), nil
}

// Dir returns the directory that environments are looked for in, and whether it can be used. The lab runs programs from
// it. The one that [Variable] names is taken as it is. The one in the cache directory is left alone if it belongs to another user,
// or if others can write to it; on Windows owners and permissions are not checked.
func Dir() (string, bool) {
	dir, err := Home()
	if err != nil {
		return "", false
	}
	info, err := os.Stat(dir)
	return dir, err == nil && info.IsDir() && (os.Getenv(Variable) != "" || trusted(info))
}
