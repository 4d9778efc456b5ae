// tlslab's client for Node.js: its https module, used as documented.
// Runs on Node 16.14 and later.
//
// It is a worker: it writes one line of JSON that describes it, then reads requests,
// one per line, and answers each with one line, until its input ends. To try it by
// hand, write {"id": 1, "variant": "default", "url": "https://localhost:8443/",
// "host": "localhost", "connect": "127.0.0.1:8443", "ca_file": "root.pem",
// "timeout_ms": 5000}.
'use strict';

const fs = require('fs');
const readline = require('readline');

function say(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

// Description.

function hello() {
  const line = {
    contract: 1,
    stack: 'node',
    version: process.versions.node,
    install: fs.realpathSync(process.execPath),
  };
  if (!process.versions.openssl) {
    line.error = 'was built without TLS';
  } else if (!globalThis.AbortSignal?.timeout) {
    line.error = 'has no AbortSignal.timeout: 16.14 or later is needed';
  } else {
    line.library = 'OpenSSL ' + process.versions.openssl;
    line.features = ['tls-1.3'];
    if (parseInt(process.versions.openssl) >= 3) {
      line.features.push('renegotiation-info'); // SSL_OP_LEGACY_SERVER_CONNECT is no longer the default
    }
  }
  return line;
}

// Variants, as options of https.request.
const variants = {
  'default': {},
  'insecure': {rejectUnauthorized: false},
};

// setUp returns the options of https.request.
function setUp(request) {
  const tls = require('tls');
  const read = (file) => file ? fs.readFileSync(file) : undefined;
  const [, host, port] = request.connect ?
    /^\[?(.*?)\]?:(\d+)$/.exec(request.connect) :
    [null, request.host, request.port]; // Node must resolve the name
  return {
    ...variants[request.variant],
    ca: read(request.ca_file),
    cert: read(request.cert_file),
    key: read(request.key_file || request.cert_file), // one file may hold both
    passphrase: request.key_password || undefined,
    // One CRL per element, because Node reads only the first in a file.
    crl: read(request.crl_file)?.toString().match(/-----BEGIN X509 CRL-----[^]*?-----END X509 CRL-----/g) ?? undefined,
    agent: false, // a new connection and session
    // The address to connect to, whatever the URL says. https takes the server name from
    // the Host header, which has the URL's host, and sends none for an address.
    host,
    port,
    headers: {Host: new URL(request.url).host, Connection: 'close'},
    // This is the default check, but with the requested name instead of the address.
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(request.host, certificate),
    signal: AbortSignal.timeout(request.timeout_ms),
  };
}

// probe resolves to the answer when the connection is closed.
function probe(request) {
  if (!(request.variant in variants)) {
    throw new Error(`no variant ${request.variant}`);
  }
  return new Promise((resolve, reject) => {
    let closed; // settles when the connection is closed, once there is one
    const finish = async (answer) => {
      req?.destroy();
      await closed;
      resolve(answer);
    };
    const fail = (err) => {
      // An error without a code, such as a TypeError, is this program's fault and ends
      // it, which the lab reports.
      if (err.code === undefined && err.constructor !== Error) {
        reject(err);
      } else {
        finish(rejected(err));
      }
    };
    let req;
    try {
      req = require('https').request(setUp(request));
    } catch (err) {
      return fail(err); // a file that cannot be read or parsed
    }
    req.on('socket', (socket) => {
      closed = new Promise((done) => socket.once('close', done));
    });
    req.on('error', fail);
    req.on('response', (response) => {
      response.on('error', fail);
      response.on('end', () => finish(response.statusCode === 200 ?
        {outcome: 'accepted'} :
        {outcome: 'rejected', message: `HTTP status ${response.statusCode}`}));
      response.resume();
    });
    req.end();
  });
}

function rejected(err) {
  let message = err.message;
  if (err.code === 'ABORT_ERR' && err.cause) {
    message += ': ' + err.cause.message; // "The operation was aborted": due to timeout
  }
  return {outcome: 'rejected', message, code: err.code};
}

async function main() {
  say(hello());
  for await (const line of readline.createInterface({input: process.stdin})) {
    const request = JSON.parse(line);
    say({id: request.id, ...await probe(request)});
  }
  process.exit(0); // even if something is still open
}

main();
