// Package ports lists the usual ports of services. They are from IANA's registry, except Kafka's, which is from the
// examples for TLS in its documentation.
package ports

// The ports. With SMTP, MySQL and Postgres, TLS begins after a short exchange in plaintext.
const (
	FTP        = 21
	SMTP       = 25
	HTTPS      = 443
	LDAPS      = 636
	IMAPS      = 993
	POP3S      = 995
	OpenVPN    = 1194
	SQLServer  = 1433
	RADIUS     = 1812
	MySQL      = 3306
	RDP        = 3389
	XMPP       = 5222
	XMPPServer = 5269
	Postgres   = 5432
	Redis      = 6379
	Kafka      = 9093
	MongoDB    = 27017
)
