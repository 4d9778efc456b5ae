package image

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/containerd/platforms"
	mounttype "github.com/moby/moby/api/types/mount"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

type mount = mounttype.Mount

// usageError is an error about a value of [Options].
type usageError struct{ error }

// Is makes it match [ErrUsage].
func (usageError) Is(target error) bool { return target == ErrUsage }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// environment returns the values of --env. A name without a value has that of this process, and is left out if it has
// none.
func environment(list []string) ([]string, error) {
	var env []string
	for _, entry := range list {
		name, _, valued := strings.Cut(entry, "=")
		if name == "" {
			return nil, usage("--env %q: want NAME=VALUE, or NAME for the value that it has here", entry)
		}
		if !valued {
			value, ok := os.LookupEnv(name)
			if !ok {
				continue
			}
			entry = name + "=" + value
		}
		env = append(env, entry)
	}
	return env, nil
}

// parsePlatform returns the platform of --platform, or nil if it is empty.
func parsePlatform(text string) (*ocispec.Platform, error) {
	if text == "" {
		return nil, nil
	}
	p, err := platforms.Parse(text)
	if err != nil || p.OS != "linux" {
		return nil, usage("--platform %q: want linux with an architecture, for example linux/arm64", text)
	}
	return &p, nil
}

// mountWords is what a value of --mount may say.
const mountWords = "type=bind|volume|tmpfs, source=PATH or src=PATH, target=PATH or dst=PATH, readonly"

// parseMount parses a value of --mount, in the form of docker run: type=bind,source=/data,target=/data,readonly.
func parseMount(text string) (mount, error) {
	wrong := func(why string) (mount, error) {
		return mount{}, usage("--mount %q: %s: want %s", text, why, mountWords)
	}
	fields, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		return wrong(err.Error())
	}
	m := mount{Type: mounttype.TypeVolume}
	for _, field := range fields {
		key, value, valued := strings.Cut(field, "=")
		switch key = strings.ToLower(key); key {
		case "type":
			m.Type = mounttype.Type(strings.ToLower(value))
		case "source", "src":
			m.Source = value
		case "target", "dst", "destination":
			m.Target = value
		case "readonly", "ro":
			m.ReadOnly = !valued || value == "true" || value == "1"
		default:
			return wrong(fmt.Sprintf("it has %q", key))
		}
	}
	switch m.Type {
	case mounttype.TypeBind:
		if m.Source == "" {
			return wrong("it has no source")
		}
		if m.Source, err = filepath.Abs(m.Source); err != nil {
			return wrong(err.Error())
		}
	case mounttype.TypeVolume, mounttype.TypeTmpfs:
	default:
		return wrong(fmt.Sprintf("the type is %q", m.Type))
	}
	if !strings.HasPrefix(m.Target, "/") {
		return wrong("the target is not absolute")
	}
	return m, nil
}
