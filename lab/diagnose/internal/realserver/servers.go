package realserver

// all declares the servers.
var all = []Server{
	{
		Name: "openssl-s_server", Programs: []string{"openssl"}, STARTTLS: "none",
		Command: []string{"{{.Program}}", "s_server", "-accept", "127.0.0.1:{{.Port}}", "-www", "-quiet",
			"-cert", "{{.Leaf}}", "-key", "{{.Key}}", "{{if .Rest}}-cert_chain{{end}}", "{{.Rest}}"},
	},
	{
		Name: "nginx", Programs: []string{"nginx"}, STARTTLS: "none",
		Command: []string{"{{.Program}}", "-p", "{{.Dir}}", "-e", "stderr", "-c", "{{.Config}}"},
		Config: `daemon off; master_process off; pid {{.Dir}}/pid; error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path {{.Dir}}/body; proxy_temp_path {{.Dir}}/proxy; fastcgi_temp_path {{.Dir}}/fastcgi;
  uwsgi_temp_path {{.Dir}}/uwsgi; scgi_temp_path {{.Dir}}/scgi;
  server {
    listen 127.0.0.1:{{.Port}}{{if not .Plain}} ssl{{end}} {{.Listen}};
    {{if not .Plain}}ssl_certificate {{.Chain}}; ssl_certificate_key {{.Key}};{{end}}
    {{.Extra}}
    location / { return 200 "ok"; }
  }
}
`,
	},
	{
		Name: "apache", Programs: []string{"apache2", "httpd"}, STARTTLS: "none",
		Command: []string{"{{.Program}}", "-D", "FOREGROUND", "-f", "{{.Config}}"},
		Config: `ServerRoot {{.Dir}}
ServerName localhost
PidFile {{.Dir}}/pid
Mutex file:{{.Dir}}
ErrorLog {{.Dir}}/errors
Listen 127.0.0.1:{{.Port}}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
User www-data
Group www-data
DocumentRoot {{.Dir}}
{{if not .Plain}}SSLEngine on
SSLCertificateFile {{.Chain}}
SSLCertificateKeyFile {{.Key}}{{end}}
{{.Extra}}
`,
	},
	{
		Name: "haproxy", Programs: []string{"haproxy"}, STARTTLS: "none",
		Command: []string{"{{.Program}}", "-db", "-f", "{{.Config}}"},
		Config: `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend tls
  bind 127.0.0.1:{{.Port}}{{if not .Plain}} ssl crt {{.Combined}}{{end}} {{.Extra}}
  http-request return status 200 content-type text/plain string ok
`,
	},
	{
		Name: "postgres-server", Programs: []string{"/usr/lib/postgresql/*/bin/postgres", "postgres"},
		STARTTLS: "postgres", User: "postgres",
		Prepare: [][]string{{"{{.Folder}}/initdb", "--no-sync", "-A", "trust", "-D", "{{.Data}}/db"}},
		Command: []string{"{{.Program}}", "-D", "{{.Data}}/db", "-h", "127.0.0.1", "-p", "{{.Port}}", "-F",
			"-c", "unix_socket_directories={{.Dir}}"},
		TLS: []string{"-c", "ssl=on", "-c", "ssl_cert_file={{.Chain}}", "-c", "ssl_key_file={{.Key}}"},
	},
	{
		Name: "mariadb-server", Programs: []string{"mariadbd", "mysqld"}, STARTTLS: "mysql", User: "mysql",
		Prepare: [][]string{{"mariadb-install-db", "--no-defaults", "--skip-test-db", "--datadir={{.Data}}/db",
			"--auth-root-authentication-method=normal"}},
		Command: []string{"{{.Program}}", "--no-defaults", "--datadir={{.Data}}/db", "--bind-address=127.0.0.1",
			"--port={{.Port}}", "--socket={{.Dir}}/socket", "--pid-file={{.Dir}}/pid"},
		TLS: []string{"--ssl-cert={{.Chain}}", "--ssl-key={{.Key}}"},
	},
	{
		Name: "slapd", Programs: []string{"slapd"}, STARTTLS: "ldap",
		Command: []string{"{{.Program}}", "-d", "0", "-f", "{{.Config}}", "-h", "ldap://127.0.0.1:{{.Port}}/"},
		Config:  slapdConfig,
	},
	{
		Name: "slapd-ldaps", Programs: []string{"slapd"}, STARTTLS: "none",
		Command: []string{"{{.Program}}", "-d", "0", "-f", "{{.Config}}", "-h", "ldaps://127.0.0.1:{{.Port}}/"},
		Config:  slapdConfig,
	},
	{
		Name: "exim", Programs: []string{"exim4", "exim"}, STARTTLS: "smtp", User: "Debian-exim",
		Command: []string{"{{.Program}}", "-C", "{{.Config}}", "-bdf", "-oX", "127.0.0.1.{{.Port}}", "-oP", "{{.Dir}}/pid"},
		Config: `primary_hostname = localhost
spool_directory = {{.Dir}}
log_file_path = {{.Dir}}/%slog
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max_per_host = 30
{{if .Plain}}tls_advertise_hosts ={{else}}tls_advertise_hosts = *
tls_certificate = {{.Chain}}
tls_privatekey = {{.Key}}{{end}}
{{.Extra}}
`,
	},
	{
		Name: "mongod", Programs: []string{"docker"}, STARTTLS: "none", Readable: true,
		Image: "TLSLAB_MONGO_IMAGE", DefaultImage: "tlslab-mongod:6.0.5",
		Command: []string{"{{.Program}}", "run", "--rm", "--init", "--network", "host", "--label", "org.example.tlslab",
			"-v", "{{.Dir}}:{{.Dir}}:ro", "{{.Image}}", "--bind_ip", "127.0.0.1", "--port", "{{.Port}}"},
		TLS: []string{"--tlsMode", "requireTLS", "--tlsCertificateKeyFile", "{{.Combined}}", "--tlsCAFile", "{{.Root}}",
			"--tlsAllowConnectionsWithoutCertificates"},
	},
}

// slapdConfig declares no database: TLS works without one.
const slapdConfig = `pidfile {{.Dir}}/pid
{{if not .Plain}}TLSCertificateFile {{.Chain}}
TLSCertificateKeyFile {{.Key}}{{end}}
{{.Extra}}
`
