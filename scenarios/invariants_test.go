package scenarios_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// at is the time that expected results are minted for.
var at = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func TestInvariants(t *testing.T) {
	ids, ports := map[string]bool{}, map[int]string{}
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, s := range declared() {
		t.Run(s.ID, func(t *testing.T) {
			if !kebab.MatchString(s.ID) {
				t.Errorf("ID %q is not in kebab-case", s.ID)
			}
			if ids[s.ID] {
				t.Errorf("ID is declared twice")
			}
			ids[s.ID] = true
			if other, taken := ports[s.Port]; taken {
				t.Errorf("port offset %d is also used by %s", s.Port, other)
			}
			ports[s.Port] = s.ID
			if s.Port%100 == 0 {
				t.Errorf("port offset %d: the first port of each family is reserved for the lab", s.Port)
			}
			for name, text := range map[string]string{
				"title": s.Title, "story.what": s.Story.What, "story.where": s.Story.Where, "story.see": s.Story.See,
				"fix": s.Fix,
			} {
				if strings.TrimSpace(text) == "" || strings.Contains(text, "\n") {
					t.Errorf("%s: want one line, have %q", name, text)
				}
			}
			if len(s.Sources) == 0 {
				t.Error("it has no source")
			}
			checkExpectation(t, s)
			checkControl(t, s)
			if _, ok := scenarios.Lookup(s.Instead); s.Instead != "" && !ok {
				t.Errorf("scenario %q, to be shown instead, does not exist", s.Instead)
			}
			for _, k := range s.Known {
				if k.Stack == "" && k.Library == "" && k.Versions == "" || k.Why == "" {
					t.Errorf("known %+v: want a stack or a library, and a reason", k)
				}
				for _, c := range k.Failures {
					if _, ok := failure.Lookup(c); !ok {
						t.Errorf("known: class %q does not exist", c)
					}
				}
			}
		})
	}
}

func checkExpectation(t *testing.T, s *scenarios.Scenario) {
	e := s.Expect
	for _, c := range e.Failures {
		if _, ok := failure.Lookup(c); !ok {
			t.Errorf("failure class %q does not exist", c)
		}
	}
	if (e.Level == scenarios.Should) != (e.Feature != "") && e.Verdict != scenarios.Either {
		t.Errorf("expectation %+v: should names a feature, and must names none", e)
	}
	if e.Verdict != scenarios.Accept && len(e.Failures) == 0 {
		t.Errorf("expectation %+v: names no failure class", e)
	}
}

func checkControl(t *testing.T, s *scenarios.Scenario) {
	if s.Family == scenarios.Baseline || s.Family == scenarios.MongoDBServer && s.Control == "" {
		if s.Control != "" || len(s.Defect) > 0 {
			t.Errorf("a baseline scenario must have no control and no defect; this one has %q, %q", s.Control,
				s.Defect)
		}
		if s.Family != scenarios.Baseline && !reflect.DeepEqual(s.Expect,
			scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must}) {
			t.Errorf("a scenario without a control must be one that is accepted, this one is %+v", s.Expect)
		}
		return
	}
	c, ok := scenarios.Lookup(s.Control)
	if !ok {
		t.Fatalf("control %q is not in the catalogue", s.Control)
	}
	if c.Expect.Verdict != scenarios.Accept || c.Expect.Level != scenarios.Must {
		t.Errorf("control %s is not one that every client must accept", c.ID)
	}
}

// declared returns every declared scenario of any service, without what services repeat of the catalogue.
func declared() []*scenarios.Scenario { return scenarios.Declared() }

// TestDefect checks that every scenario differs from its control in its declared defect only.
func TestDefect(t *testing.T) {
	m := minter()
	for _, s := range declared() {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range scenarios.Differences(s, mint(t, m, s), mint(t, m, scenarios.ControlOf(s))) {
				got = append(got, d.String())
			}
			want := slices.Sorted(slices.Values(s.Defect))
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("it differs from %s in %q, but declares %q", s.Control, got, want)
			}
		})
	}
}

func mint(t testing.TB, m *pki.Minter, s *scenarios.Scenario) *pki.Chain {
	c, err := m.Mint(s.ID, s.Recipe)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// minter mints the expected results. RSA keys are slow to generate, so the tests share one Minter; TestAlone
// checks that this makes no difference.
var minter = sync.OnceValue(func() *pki.Minter {
	m, err := pki.New(fixed)
	if err != nil {
		panic(err) // only if the constants above are wrong
	}
	return m
})

// fixed is the configuration of the expected results.
var fixed = pki.Config{Seed: "tlslab golden", At: at}

func newMinter(t testing.TB) *pki.Minter {
	m, err := pki.New(fixed)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
