package messages

// The marks of sqlcmd and of the ODBC driver that it uses are from MicrosoftDocs/sql-docs 9240, mkleehammer/pyodbc 1309
// and dbt-msft/dbt-sqlserver 267.
var sqlcmdSource = Source{
	Name:    "sqlcmd",
	Service: "sqlserver",
	Voices: []Voice{{
		Marks: []string{"Sqlcmd: Error: ", "ODBC Driver 17 for SQL Server", "ODBC Driver 18 for SQL Server"},
	}},
	Passes: []string{"openssl", "schannel"},
	Switches: Switches{
		All: []string{"sqlcmd -C", "TrustServerCertificate=yes", "Encrypt=no"},
	},
}
