package result

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios/failure"
)

// Answers is what one variant of a stack is recorded as doing with a scenario, by version.
type Answers struct {
	Stack, Variant string
	Versions       []Answer // in the order of the record, which is ascending
}

// Answer is what one version did.
type Answer struct {
	Version string
	Outcome clients.Outcome
	Class   failure.Class // of a rejection; empty if it is not known
}

// AnswersTo reads from a record, as written by [WriteRecord], what every stack did with a scenario in its first variant
// that verifies: "default", or else the first one that is recorded. Stacks that did not run it are left out.
func AnswersTo(record fs.FS, scenario string) ([]Answers, error) {
	files, err := fs.Glob(record, "*"+recordSuffix)
	if err != nil {
		return nil, err
	}
	var list []Answers
	for _, name := range files {
		data, err := fs.ReadFile(record, name)
		if err != nil {
			return nil, err
		}
		a, err := answersTo(data, scenario)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		a.Stack = strings.TrimSuffix(name, recordSuffix)
		if len(a.Versions) > 0 {
			list = append(list, a)
		}
	}
	return list, nil
}

func answersTo(data []byte, scenario string) (Answers, error) {
	var infos []clients.Info
	var a Answers
	order := map[string]int{}
	client, wanted := []byte(recordClient+"\t"), []byte(scenario+"\t")
	for line := range bytes.Lines(data) {
		if !bytes.HasPrefix(line, client) && !bytes.HasPrefix(line, wanted) {
			continue // most lines are about other scenarios
		}
		fields := strings.Split(strings.TrimRight(string(line), "\r\n"), "\t")
		switch {
		case fields[0] == recordClient && len(fields) == 5:
			infos = append(infos, clients.Info{Version: fields[1], Variant: fields[2]})
			if a.Variant == "" || fields[2] == defaultVariant {
				a.Variant = fields[2]
			}
			order[fields[1]] = len(infos)
		case len(fields) != 6:
			return Answers{}, fmt.Errorf("scenario %s: a line has %d fields: want 6", scenario, len(fields))
		default:
			members, err := readMembers(infos, fields[4])
			if err != nil {
				return Answers{}, err
			}
			outcome := clients.Outcome(fields[1])
			class := failure.Class(strings.TrimPrefix(fields[3], alertPrefix))
			for _, c := range members {
				if c.Variant == a.Variant && (outcome == clients.Accepted || outcome == clients.Rejected) {
					a.Versions = append(a.Versions, Answer{c.Version, outcome, class})
				}
			}
		}
	}
	slices.SortFunc(a.Versions, func(x, y Answer) int { return order[x.Version] - order[y.Version] })
	return a, nil
}

// defaultVariant is the name of the variant with a stack's default settings.
const defaultVariant = "default"
