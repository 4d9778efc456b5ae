package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/internal/near"
	"example.com/tlslab/lab/internal/ports"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// flags are the values of the command line's flags, and where output goes.
type flags struct {
	stdout, stderr io.Writer

	lang     lang.Tag // of prose for people
	json     bool
	seed     string
	seedFile string
	at       time.Time
	anyTime  bool
	dir      string
	bind     string
	basePort int
	uiPort   int
	noUI     bool
	clients  []string
	families []string
	service  []string

	mongoAddress string
	mongoImage   string
	mongoOwner   int
	containers   int // that may run at once; zero is any number
	timeout      time.Duration
	parallel     int
}

// language is the flag of the language.
type language struct{ *lang.Tag }

// Set implements pflag.Value.
func (l language) Set(tag string) error {
	parsed, err := lang.Parse(tag)
	if err == nil {
		*l.Tag = parsed
	}
	return err
}

// Type implements pflag.Value: it stands in the help.
func (language) Type() string { return "LANG" }

// String implements pflag.Value. The language that the environment asks for is not shown as the default,
// so that the help is the same everywhere.
func (language) String() string { return "" }

// addLanguage adds the flag that chooses the language of prose, for a command and all below it.
func (f *flags) addLanguage(c *cobra.Command) {
	f.lang = lang.FromEnvironment()
	c.PersistentFlags().Var(language{&f.lang}, "lang", "language of what is written for people to read: en or zh-CN (default: what LC_ALL, LC_MESSAGES or LANG says); JSON and other files, and this help, are in English")
	c.RegisterFlagCompletionFunc("lang", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var list []string
		for _, l := range lang.All() {
			list = append(list, string(l)+"\t"+l.Name())
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	})
}

func (f *flags) addJSON(c *cobra.Command) {
	c.Flags().BoolVar(&f.json, "json", false, "print results as JSON")
}

func (f *flags) addFamily(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.families, "family", nil, "only these families")
	c.RegisterFlagCompletionFunc("family", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return familyNames(), cobra.ShellCompDirectiveNoFileComp
	})
}

func familyNames() []string {
	var names []string
	for _, family := range scenarios.Families() {
		names = append(names, string(family))
	}
	return names
}

// addService adds the flag that chooses what talks behind TLS where no ID does.
func (f *flags) addService(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.service, "service", []string{string(scenarios.HTTPS)}, "what talks behind TLS where no ID is named: https, mongodb for the whole catalogue as mongo-ID, mongod for the family mongodb, in containers")
	c.RegisterFlagCompletionFunc("service", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return serviceNames(), cobra.ShellCompDirectiveNoFileComp
	})
}

func serviceNames() []string {
	var names []string
	for _, service := range scenarios.Services() {
		names = append(names, string(service))
	}
	return names
}

// services returns what scenarios are served with besides https. They start when they are used.
func (f *flags) services() []serve.Service {
	database := mongo.Embedded()
	if f.mongoAddress != "" {
		database = mongo.At(f.mongoAddress)
	}
	return []serve.Service{database, mongo.Containers(mongo.ContainerOptions{
		Image: f.mongoImage, Owner: f.mongoOwner, AtOnce: f.containers,
		Notice: func(what string) { fmt.Fprintf(f.stderr, "tlslab: %s\n", what) },
	})}
}

// addMongo adds the flags that say what database there is behind mongo-ID, and what mongod-ID is.
func (f *flags) addMongo(c *cobra.Command) {
	c.Flags().StringVar(&f.mongoAddress, "mongo-address", "", "HOST:PORT of a MongoDB without TLS to put behind mongo-ID (default: a database in this process)")
	c.Flags().StringVar(&f.mongoImage, "mongo-image", "", "image for mongod-ID, MongoDB 4.2 or later (default: "+mongo.ImageVariable+", or "+mongo.DefaultImage+")")
	c.Flags().IntVar(&f.mongoOwner, "mongo-owner", 0, "ID of the user as which that image runs mongod, and who alone may read its key (default: 999, as in MongoDB's own)")
}

// addParallel adds the flag that says how many clients run at the same time.
func (f *flags) addParallel(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.parallel, "parallel", runtime.NumCPU(), "how many copies of CMD run at the same time (default: one a processor)")
	cmd.Flags().Lookup("parallel").DefValue = "0" // not this machine's number, in help that is published
}

// speaking returns what the clients of the scenarios have to speak.
func speaking(list []*scenarios.Scenario) []string {
	var names []string
	for _, s := range list {
		if name := string(s.Service.Protocol()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// addMinting adds the flags that decide what is minted.
func (f *flags) addMinting(c *cobra.Command) {
	c.Flags().Var((*seed)(&f.seed), "seed", "text that decides keys and serial numbers (default: a fresh one, which is printed)")
	c.Flags().StringVar(&f.seedFile, "seed-file", "", "file that holds the seed, for commands that have to agree on one: written with a fresh seed if it is not there; TLSLAB_SEED takes its place")
	c.MarkFlagFilename("seed-file")
	c.Flags().Var((*instant)(&f.at), "at", "time that certificates are minted for, as 2026-11-22 or 2026-11-22T00:00:00Z (default: midnight UTC of today)")
	c.Flags().BoolVar(&f.anyTime, "any-time", false, "go on though certificates minted for --at are not valid now")
}

// config returns the lab's configuration that the flags ask for.
func (f *flags) config() (lab.Config, error) {
	if f.basePort < 0 || f.basePort > 65535-lab.Ports {
		return lab.Config{}, usageError{fmt.Errorf("--base-port %d: want 0 for free ports, or up to %d, so that the catalogue's offsets fit above it", f.basePort, 65535-lab.Ports)}
	}
	if f.mongoAddress != "" {
		if _, _, err := net.SplitHostPort(f.mongoAddress); err != nil {
			return lab.Config{}, usageError{fmt.Errorf("--mongo-address %q: want HOST:PORT, for example localhost:%d", f.mongoAddress, ports.MongoDB)}
		}
	}
	if f.mongoOwner < 0 {
		return lab.Config{}, usageError{fmt.Errorf("--mongo-owner %d: want a user ID, for example 999", f.mongoOwner)}
	}
	if f.bind != "" {
		a, err := netip.ParseAddr(f.bind)
		if err != nil {
			return lab.Config{}, usageError{fmt.Errorf("--bind %q: want an IP address, for example 127.0.0.1 or 0.0.0.0", f.bind)}
		}
		if !a.IsLoopback() {
			fmt.Fprintf(f.stderr, "tlslab: listening on %s: whoever can reach this address can connect to servers that are broken on purpose; their keys are as public as the seed\n", f.bind)
		}
	}
	seed := f.seed
	switch {
	case f.seedFile != "" && f.seed != "":
		return lab.Config{}, usageError{errors.New("both --seed and --seed-file: give one of the two")}
	case f.seedFile != "":
		var err error
		if seed, err = seedOf(f.seedFile); err != nil {
			return lab.Config{}, err
		}
	}
	return lab.Config{Seed: seed, At: f.at, AnyTime: f.anyTime, Dir: f.dir, Bind: f.bind, Services: f.services(), Trouble: f.troubles()}, nil
}

// maxTroubles bounds how many different failures of the lab itself are written to standard error.
const maxTroubles = 16

// troubles returns a function that writes failures of the lab itself to standard error, each kind once.
func (f *flags) troubles() func(error) {
	var mu sync.Mutex
	said := map[string]bool{}
	return func(err error) {
		kind := err.Error()
		if errors.Is(err, trouble.ErrOutOfFiles) {
			kind = trouble.ErrOutOfFiles.Error() // wherever that was
		}
		mu.Lock()
		defer mu.Unlock()
		if said[kind] || len(said) == maxTroubles {
			return
		}
		said[kind] = true
		fmt.Fprintf(f.stderr, "tlslab: %s\n%s", visible.Text(err.Error()), trouble.Details(err))
	}
}

// terminal returns where results go, as wide as it is and colored if it is a terminal.
func (f *flags) terminal() report.Terminal {
	t := report.Terminal{W: f.stdout, Locale: f.lang}
	if r, ok := f.stdout.(*results); ok && r.file != nil && term.IsTerminal(int(r.file.Fd())) {
		t.Color = os.Getenv("NO_COLOR") == "" // no-color.org
		t.Width, _, _ = term.GetSize(int(r.file.Fd()))
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		t.Width = columns
	}
	return t
}

// selected returns the scenarios that were named; those of the families if some are given;
// all if neither.
func (f *flags) selected(ids []string) ([]*scenarios.Scenario, error) {
	var list []*scenarios.Scenario
	for _, id := range ids {
		s, ok := scenarios.Lookup(id)
		if !ok {
			return nil, usageError{fmt.Errorf("there is no scenario %q%s: tlslab list shows all", id, near.Hint(id, scenarios.IDs()...))}
		}
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	known := scenarios.Families()
	for _, family := range f.families {
		if !slices.Contains(known, scenarios.Family(family)) {
			return nil, usageError{fmt.Errorf("there is no family %q%s: want one of %v", family, near.Hint(family, familyNames()), known)}
		}
	}
	for _, name := range f.service {
		service := scenarios.Service(name)
		if !slices.Contains(scenarios.Services(), service) {
			return nil, usageError{fmt.Errorf("there is no service %q%s: want one of %v", name, near.Hint(name, serviceNames()), scenarios.Services())}
		}
		if len(ids) == 0 {
			list = append(list, scenarios.Behind(service)...)
		}
	}
	if len(ids) == 0 && len(f.service) == 0 {
		list = scenarios.All()
	}
	mongod := string(scenarios.Mongod)
	if len(ids) == 0 && slices.Contains(f.families, string(scenarios.MongoDBServer)) && !slices.Contains(f.service, mongod) {
		list = append(list, scenarios.Behind(scenarios.Mongod)...) // the family is there with no other
	}
	list = slices.DeleteFunc(list, func(s *scenarios.Scenario) bool {
		return len(f.families) > 0 && !slices.Contains(f.families, string(s.Family))
	})
	if len(list) == 0 {
		return nil, usageError{fmt.Errorf("no scenario is both among %q and of the families %q", ids, f.families)}
	}
	return list, nil
}

// completeIDs completes scenario IDs in the shell.
func completeIDs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	for _, service := range scenarios.Services() {
		for _, s := range scenarios.Behind(service) {
			ids = append(ids, s.ID+"\t"+s.Title)
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// counted says how many scenarios there are.
func counted(n int) string {
	if n == 1 {
		return "1 scenario"
	}
	return fmt.Sprintf("%d scenarios", n)
}
