// Package ports lists the ports at which services are usually found: IANA's registry, and for Kafka, which has none
// there, what its documentation uses with TLS.
package ports

// The ports. At those of SMTP, MySQL and Postgres TLS begins after a few words in plain text.
const (
	SMTP     = 25
	HTTPS    = 443
	LDAPS    = 636
	MySQL    = 3306
	Postgres = 5432
	Redis    = 6379
	Kafka    = 9093
	MongoDB  = 27017
)
