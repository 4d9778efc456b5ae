package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/internal/ports"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
	"example.com/tlslab/lab/services/postgres"
	"example.com/tlslab/lab/services/raw"
	"example.com/tlslab/lab/services/smtp"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
	"example.com/tlslab/scenarios/near"
)

// Each command has a struct of its options. Options that several commands share are groups here, which the structs
// embed: a group's add method adds its flags to a command, and its other methods check their values.

func addJSON(cmd *cobra.Command, json *bool) {
	cmd.Flags().BoolVar(json, "json", false, "print results as JSON")
}

// own is the scenarios of the user's own that a command is given.
type own struct {
	paths     []string // files and directories
	catalogue *scenarios.Catalogue
}

func (o *own) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&o.paths, "scenarios", nil, "`FILE` with scenarios of your own, or a directory of such "+
		"files; repeatable: they take the place of the catalogue; tlslab show ID --yaml prints an example")
	cmd.MarkFlagFilename("scenarios", "yaml", "yml")
}

// read reads the files, if there are any.
func (o *own) read(ctx context.Context) error {
	if len(o.paths) == 0 {
		return nil
	}
	c, err := bounded.Until(ctx, func() (*scenarios.Catalogue, error) { return file.Read(o.paths...) })
	if err != nil {
		return usageError{err}
	}
	o.catalogue = c
	return nil
}

// selection is which scenarios a command is about.
type selection struct {
	own
	families, services []string

	serviceFlag *pflag.Flag
}

func (s *selection) add(cmd *cobra.Command) {
	s.own.add(cmd)
	flag := cmd.Flags()
	flag.StringSliceVar(&s.families, "family", nil, "only these families")
	completeFlag(cmd, "family", familyNames())
	flag.StringSliceVar(&s.services, "service", []string{string(scenarios.HTTPS)}, "protocol over TLS if no ID is "+
		"given: https; mongodb, postgres, smtp, raw for the whole catalogue as mongo-ID, pg-ID, smtp-ID, raw-ID; "+
		"mongod for the family mongodb, in containers")
	completeFlag(cmd, "service", serviceNames())
	s.serviceFlag = flag.Lookup("service")
}

func familyNames() []string {
	var names []string
	for _, family := range scenarios.Families() {
		names = append(names, string(family))
	}
	return names
}

func serviceNames() []string {
	var names []string
	for _, service := range scenarios.Services() {
		names = append(names, string(service))
	}
	return names
}

// named returns the scenarios with these IDs, of the user's own or of the built-in catalogue.
func (o *own) named(ids []string) ([]*scenarios.Scenario, error) {
	var list []*scenarios.Scenario
	for _, id := range ids {
		s, ok := o.catalogue.Lookup(id)
		if !ok {
			return nil, usageError{fmt.Errorf("there is no scenario %q%s: tlslab list shows them all",
				id, near.Hint(id, o.catalogue.IDs()...))}
		}
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list, nil
}

// selected returns the named scenarios, or else those of the user's own and their controls, or else those of the
// services. If families are given, it returns only those in one of them.
func (s *selection) selected(ctx context.Context, ids []string) ([]*scenarios.Scenario, error) {
	if err := s.own.read(ctx); err != nil {
		return nil, err
	}
	list, err := s.named(ids)
	if err != nil {
		return nil, err
	}
	if err := oneOf("there is no family", familyNames(), s.families...); err != nil {
		return nil, err
	}
	if err := oneOf("there is no service", serviceNames(), s.services...); err != nil {
		return nil, err
	}
	switch {
	case len(ids) > 0:
	case s.catalogue != nil:
		list = s.ofOwn()
	default:
		list = s.served()
	}
	if len(s.families) > 0 {
		list = slices.DeleteFunc(list, func(of *scenarios.Scenario) bool {
			return !slices.Contains(s.families, string(of.Family))
		})
	}
	if len(list) == 0 {
		if len(ids) == 0 {
			return nil, usageError{fmt.Errorf("no scenario of %s is of the families %q and the services %q",
				strings.Join(s.paths, ", "), s.families, s.services)}
		}
		return nil, usageError{fmt.Errorf("no scenario is both among %q and of the families %q", ids, s.families)}
	}
	return list, nil
}

// ofOwn returns the scenarios of the user's own and their controls: all of them, unless services are given.
func (s *selection) ofOwn() []*scenarios.Scenario {
	return slices.DeleteFunc(s.catalogue.All(), func(of *scenarios.Scenario) bool {
		return s.serviceFlag.Changed && !slices.Contains(s.services, string(of.Service))
	})
}

// served returns the scenarios of the services; the whole catalogue if no services are given.
func (s *selection) served() []*scenarios.Scenario {
	services := slices.Clone(s.services)
	mongod := string(scenarios.Mongod) // the only service that has the family mongodb
	if slices.Contains(s.families, string(scenarios.MongoDBServer)) && !slices.Contains(services, mongod) {
		services = append(services, mongod)
	}
	if slices.Contains(s.families, string(scenarios.Plaintext)) && !s.serviceFlag.Changed {
		services = serviceNames() // several have this family, and https does not
	}
	var list []*scenarios.Scenario
	if len(s.services) == 0 {
		list = scenarios.All()
	}
	for _, service := range services {
		list = append(list, scenarios.Behind(scenarios.Service(service))...)
	}
	return list
}

// oneOf checks that all words are known. If one is not, the error begins with says.
func oneOf(says string, known []string, words ...string) error {
	for _, word := range words {
		if !slices.Contains(known, word) {
			return usageError{fmt.Errorf("%s %q%s: want one of %s",
				says, word, near.Hint(word, known), strings.Join(known, ", "))}
		}
	}
	return nil
}

// completeIDs completes scenario IDs in the shell: those of the files that the command is given come first.
func completeIDs(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	if paths, err := cmd.Flags().GetStringArray("scenarios"); err == nil && len(paths) > 0 {
		if c, err := file.Read(paths...); err == nil {
			for _, s := range c.All() {
				ids = append(ids, s.ID+"\t"+s.Title)
			}
		}
	}
	for _, service := range scenarios.Services() {
		for _, s := range scenarios.Behind(service) {
			ids = append(ids, s.ID+"\t"+s.Title)
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// speaking returns the protocols that clients need for the scenarios.
func speaking(list []*scenarios.Scenario) []string {
	var names []string
	for _, s := range list {
		if name := string(s.Service.Protocol()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// minting is what decides the bytes of certificates and keys.
type minting struct {
	seed     string
	seedFile string
	at       time.Time
	anyTime  bool
}

func (m *minting) add(cmd *cobra.Command) {
	flag := cmd.Flags()
	flag.Var((*seed)(&m.seed), "seed", "text that decides keys and serial numbers (default: random, and printed)")
	flag.StringVar(&m.seedFile, "seed-file", "", "file with the seed, shared by several commands: "+
		"created with a random seed if it does not exist; TLSLAB_SEED overrides it")
	cmd.MarkFlagFilename("seed-file")
	flag.Var((*instant)(&m.at), "at", "time to mint certificates for, as 2026-11-22 or 2026-11-22T00:00:00Z "+
		"(default: midnight UTC today)")
	flag.BoolVar(&m.anyTime, "any-time", false, "continue even if certificates minted for --at are not valid now")
	cmd.MarkFlagsMutuallyExclusive("seed", "seed-file")
}

// config returns the configuration of a lab with this seed and time and the services.
func (m *minting) config(c *console, services ...serve.Service) (lab.Config, error) {
	seed := m.seed
	if m.seedFile != "" {
		var err error
		if seed, err = seedOf(m.seedFile); err != nil {
			return lab.Config{}, err
		}
	}
	return lab.Config{Seed: seed, At: m.at, AnyTime: m.anyTime, Services: services, Trouble: c.troubles()}, nil
}

// database is which MongoDB serves mongo-ID and mongod-ID. The zero value is the default.
type database struct {
	address string
	image   string
	owner   int
}

func (d *database) add(cmd *cobra.Command) {
	flag := cmd.Flags()
	flag.StringVar(&d.address, "mongo-address", "", "HOST:PORT of a MongoDB without TLS to use for mongo-ID "+
		"(default: a database in this process)")
	d.addImage(cmd)
}

// addImage adds the options about containers.
func (d *database) addImage(cmd *cobra.Command) {
	flag := cmd.Flags()
	flag.StringVar(&d.image, "mongo-image", "", "image for mongod-ID, MongoDB 4.2 or later "+
		"(default: "+mongo.ImageVariable+", or "+mongo.DefaultImage+")")
	flag.IntVar(&d.owner, "mongo-owner", 0, "ID of the user that runs mongod in that image; only it can read the key "+
		"(default: 999, as in MongoDB's own images)")
}

// check says what is wrong with the values.
func (d *database) check() error {
	if d.address != "" {
		if _, _, err := net.SplitHostPort(d.address); err != nil {
			return usageError{fmt.Errorf("--mongo-address %q: want HOST:PORT, for example localhost:%d",
				d.address, ports.MongoDB)}
		}
	}
	if d.owner < 0 {
		return usageError{fmt.Errorf("--mongo-owner %d: want a user ID, for example 999", d.owner)}
	}
	return nil
}

// services returns the services besides https. They start when they are first used. At most that many containers run at
// once, or any number if containers is zero.
func (d *database) services(c *console, containers int) []serve.Service {
	behind := mongodb.Embedded()
	if d.address != "" {
		behind = mongodb.At(d.address)
	}
	return []serve.Service{behind, raw.Service(), postgres.Service(), smtp.Service(), mongo.Containers(mongo.ContainerOptions{
		Image: d.image, Owner: d.owner, AtOnce: containers,
		Notice: func(what string) { fmt.Fprintf(c.stderr, "tlslab: %s\n", what) },
	})}
}

// place is where a lab writes its files, and where it listens.
type place struct{ dir, bind string }

// add adds the flags. files says what the directory will contain.
func (p *place) add(cmd *cobra.Command, files string) {
	cmd.Flags().StringVar(&p.dir, "dir", "", "directory for "+files+" (default: a temporary one)")
	cmd.Flags().StringVar(&p.bind, "bind", "", "address to listen on (default: loopback)")
}

// check says what is wrong with the address, and warns if it is not loopback.
func (p *place) check(c *console) error {
	if p.bind == "" {
		return nil
	}
	a, err := netip.ParseAddr(p.bind)
	if err != nil {
		return usageError{fmt.Errorf("--bind %q: want an IP address, for example 127.0.0.1 or 0.0.0.0", p.bind)}
	}
	if !a.IsLoopback() {
		fmt.Fprintf(c.stderr, "tlslab: listening on %s: every machine that can reach this address can connect to "+
			"servers that are broken on purpose; their keys are as public as the seed\n", p.bind)
	}
	return nil
}

// basePort is the port to which scenarios' offsets are added.
type basePort int

func (p *basePort) add(cmd *cobra.Command, usage string) {
	cmd.Flags().IntVar((*int)(p), "base-port", lab.DefaultBasePort, usage)
}

// usualBasePort is the usage of the flag.
const usualBasePort = "port to which scenarios' offsets are added; 0 for free ports"

// check checks that all ports of the catalogue are valid.
func (p basePort) check() error {
	if p < 0 || p > 65535-lab.Ports {
		return usageError{fmt.Errorf("--base-port %d: want 0 for free ports, or up to %d, so that the catalogue's "+
			"offsets fit above it", p, 65535-lab.Ports)}
	}
	return nil
}

// pace is how the user's command is run: how many copies at once, and for how long.
type pace struct {
	parallel int
	timeout  time.Duration
}

func (p *pace) add(cmd *cobra.Command, timeout string) {
	cmd.Flags().IntVar(&p.parallel, "parallel", runtime.NumCPU(), "number of copies of CMD that run at the same time "+
		"(default: one per processor)")
	cmd.Flags().Lookup("parallel").DefValue = "0" // so that the published help does not show this machine's number
	cmd.Flags().DurationVar(&p.timeout, "timeout", 10*time.Second, timeout)
}

func (p *pace) check() error {
	if err := positive(p.timeout); err != nil {
		return err
	}
	if p.parallel < 1 {
		return usageError{fmt.Errorf("--parallel %d: want at least 1", p.parallel)}
	}
	return nil
}

// positive checks that a --timeout is more than zero.
func positive(timeout time.Duration) error {
	if timeout <= 0 {
		return usageError{fmt.Errorf("--timeout %s: it must be positive, for example 10s", timeout)}
	}
	return nil
}

// part is which part of a run a command runs.
type part struct {
	text  string
	shard result.Shard
}

func (p *part) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.text, "shard", "", "run only a part of the cells, `K/N`: part K of N; tlslab merge puts "+
		"the parts' --json together")
}

// check reads the flag.
func (p *part) check() (err error) {
	if p.text == "" {
		return nil
	}
	if p.shard, err = result.ParseShard(p.text); err != nil {
		return usageError{fmt.Errorf("--shard: %w", err)}
	}
	return nil
}
