package messages

// The marks of Dovecot are the names of its login processes, as in docker-mailserver/docker-mailserver 4343 and
// N0ury/ImapNote2 21.
var dovecotSource = Source{
	Name:    "dovecot",
	Verbose: "verbose_ssl = yes",
	Service: "imap",
	Voices: []Voice{{
		Marks: []string{
			"imap-login: ", "pop3-login: ", "managesieve-login: ", "submission-login: ",
			"TLS handshaking: SSL_accept() ",
		},
		Server: true,
	}},
	Switches: Switches{
		Weak: []string{"ssl_min_protocol = TLSv1"},
	},
}
