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

// serviceFacts is what the catalogue knows of a service.
type serviceFacts struct {
	service  Service
	protocol Service // what a client has to speak; empty means the service itself
	prefix   string  // begins the IDs of its scenarios
	// distance, if not zero, says that the whole catalogue is there again with the service: it is the
	// distance between the port offset of a scenario and that of the same one with the service. Zero means
	// that it has the families that are declared for it.
	distance int
	// known is what is known of its clients whatever a scenario is about; nil if there is nothing.
	known func(*Scenario) []Known
}

// services are the services, the one of [All] first.
var services = []serviceFacts{
	{service: HTTPS},
	{service: MongoDB, prefix: "mongo-", distance: 1000, known: alwaysRefusing},
	{service: Mongod, protocol: MongoDB, prefix: "mongod-", known: alwaysRefusing},
}

// facts returns what is known of a service; nothing of one that does not exist.
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

// Protocol returns the service that a client has to speak: MongoDB for both of MongoDB's.
func (s Service) Protocol() Service { return cmp.Or(s.facts().protocol, s) }

// Prefix returns what begins the IDs of its scenarios, "mongo-"; empty for [HTTPS].
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

// Original returns the ID of the scenario of [All] that s is again with another service; its own if it is none.
func (s *Scenario) Original() string {
	if f := s.Service.facts(); f.distance != 0 {
		return strings.TrimPrefix(s.ID, f.prefix)
	}
	return s.ID
}

// all is the catalogue as it was declared.
var all = declared(HTTPS)

// behind are the scenarios of each service, made when they are first asked for.
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

// Behind returns the scenarios that are served with a service, in the order of the catalogue.
// Those of Mongod are the family [MongoDBServer]. Those of MongoDB are the catalogue again: expired is mongo-expired
// there, its control mongo-good, its port offset a thousand higher, and nothing else differs but the service. The
// caller must not change them.
func Behind(service Service) []*Scenario {
	if list, ok := behind[service]; ok {
		return slices.Clone(list())
	}
	return nil
}

// again makes the catalogue once more, for a service.
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
