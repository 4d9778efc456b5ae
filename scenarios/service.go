package scenarios

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// Service is the protocol that a scenario's server speaks over TLS, with the implementation that speaks it.
type Service string

const (
	// HTTPS is HTTP/1.1 over the lab's own TLS server, or HTTP/2 for clients that offer nothing else in ALPN.
	HTTPS Service = "https"
	// MongoDB is MongoDB's wire protocol over the lab's own TLS server. Every scenario of the catalogue is
	// also served with it: see [Behind].
	MongoDB Service = "mongodb"
	// Mongod is a MongoDB server in a container, with MongoDB's own TLS implementation.
	Mongod Service = "mongod"
)

// serviceFacts describes a service.
type serviceFacts struct {
	service  Service
	protocol Service // what clients must speak; empty means the service itself
	prefix   string  // of the IDs of its scenarios
	// distance, if not zero, means that the service repeats the whole catalogue, with port offsets that are higher
	// by this number. Zero means that the service has the families that are declared for it.
	distance int
	// known returns the known deviations of the service's clients that do not depend on the scenario's subject. It
	// may be nil.
	known func(*Scenario) []Known
}

// services are the services, the one of [All] first.
var services = []serviceFacts{
	{service: HTTPS},
	{service: MongoDB, prefix: "mongo-", distance: 1000, known: alwaysRefusing},
	{service: Mongod, protocol: MongoDB, prefix: "mongod-", known: alwaysRefusing},
}

// facts returns a service's description, or the zero value if the service does not exist.
func (s Service) facts() serviceFacts {
	if i := slices.IndexFunc(services, func(f serviceFacts) bool { return f.service == s }); i >= 0 {
		return services[i]
	}
	return serviceFacts{}
}

// Services returns the services, the one of [All] first.
func Services() []Service {
	var list []Service
	for _, f := range services {
		list = append(list, f.service)
	}
	return list
}

// Protocol returns the service that clients must speak: MongoDB for both MongoDB and Mongod.
func (s Service) Protocol() Service { return cmp.Or(s.facts().protocol, s) }

// Prefix returns the prefix of the IDs of its scenarios, such as "mongo-". It is empty for [HTTPS].
func (s Service) Prefix() string { return s.facts().prefix }

// Base returns the ID of a scenario without the prefix of its service.
func Base(id string) string {
	for _, f := range services {
		if rest, ok := strings.CutPrefix(id, f.prefix); ok && f.prefix != "" {
			return rest
		}
	}
	return id
}

// Original returns the ID of the scenario of [All] that s repeats with another service, or else the ID of s.
func (s *Scenario) Original() string {
	if f := s.Service.facts(); f.distance != 0 {
		return strings.TrimPrefix(s.ID, f.prefix)
	}
	return s.ID
}

// all is the catalogue as it was declared.
var all = declared(HTTPS)

// behind has the scenarios of each service, which are made on first use.
var behind = func() map[Service]func() []*Scenario {
	lists := map[Service]func() []*Scenario{HTTPS: func() []*Scenario { return all }}
	for _, f := range services[1:] {
		if f.distance != 0 {
			lists[f.service] = sync.OnceValue(f.again)
		} else {
			lists[f.service] = sync.OnceValue(func() []*Scenario { return declared(f.service) })
		}
	}
	return lists
}()

// Behind returns the scenarios that are served with a service, in the order of the catalogue. Mongod has the family
// [MongoDBServer]. MongoDB repeats the whole catalogue: expired becomes mongo-expired, with the control mongo-good and
// a port offset that is a thousand higher. Apart from that, only the service differs. The caller must not change the
// scenarios.
func Behind(service Service) []*Scenario {
	if list, ok := behind[service]; ok {
		return slices.Clone(list())
	}
	return nil
}

// again returns a copy of the catalogue for a service.
func (f serviceFacts) again() []*Scenario {
	list := make([]*Scenario, len(all))
	for i, s := range all {
		twin := *s
		twin.ID = f.prefix + s.ID
		twin.Service = f.service
		twin.Port += f.distance
		if f.known != nil {
			twin.Known = slices.Concat(s.Known, f.known(s))
		}
		if s.Control != "" {
			twin.Control = f.prefix + s.Control
		}
		list[i] = &twin
	}
	return list
}

// lookUpBehind finds a scenario of a service other than HTTPS.
func lookUpBehind(id string) (*Scenario, bool) {
	for _, f := range services[1:] {
		if strings.HasPrefix(id, f.prefix) {
			return find(behind[f.service](), id)
		}
	}
	return nil, false
}

func find(list []*Scenario, id string) (*Scenario, bool) {
	i := slices.IndexFunc(list, func(s *Scenario) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return list[i], true
}
