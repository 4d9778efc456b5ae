package postgres

import (
	"encoding/binary"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// maxMessage limits a client's message, in bytes.
const maxMessage = 1 << 20

// idleTime is how long a client may be silent in a session. Drivers keep connections for later.
const idleTime = 10 * time.Minute

// serverVersion is the version of PostgreSQL that the server claims to be.
const serverVersion = "17.0"

// parameters are what a server reports at the start of a session, and drivers rely on.
var parameters = []pgproto3.ParameterStatus{
	{Name: "server_version", Value: serverVersion},
	{Name: "server_encoding", Value: "UTF8"},
	{Name: "client_encoding", Value: "UTF8"},
	{Name: "DateStyle", Value: "ISO, MDY"},
	{Name: "IntervalStyle", Value: "postgres"},
	{Name: "TimeZone", Value: "UTC"},
	{Name: "integer_datetimes", Value: "on"},
	{Name: "standard_conforming_strings", Value: "on"},
	{Name: "in_hot_standby", Value: "off"},
	{Name: "default_transaction_read_only", Value: "off"},
}

// session is a client's session, from its startup message on.
type session struct {
	*pgproto3.Backend
	conn     net.Conn
	answered bool   // the client has sent something since the session is ready
	status   byte   // of the transaction, as in ReadyForQuery
	failed   bool   // messages are skipped until the next Sync
	parsed   string // the statement that was parsed last
	bound    []int16
}

func newSession(conn net.Conn) *session {
	b := pgproto3.NewBackend(conn, conn)
	b.SetMaxBodyLen(maxMessage)
	return &session{Backend: b, conn: conn, status: 'I'}
}

// host returns the client's address, without the port.
func (s *session) host() string {
	host, _, _ := net.SplitHostPort(s.conn.RemoteAddr().String())
	return host
}

// startup reads the startup message.
func (s *session) startup() (*pgproto3.StartupMessage, error) {
	m, err := s.ReceiveStartupMessage()
	if err != nil {
		return nil, err
	}
	startup, ok := m.(*pgproto3.StartupMessage)
	if !ok {
		return nil, misuse("a %T in the place of a startup message", m)
	}
	return startup, nil
}

// serve serves a client until it leaves. It returns nil if the client got an answer, or ended the session by itself.
func (s *session) serve() error {
	if _, err := s.startup(); err != nil {
		return err
	}
	s.Send(&pgproto3.AuthenticationOk{})
	for _, p := range parameters {
		s.Send(&p)
	}
	s.Send(&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: 1})
	if err := s.ready(); err != nil {
		return err
	}
	for {
		s.conn.SetDeadline(time.Now().Add(idleTime))
		m, err := s.Receive()
		switch {
		case err != nil && s.answered:
			return nil // it left without a Terminate, as many clients do
		case err != nil:
			return err
		}
		s.answered = true
		if _, ended := m.(*pgproto3.Terminate); ended {
			return nil
		}
		if err := s.answer(m); err != nil {
			return err
		}
	}
}

// ready says that the next query can come.
func (s *session) ready() error {
	s.Send(&pgproto3.ReadyForQuery{TxStatus: s.status})
	return s.Flush()
}

// answer answers one message.
func (s *session) answer(m pgproto3.FrontendMessage) error {
	if _, sync := m.(*pgproto3.Sync); s.failed && !sync {
		return nil
	}
	switch m := m.(type) {
	case *pgproto3.Query:
		s.query(m.String)
		return s.ready()
	case *pgproto3.Parse:
		s.parsed = m.Query
		s.Send(&pgproto3.ParseComplete{})
	case *pgproto3.Bind:
		s.bound = m.ResultFormatCodes
		s.Send(&pgproto3.BindComplete{})
	case *pgproto3.Describe:
		s.describe(m.ObjectType == 'S')
	case *pgproto3.Execute:
		s.execute(s.parsed, true, s.binary())
	case *pgproto3.Close:
		s.Send(&pgproto3.CloseComplete{})
	case *pgproto3.Flush:
		return s.Flush()
	case *pgproto3.Sync:
		s.failed = false
		return s.ready()
	default:
		s.failed = true
		s.Send(&pgproto3.ErrorResponse{Severity: "ERROR", SeverityUnlocalized: "ERROR",
			Code: "0A000", Message: "the lab's server does not do this"}) // feature_not_supported
		return s.Flush()
	}
	return nil
}

// query runs the statements of a simple query.
func (s *session) query(sql string) {
	ran := false
	for statement := range strings.SplitSeq(sql, ";") {
		if strings.TrimSpace(statement) != "" {
			ran = true
			s.execute(statement, false, false)
		}
	}
	if !ran {
		s.Send(&pgproto3.EmptyQueryResponse{})
	}
}

// returnsRows are the first words of statements that return rows.
var returnsRows = map[string]bool{
	"SELECT": true, "VALUES": true, "SHOW": true, "WITH": true, "TABLE": true, "EXPLAIN": true,
}

// states are the states of the transaction after statements that begin or end one.
var states = map[string]byte{"BEGIN": 'T', "START": 'T', "COMMIT": 'I', "END": 'I', "ROLLBACK": 'I', "ABORT": 'I'}

// execute runs a statement. If the client was told what the rows look like, that is not said again.
func (s *session) execute(statement string, described, binary bool) {
	word := firstWord(statement)
	if state := states[word]; state != 0 {
		s.status = state
	}
	switch {
	case word == "":
		s.Send(&pgproto3.EmptyQueryResponse{})
	case returnsRows[word]:
		if !described {
			s.Send(columns(binary))
		}
		s.Send(&pgproto3.DataRow{Values: [][]byte{one(binary)}})
		s.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
	default:
		s.Send(&pgproto3.CommandComplete{CommandTag: []byte(word)})
	}
}

// describe says what the parsed statement returns. Of a statement it also says what parameters it has.
func (s *session) describe(statement bool) {
	if statement {
		s.Send(&pgproto3.ParameterDescription{})
	}
	if returnsRows[firstWord(s.parsed)] {
		s.Send(columns(!statement && s.binary()))
	} else {
		s.Send(&pgproto3.NoData{})
	}
}

// binary reports whether the client wants the result of the bound statement in binary.
func (s *session) binary() bool { return len(s.bound) > 0 && s.bound[0] == pgproto3.BinaryFormat }

func firstWord(statement string) string {
	words := strings.Fields(statement)
	if len(words) == 0 {
		return ""
	}
	return strings.ToUpper(strings.TrimRight(words[0], ";"))
}

// columns describes the only column: an int4, without a name, as in "SELECT 1".
func columns(binary bool) *pgproto3.RowDescription {
	const int4, size = 23, 4
	field := pgproto3.FieldDescription{
		Name: []byte("?column?"), DataTypeOID: int4, DataTypeSize: size, TypeModifier: -1, Format: pgproto3.TextFormat,
	}
	if binary {
		field.Format = pgproto3.BinaryFormat
	}
	return &pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{field}}
}

// one returns the number 1.
func one(isBinary bool) []byte {
	if isBinary {
		return binary.BigEndian.AppendUint32(nil, 1)
	}
	return []byte("1")
}
