package mongo

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// SetName is the name of the lab's replica sets, for the option replicaSet of a driver's URI.
const SetName = "tlslab"

// MemberFiles are a member's files.
type MemberFiles struct {
	// Key is its key, its certificate and the intermediates, in PEM (tlsCertificateKeyFile).
	Key []byte
	// CA is what it trusts, in PEM (tlsCAFile).
	CA []byte
}

// SetOptions say how to start a replica set.
type SetOptions struct {
	// ID names the containers: ID-1, ID-2 and so on.
	ID string
	// Members has the files of each member. The first becomes the primary.
	Members []MemberFiles
	// Cluster makes the members authenticate to each other by certificate (clusterAuthMode x509), which also
	// requires clients to authenticate.
	Cluster bool
	// User is the subject of the certificate of a client that may do everything, as in RFC 2253. It is needed
	// if Cluster is set.
	User string
}

// ReplicaSet is a replica set of real mongods, one container for each member. All of them use the host's
// network, so that members and clients reach each member at the same address.
type ReplicaSet struct {
	options SetOptions
	owner   int
	service *containers
	members []*member
}

// member is one member of a replica set.
type member struct {
	*mongod
	admin *driver.Client // connects to this member only, and verifies nothing
}

// State is how one member of a replica set sees another.
type State struct {
	State   string // "PRIMARY", "SECONDARY", "(not reachable/healthy)"
	Healthy bool   // it answers heartbeats
	Message string // why it does not, in mongod's words
	// Heard is when it last answered a heartbeat or failed to. It is zero for the member that is asked.
	Heard time.Time
}

// StartReplicaSet starts a replica set, and returns when one member is the primary and all others are
// secondaries. The caller must close it. It needs Linux, or Docker Desktop with host networking, and MongoDB's own
// image: if something is missing, the error wraps [errors.ErrUnsupported].
func StartReplicaSet(ctx context.Context, o ContainerOptions, set SetOptions) (r *ReplicaSet, err error) {
	c := newContainers(o)
	r = &ReplicaSet{options: set, owner: c.options.Owner, service: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
			r = nil
		}
	}()
	d, err := c.connect(ctx)
	if err != nil {
		return r, err
	}
	if d.image.standIn {
		return r, unsupported("a replica set needs MongoDB's own image, not the lab's stand-in: "+
			"name one with --mongo-image or %s, for example %s", ImageVariable, DefaultImage)
	}
	started := make([]*member, len(set.Members))
	var group errgroup.Group
	for i, files := range set.Members {
		group.Go(func() (err error) {
			started[i], err = r.start(ctx, d, i, files)
			return err
		})
	}
	err = group.Wait()
	r.members = slices.DeleteFunc(started, func(m *member) bool { return m == nil })
	if err != nil {
		return r, err
	}
	return r, r.initiate(ctx)
}

// start starts a member.
func (r *ReplicaSet) start(ctx context.Context, d *docker, i int, files MemberFiles) (*member, error) {
	s := &scenarios.Scenario{ID: fmt.Sprintf("%s-%d", r.options.ID, i+1)}
	more := []string{"--replSet", SetName}
	if r.options.Cluster {
		more = append(more, "--clusterAuthMode", "x509")
	}
	m, err := r.service.runs(ctx, d, start{scenario: s, files: r.files(files), onHost: true, more: more})
	if err != nil {
		return nil, err
	}
	made := &member{mongod: m}
	made.admin, err = r.connect(m.addr, nil)
	if err != nil {
		return nil, errors.Join(err, m.remove())
	}
	return made, nil
}

func (r *ReplicaSet) files(f MemberFiles) []file {
	return []file{{fileKey, f.Key, r.owner}, {fileCA, f.CA, r.owner}}
}

// adminTime limits each command to a member.
const adminTime = 30 * time.Second

// connect returns a driver's client for one member.
func (r *ReplicaSet) connect(addr string, user *options.Credential) (*driver.Client, error) {
	o := options.Client().ApplyURI("mongodb://" + addr + "/?directConnection=true").
		SetTLSConfig(&tls.Config{InsecureSkipVerify: true}).
		SetServerSelectionTimeout(adminTime).SetTimeout(adminTime)
	if user != nil {
		o.SetAuth(*user)
	}
	return driver.Connect(o)
}

// Addresses returns the members' addresses, as they stand in the set's configuration: localhost:PORT.
func (r *ReplicaSet) Addresses() []string {
	var list []string
	for _, m := range r.members {
		_, port, _ := net.SplitHostPort(m.addr)
		list = append(list, net.JoinHostPort("localhost", port))
	}
	return list
}

// initiate makes a set of the members, the first of which becomes the primary.
func (r *ReplicaSet) initiate(ctx context.Context) error {
	var members bson.A
	for i, addr := range r.Addresses() {
		priority := 0 // never the primary
		if i == 0 {
			priority = 1
		}
		members = append(members, bson.D{{Key: "_id", Value: i}, {Key: "host", Value: addr},
			{Key: "priority", Value: priority}})
	}
	config := bson.D{{Key: "_id", Value: SetName}, {Key: "members", Value: members}}
	if err := r.run(ctx, 0, bson.D{{Key: "replSetInitiate", Value: config}}, nil); err != nil {
		return fmt.Errorf("making the replica set %s: %w", r.options.ID, err)
	}
	if err := r.until(ctx, "the first member becomes the primary", func() (bool, error) {
		var hello struct {
			Writable bool `bson:"isWritablePrimary"`
		}
		err := r.run(ctx, 0, bson.D{{Key: "hello", Value: 1}}, &hello)
		if err == nil && !hello.Writable {
			// Otherwise it waits ten seconds for another member. It fails until the configuration is in force.
			err = r.run(ctx, 0, bson.D{{Key: "replSetStepUp", Value: 1}}, nil)
		}
		return hello.Writable, err
	}); err != nil {
		return err
	}
	if err := r.users(ctx); err != nil {
		return err
	}
	return r.Await(ctx, "all members are well", func(views [][]State) bool {
		return !slices.ContainsFunc(views, func(view []State) bool {
			return view[0].State != "PRIMARY" ||
				slices.ContainsFunc(view[1:], func(s State) bool { return s.State != "SECONDARY" || !s.Healthy })
		})
	})
}

// users creates the users of a set with authentication, and logs in. The localhost exception allows creating the first.
func (r *ReplicaSet) users(ctx context.Context) error {
	if !r.options.Cluster {
		return nil
	}
	root := bson.A{bson.D{{Key: "role", Value: "root"}, {Key: "db", Value: "admin"}}}
	create := bson.D{{Key: "createUser", Value: "tlslab"}, {Key: "pwd", Value: pki.Passphrase}, {Key: "roles", Value: root}}
	if err := r.run(ctx, 0, create, nil); err != nil {
		return fmt.Errorf("making a user of the replica set %s: %w", r.options.ID, err)
	}
	for _, m := range r.members {
		admin, err := r.connect(m.addr, &options.Credential{Username: "tlslab", Password: pki.Passphrase})
		if err != nil {
			return err
		}
		m.disconnect()
		m.admin = admin
	}
	create = bson.D{{Key: "createUser", Value: r.options.User}, {Key: "roles", Value: root}}
	err := r.members[0].admin.Database("$external").RunCommand(ctx, create).Err()
	if err != nil {
		return fmt.Errorf("making the user %s of the replica set %s: %w", r.options.User, r.options.ID, err)
	}
	return nil
}

// run runs a command on a member, and decodes the answer into out if that is not nil.
func (r *ReplicaSet) run(ctx context.Context, i int, command bson.D, out any) error {
	answer := r.members[i].admin.Database("admin").RunCommand(ctx, command)
	if out == nil {
		return answer.Err()
	}
	return answer.Decode(out)
}

// Replace gives a member other files and makes it use them for new connections (rotateCertificates). If mongod
// refuses them, it goes on with the old ones: see [Refused].
func (r *ReplicaSet) Replace(ctx context.Context, i int, files MemberFiles) error {
	m := r.members[i]
	if err := m.docker.copy(ctx, m.container.GetContainerID(), r.files(files)); err != nil {
		return err
	}
	return r.run(ctx, i, bson.D{{Key: "rotateCertificates", Value: 1}}, nil)
}

// invalidSSLConfiguration is the code of mongod's error about certificates that it cannot use (error_codes.yml).
const invalidSSLConfiguration = 140

// Refused reports whether an error of [ReplicaSet.Replace] is mongod's own about the files.
func Refused(err error) bool {
	var refusal driver.CommandError
	return errors.As(err, &refusal) && refusal.Code == invalidSSLConfiguration
}

// Reconnect closes the connections between members, which makes new ones with the members' present files.
// Without it, a member whose certificate has expired goes unnoticed until a connection breaks.
func (r *ReplicaSet) Reconnect(ctx context.Context) error {
	for i := range r.members {
		others := slices.Delete(r.Addresses(), i, i+1)
		r.members[i].log.restart()
		if err := r.run(ctx, i, bson.D{{Key: "dropConnections", Value: 1}, {Key: "hostAndPort", Value: others}},
			nil); err != nil {
			return fmt.Errorf("closing the connections of member %d: %w", i+1, err)
		}
	}
	return nil
}

// States returns how a member sees all members.
func (r *ReplicaSet) States(ctx context.Context, i int) ([]State, error) {
	var status struct {
		Members []struct {
			Health  float64   `bson:"health"`
			State   string    `bson:"stateStr"`
			Message string    `bson:"lastHeartbeatMessage"`
			Heard   time.Time `bson:"lastHeartbeat"`
		} `bson:"members"`
	}
	if err := r.run(ctx, i, bson.D{{Key: "replSetGetStatus", Value: 1}}, &status); err != nil {
		return nil, fmt.Errorf("asking member %d for its view of the replica set: %w", i+1, err)
	}
	var list []State
	for _, m := range status.Members {
		list = append(list, State{State: m.State, Healthy: m.Health == 1, Message: m.Message, Heard: m.Heard})
	}
	return list, nil
}

const (
	settleTime = time.Minute            // until a set is as it should be
	askAgain   = 100 * time.Millisecond // between two questions
)

// Await waits until a condition holds for how each member sees all members.
func (r *ReplicaSet) Await(ctx context.Context, what string, holds func(views [][]State) bool) error {
	return r.until(ctx, what, func() (bool, error) {
		var views [][]State
		for i := range r.members {
			view, err := r.States(ctx, i)
			if err != nil {
				return false, err
			}
			views = append(views, view)
		}
		if holds(views) {
			return true, nil
		}
		return false, errors.New(describe(views))
	})
}

// until asks until the answer is yes. The error of the last answer says how far the set has come.
func (r *ReplicaSet) until(ctx context.Context, what string, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	ticker := time.NewTicker(askAgain)
	defer ticker.Stop()
	for {
		yes, err := holds()
		if yes {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("replica set %s: it did not happen within %s that %s", r.options.ID, settleTime,
				what), err, context.Cause(ctx))
		}
	}
}

// describe returns how members see each other, a line for each.
func describe(views [][]State) string {
	var b strings.Builder
	for i, view := range views {
		fmt.Fprintf(&b, "member %d sees", i+1)
		for _, s := range view {
			b.WriteString(" " + strings.TrimSpace(s.State+" "+s.Message) + ";")
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

// Log returns what a member has logged about TLS since [ReplicaSet.Reconnect].
func (r *ReplicaSet) Log(ctx context.Context, i int) []string { return r.members[i].log.tls(ctx, 0) }

// URL returns the URI of the set, or of one member if the index is not negative.
func (r *ReplicaSet) URL(i int) string {
	hosts, query := strings.Join(r.Addresses(), ","), "replicaSet="+SetName
	if i >= 0 {
		hosts, query = r.Addresses()[i], "retryWrites=false" // a secondary takes no writes, however often
	}
	if r.options.Cluster {
		query += "&authMechanism=MONGODB-X509"
	}
	return "mongodb://" + hosts + "/?tls=true&" + query
}

func (m *member) disconnect() {
	ctx, cancel := context.WithTimeout(context.Background(), pingTime)
	defer cancel()
	m.admin.Disconnect(ctx) // the member is removed in any case
}

// Close removes all members.
func (r *ReplicaSet) Close() error {
	var err error
	for _, m := range r.members {
		m.disconnect()
		err = errors.Join(err, m.remove())
	}
	r.members = nil
	return errors.Join(err, r.service.close())
}
