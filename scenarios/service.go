package scenarios

import (
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

// Protocol returns the service whose protocol a client must speak: MongoDB for both MongoDB and Mongod.
func (s Service) Protocol() Service {
	if s == Mongod {
		return MongoDB
	}
	return s
}

// mongoPrefix starts the ID of a scenario that is served with MongoDB.
const mongoPrefix = "mongo-"

// mongoPort is the difference between the port offsets of a scenario and its MongoDB twin.
const mongoPort = 1000

// Services returns all services, starting with the service of [All].
func Services() []Service { return []Service{HTTPS, MongoDB, Mongod} }

// Behind returns the scenarios of a service in catalogue order. Mongod's are the family [MongoDBServer].
// MongoDB's are twins of the whole catalogue: expired becomes mongo-expired, its control mongo-good, and its
// port offset is 1,000 higher. Nothing else differs. The caller must not change the scenarios.
func Behind(service Service) []*Scenario {
	switch service {
	case MongoDB:
		return slices.Clone(behindMongoDB())
	case Mongod:
		return slices.Clone(mongods)
	case HTTPS:
		return All()
	}
	return nil
}

// behindMongoDB makes the catalogue's MongoDB twins on first use.
var behindMongoDB = sync.OnceValue(func() []*Scenario {
	list := make([]*Scenario, len(all))
	for i, s := range all {
		twin := *s
		twin.ID = mongoPrefix + s.ID
		twin.Service = MongoDB
		twin.Port += mongoPort
		twin.Known = slices.Concat(s.Known, alwaysRefusing(s))
		if s.Control != "" {
			twin.Control = mongoPrefix + s.Control
		}
		list[i] = &twin
	}
	return list
})

// lookUpBehind finds a scenario of a service other than HTTPS.
func lookUpBehind(id string) (*Scenario, bool) {
	if strings.HasPrefix(id, mongoPrefix) {
		return find(behindMongoDB(), id)
	}
	return find(mongods, id)
}

func find(list []*Scenario, id string) (*Scenario, bool) {
	i := slices.IndexFunc(list, func(s *Scenario) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return list[i], true
}
