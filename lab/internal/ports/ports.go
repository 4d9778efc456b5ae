// Package ports lists the usual ports of services. They are from IANA's registry, except Kafka's, which is from the
// examples for TLS in its documentation.
package ports

// The ports. With FTP, SMTP, Submission, POP3, NNTP, IMAP, LDAP, MySQL, Sieve, XMPP and Postgres, TLS begins after a
// short exchange in plaintext.
const (
	FTP        = 21
	SMTP       = 25
	POP3       = 110
	NNTP       = 119
	IMAP       = 143
	LDAP       = 389
	HTTPS      = 443
	SMTPS      = 465
	NNTPS      = 563
	Submission = 587
	LDAPS      = 636
	DoT        = 853 // DNS over TLS
	FTPS       = 990
	IMAPS      = 993
	POP3S      = 995
	OpenVPN    = 1194
	SQLServer  = 1433
	RADIUS     = 1812
	MySQL      = 3306
	RDP        = 3389
	Sieve      = 4190
	XMPP       = 5222
	XMPPServer = 5269
	Postgres   = 5432
	AMQPS      = 5671
	Redis      = 6379
	MQTTS      = 8883
	Kafka      = 9093
	MongoDB    = 27017
)
