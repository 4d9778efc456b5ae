//! tlslab's client for Rust: reqwest, used as documented, over rustls or over native-tls, which uses
//! the system's own library.
//!
//! It is a worker: it writes one line of JSON that describes it, then reads requests, one per line,
//! and answers each with one line, until its input ends. Its argument is the stack that it should
//! be, reqwest-rustls or reqwest-native-tls. To try it by hand, write {"id": 1, "variant": "default",
//! "url": "https://localhost:8443/", "host": "localhost", "connect": "127.0.0.1:8443", "ca_file":
//! "root.pem", "timeout_ms": 5000}.

use std::error::Error;
use std::fmt::{self, Display};
use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::time::Duration;
use std::{env, fs};

use reqwest::blocking::{Client, ClientBuilder};
use reqwest::header::CONNECTION;
use reqwest::{Certificate, Identity, StatusCode, redirect, tls::CertificateRevocationList};
use serde::Deserialize;
use serde_json::{Value, json};

/// One of the two TLS libraries that reqwest is built with.
#[derive(Clone, Copy, PartialEq)]
enum Backend {
    Rustls,
    Native,
}

#[derive(Deserialize)]
struct Request {
    id: u64,
    variant: String,
    url: String,
    host: String,
    #[serde(default)]
    connect: String,
    ca_file: String,
    #[serde(default)]
    cert_file: String,
    #[serde(default)]
    key_file: String,
    #[serde(default)]
    key_password: String,
    #[serde(default)]
    crl_file: String,
    timeout_ms: u64,
}

/// Why there was no response.
enum Failure {
    Rejected(Box<dyn Error>),
    Unsupported(&'static str),
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(e: E) -> Self {
        Failure::Rejected(Box::new(e))
    }
}

/// The error for a file that cannot be read, with the file's name.
#[derive(Debug)]
struct Unreadable(String, io::Error);

impl Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Error for Unreadable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.1)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let stack = env::args().nth(1).unwrap_or_default();
    let backend = match stack.as_str() {
        "reqwest-rustls" => Backend::Rustls,
        "reqwest-native-tls" => Backend::Native,
        _ => return Err("the argument must be reqwest-rustls or reqwest-native-tls".into()),
    };
    say(&hello(&stack, backend))?;
    for line in io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        say(&answer(backend, &request)?)?;
    }
    Ok(())
}

fn say(line: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

// Description.

/// The list of the versions that this program was built with.
const LOCK: &str = include_str!("../Cargo.lock");

fn locked(package: &str) -> &'static str {
    let entry = LOCK.split("[[package]]").find(|e| e.trim_start().starts_with(&format!("name = \"{package}\"\n")));
    entry.and_then(|e| e.split("version = \"").nth(1)?.split('"').next()).unwrap_or_default()
}

fn hello(stack: &str, backend: Backend) -> Value {
    let (library, features) = match backend {
        Backend::Rustls => (format!("rustls {}", locked("rustls")), vec![]),
        Backend::Native => native(),
    };
    json!({"contract": 1, "stack": stack, "version": locked("reqwest"), "library": library, "features": features})
}

#[cfg(not(any(windows, target_vendor = "apple")))]
fn native() -> (String, Vec<&'static str>) {
    let version = openssl::version::version().split(' ').take(2).collect::<Vec<_>>().join(" ");
    let mut features = vec!["alpn", "ed25519", "chain-sort", "tls-1.3"];
    if openssl::version::number() >= 0x3000_0000 {
        features.push("renegotiation-info"); // SSL_OP_LEGACY_SERVER_CONNECT is no longer the default
    }
    let connector = openssl::ssl::SslConnector::builder(openssl::ssl::SslMethod::tls());
    if connector.is_ok_and(|c| c.build().context().security_level() >= 2) {
        features.extend(["key-policy", "dh-policy"]);
    }
    (version, features)
}

#[cfg(any(windows, target_vendor = "apple"))]
fn native() -> (String, Vec<&'static str>) {
    (if cfg!(windows) { "Schannel" } else { "SecureTransport" }.to_string(), vec![])
}

// Probes.

fn answer(backend: Backend, request: &Request) -> Result<Value, Box<dyn Error>> {
    Ok(match probe(backend, request) {
        Ok(StatusCode::OK) => json!({"id": request.id, "outcome": "accepted"}),
        Ok(status) => json!({"id": request.id, "outcome": "rejected", "message": format!("HTTP status {status}")}),
        Err(Failure::Unsupported(why)) => json!({"id": request.id, "outcome": "unsupported", "message": why}),
        // A URL that cannot be parsed is the lab's fault and ends this program, which the lab reports.
        Err(Failure::Rejected(e)) if is_bad_url(e.as_ref()) => return Err(e),
        Err(Failure::Rejected(e)) => json!({"id": request.id, "outcome": "rejected", "message": words(e.as_ref())}),
    })
}

fn is_bad_url(e: &(dyn Error + 'static)) -> bool {
    e.downcast_ref::<reqwest::Error>().is_some_and(|e| e.url().is_none() && e.is_request())
}

fn probe(backend: Backend, request: &Request) -> Result<StatusCode, Failure> {
    let client = set_up(backend, request)?.build()?;
    let response = client.get(&request.url).header(CONNECTION, "close").send()?;
    let status = response.status();
    response.bytes()?;
    Ok(status)
}

/// Sets up a client. It is dropped after its probe, and its connection with it.
fn set_up(backend: Backend, request: &Request) -> Result<ClientBuilder, Failure> {
    let limit = Duration::from_millis(request.timeout_ms);
    let mut builder = Client::builder()
        .tls_certs_only(Certificate::from_pem_bundle(&read(&request.ca_file)?)?)
        .timeout(limit)
        .connect_timeout(limit)
        .redirect(redirect::Policy::none())
        .no_proxy();
    builder = match backend {
        Backend::Rustls => builder.tls_backend_rustls(),
        Backend::Native => builder.tls_backend_native(),
    };
    builder = match request.variant.as_str() {
        "insecure" => builder.tls_danger_accept_invalid_certs(true),
        "no-hostname" => builder.tls_danger_accept_invalid_hostnames(true),
        _ => builder,
    };
    if !request.connect.is_empty() {
        builder = builder.resolve(&request.host, request.connect.parse::<SocketAddr>()?);
    }
    if !request.cert_file.is_empty() {
        builder = builder.identity(identity(backend, request)?);
    }
    if !request.crl_file.is_empty() && backend == Backend::Rustls {
        // native-tls does not support CRLs.
        builder = builder.tls_crls_only(CertificateRevocationList::from_pem_bundle(&read(&request.crl_file)?)?);
    }
    Ok(builder)
}

fn identity(backend: Backend, request: &Request) -> Result<Identity, Failure> {
    if !request.key_password.is_empty() {
        return Err(Failure::Unsupported(
            "reqwest reads no encrypted keys in PEM: Identity::from_pem and from_pkcs8_pem take no passphrase",
        ));
    }
    let mut chain = read(&request.cert_file)?;
    let key = if request.key_file.is_empty() { vec![] } else { read(&request.key_file)? };
    match backend {
        Backend::Rustls => {
            chain.extend_from_slice(&key);
            Ok(Identity::from_pem(&chain)?)
        }
        Backend::Native => Ok(Identity::from_pkcs8_pem(&chain, &key)?),
    }
}

fn read(file: &str) -> Result<Vec<u8>, Unreadable> {
    fs::read(file).map_err(|e| Unreadable(file.to_string(), e))
}

/// Returns an error's message, with the messages of those causes that add something.
fn words(e: &dyn Error) -> String {
    let mut text = e.to_string();
    let mut cause = e.source();
    while let Some(c) = cause {
        let said = c.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = c.source();
    }
    text
}
