package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/wire"
)

// MatrixSchema is the version of the form that [Run.WriteTables] writes. [Read] reads both this form and that of
// [Schema].
const MatrixSchema = 4

// stored is a run in the form of [MatrixSchema]. Variants of a client mostly say the same and look the same to the
// server, and a hello takes two kilobytes. So each distinct text, view and hello is written once, in a table, and cells
// refer to it by its index.
type stored struct {
	Run
	Scenarios []storedScenario   `json:"scenarios"`
	Texts     []string           `json:"texts"`   // for message, code and server_log of a cell
	Reasons   []lang.Reason      `json:"reasons"` // for why and disagreement of a cell; older files use texts for these
	Seen      []view             `json:"seen"`    // for seen of a connection
	Hellos    []wire.ClientHello `json:"hellos"`  // for hello of a view
}

// storedScenario is a scenario whose cells refer to the run's tables.
type storedScenario struct {
	Scenario
	Cells []storedCell `json:"cells,omitempty"`
}

// storedCell is a cell that refers to the run's tables. Its fields replace the fields of the same name in [Cell].
type storedCell struct {
	Cell
	Message      *int             `json:"message,omitempty"`
	Code         *int             `json:"code,omitempty"`
	Why          *int             `json:"why,omitempty"`
	Disagreement *int             `json:"disagreement,omitempty"`
	ServerLog    []int            `json:"server_log,omitempty"`
	Control      *clients.Outcome `json:"control,omitempty"` // nil means accepted, the most common outcome
	Observed     []connection     `json:"observed"`
}

// connection is what differs between connections even if the client does the same again.
type connection struct {
	After         *time.Duration `json:"after_ns,omitempty"` // from the start of the run to its start
	Duration      time.Duration  `json:"duration_ns"`
	BytesReceived int64          `json:"received"`
	BytesSent     int64          `json:"sent"`
	Seen          int            `json:"seen"`
}

// view is the rest of an observation. The fields of type *never are always nil. They keep the observation's fields,
// which are in [connection], out of the JSON.
type view struct {
	serve.Observation
	Hello         *int   `json:"hello,omitempty"`
	Start         *never `json:"start,omitempty"`
	Duration      *never `json:"duration_ns,omitempty"`
	BytesReceived *never `json:"bytes_received,omitempty"`
	BytesSent     *never `json:"bytes_sent,omitempty"`
}

// never is the type of fields that are always absent.
type never struct{}

// WriteTables writes a run as JSON in which each distinct message, view and hello occurs once. For a matrix of a
// hundred clients, this is a tenth of the size of the output of [WriteJSON], and another third smaller if it is not
// indented.
func (r *Run) WriteTables(w io.Writer, indented bool) error {
	s, err := store(r)
	if err != nil {
		return err
	}
	if indented {
		return WriteJSON(w, s)
	}
	return writeJSON(w, s, "")
}

// The older versions of both forms, which are read but no longer written. In them, fix was called remedy.
const (
	formerSchema       = 1
	formerMatrixSchema = 2
	lastRemedy         = formerMatrixSchema
)

// decode reads a run in either form.
func decode(data []byte) (*Run, error) {
	var head struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, err
	}
	if head.Schema <= lastRemedy { // this cannot match within a string, where quotes are escaped
		data = bytes.ReplaceAll(data, []byte(`"remedy":`), []byte(`"fix":`))
	}
	switch head.Schema {
	case Schema, formerSchema:
		r := new(Run)
		if err := json.Unmarshal(data, r); err != nil {
			return nil, err
		}
		r.Schema = Schema
		visible.Clean(reflect.ValueOf(r))
		return r, nil
	case MatrixSchema, formerMatrixSchema:
		s := new(stored)
		if err := json.Unmarshal(data, s); err != nil {
			return nil, err
		}
		visible.Clean(reflect.ValueOf(s))
		return s.restore()
	}
	return nil, fmt.Errorf("its schema is %d, but this tlslab reads %d to %d", head.Schema, formerSchema, MatrixSchema)
}

// store converts a run to the form of its JSON.
func store(r *Run) (*stored, error) {
	s := &stored{Run: *r, Texts: []string{}, Reasons: []lang.Reason{}, Seen: []view{}, Hellos: []wire.ClientHello{}}
	t := &tables{
		stored: s,
		texts:  map[string]int{}, reasons: map[string]int{}, seen: map[string]int{}, hellos: map[string]int{},
	}
	s.Schema, s.Run.Scenarios = MatrixSchema, nil
	s.Scenarios = make([]storedScenario, len(r.Scenarios))
	for i, scenario := range r.Scenarios {
		out := storedScenario{Scenario: scenario}
		out.Scenario.Cells = nil
		for _, c := range scenario.Cells {
			cell, err := t.cell(c)
			if err != nil {
				return nil, err
			}
			out.Cells = append(out.Cells, cell)
		}
		s.Scenarios[i] = out
	}
	return s, nil
}

// tables is the tables of a run, with the index of each entry.
type tables struct {
	*stored
	texts, reasons, seen, hellos map[string]int
}

func (t *tables) cell(c Cell) (storedCell, error) {
	out := storedCell{Cell: c, Message: t.text(c.Message), Code: t.text(c.Code), Observed: []connection{}}
	out.Why, out.Disagreement = t.reason(c.Why), t.reason(c.Disagreement)
	if c.Control != clients.Accepted {
		out.Control = &c.Control
	}
	for _, line := range c.ServerLog {
		out.ServerLog = append(out.ServerLog, enter(t.texts, &t.Texts, line, line))
	}
	for _, o := range c.Observed {
		n, err := t.view(o)
		if err != nil {
			return out, err
		}
		c := connection{nil, o.Duration, o.BytesReceived, o.BytesSent, n}
		if !o.Start.IsZero() {
			c.After = new(o.Start.Sub(t.Started))
		}
		out.Observed = append(out.Observed, c)
	}
	return out, nil
}

// reason returns the index of a reason, or nil for none.
func (t *tables) reason(r lang.Reason) *int {
	if r.IsZero() {
		return nil
	}
	return new(enter(t.reasons, &t.Reasons, r.Text+"\n"+r.Code, r))
}

// text returns the index of a text, or nil for none.
func (t *tables) text(s string) *int {
	if s == "" {
		return nil
	}
	return new(enter(t.texts, &t.Texts, s, s))
}

func (t *tables) view(o serve.Observation) (int, error) {
	out := view{Observation: o}
	if o.Hello != nil {
		key, err := json.Marshal(o.Hello)
		if err != nil {
			return 0, err
		}
		out.Hello = new(enter(t.hellos, &t.Hellos, string(key), *o.Hello))
	}
	key, err := json.Marshal(out)
	if err != nil {
		return 0, err
	}
	return enter(t.seen, &t.Seen, string(key), out), nil
}

// enter returns the index of a value in a table. It adds the value if it is new.
func enter[T any](places map[string]int, table *[]T, key string, value T) int {
	at, known := places[key]
	if !known {
		at = len(*table)
		places[key] = at
		*table = append(*table, value)
	}
	return at
}

// errPlace is the error for an index that a table does not have.
var errPlace = errors.New("it refers to entries that its tables texts, seen and hellos do not have: " +
	"the file was cut off or changed, write it again with tlslab matrix --json=FILE")

// at returns the entry of a table at an index.
func at[T any](table []T, place int) (T, error) {
	if place < 0 || place >= len(table) {
		var none T
		return none, errPlace
	}
	return table[place], nil
}

// restore converts the form of JSON back to a run.
func (s *stored) restore() (*Run, error) {
	r := &s.Run
	r.Schema = Schema
	for _, scenario := range s.Scenarios {
		for _, c := range scenario.Cells {
			cell, err := s.cell(c)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", scenario.ID, c.Client, err)
			}
			scenario.Scenario.Cells = append(scenario.Scenario.Cells, cell)
		}
		r.Scenarios = append(r.Scenarios, scenario.Scenario)
	}
	return r, nil
}

// reason returns the reason at an index.
func (s *stored) reason(place int) (lang.Reason, error) {
	if s.Reasons != nil {
		return at(s.Reasons, place)
	}
	text, err := at(s.Texts, place)
	return lang.Plain(text), err
}

func (s *stored) cell(c storedCell) (Cell, error) {
	out := c.Cell
	out.Control = clients.Accepted
	if c.Control != nil {
		out.Control = *c.Control
	}
	for _, text := range []struct {
		place *int
		into  *string
	}{{c.Message, &out.Message}, {c.Code, &out.Code}} {
		if text.place == nil {
			continue
		}
		var err error
		if *text.into, err = at(s.Texts, *text.place); err != nil {
			return out, err
		}
	}
	for _, reason := range []struct {
		place *int
		into  *lang.Reason
	}{{c.Why, &out.Why}, {c.Disagreement, &out.Disagreement}} {
		if reason.place == nil {
			continue
		}
		var err error
		if *reason.into, err = s.reason(*reason.place); err != nil {
			return out, err
		}
	}
	for _, place := range c.ServerLog {
		line, err := at(s.Texts, place)
		if err != nil {
			return out, err
		}
		out.ServerLog = append(out.ServerLog, line)
	}
	for _, c := range c.Observed {
		o, err := s.observation(c)
		if err != nil {
			return out, err
		}
		out.Observed = append(out.Observed, o)
	}
	return out, nil
}

func (s *stored) observation(c connection) (serve.Observation, error) {
	seen, err := at(s.Seen, c.Seen)
	if err != nil {
		return serve.Observation{}, err
	}
	o := seen.Observation
	o.Duration, o.BytesReceived, o.BytesSent = c.Duration, c.BytesReceived, c.BytesSent
	if c.After != nil {
		o.Start = s.Started.Add(*c.After)
	}
	if seen.Hello == nil {
		return o, nil
	}
	hello, err := at(s.Hellos, *seen.Hello)
	o.Hello = &hello
	return o, err
}
