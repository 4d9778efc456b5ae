// tlslab's client for Node.js HTTP libraries. Runs on Node 20 and later.
//
// It is a worker: it writes one line of JSON that describes it, then reads requests,
// one per line, and answers each with one line, until its input ends. Its arguments are
// the name of a library, the text of the file beside this one that uses it, and the
// directory node_modules with the library. That file is the body of a function that returns
//
//     version   the library's version
//     variants  by name, an async function that connects once for a request and
//               resolves to the HTTP status of the response, or to an answer from
//               another process
//
// To try it by hand, write {"id": 1, "variant": "default", "url": "https://localhost:8443/",
// "host": "localhost", "connect": "127.0.0.1:8443", "ca_file": "root.pem",
// "timeout_ms": 5000}.
'use strict';

const fs = require('fs');
const net = require('net');
const path = require('path');
const readline = require('readline');

const [name, source, modules] = process.argv.slice(1);
const load = (file) => require(path.join(modules, file));

function say(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

let library;

// Description.

function hello() {
  const node = 'node' + process.versions.node;
  const line = {contract: 1, stack: name, version: node};
  try {
    library = new Function('fs', 'load', 'tlsOptions', source)(fs, load, tlsOptions);
  } catch (err) {
    line.error = `cannot be used: ${err.message.split('\n')[0]}`;
    return line;
  }
  line.version = `${library.version}+${node}`;
  line.install = fs.realpathSync(modules);
  line.library = 'OpenSSL ' + process.versions.openssl;
  line.features = ['tls-1.3'];
  if (parseInt(process.versions.openssl) >= 3) {
    line.features.push('renegotiation-info'); // SSL_OP_LEGACY_SERVER_CONNECT is no longer the default
  }
  return line;
}

// tlsOptions returns the options of tls.connect that the libraries pass on.
function tlsOptions(request) {
  const read = (file) => file ? fs.readFileSync(file) : undefined;
  return {
    ca: read(request.ca_file),
    cert: read(request.cert_file),
    key: read(request.key_file || request.cert_file), // one file may hold both
    passphrase: request.key_password || undefined,
    // One CRL per element, because Node reads only the first in a file.
    crl: read(request.crl_file)?.toString().match(/-----BEGIN X509 CRL-----[^]*?-----END X509 CRL-----/g) ?? undefined,
  };
}

// divert makes every connection go to the request's address, if it has one, because the names do
// not resolve. What is sent and verified stays the same. It returns a function that undoes this and
// resolves when all of these connections are closed.
function divert(request) {
  const opened = [];
  const original = net.Socket.prototype.connect;
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(request.connect) ?? [];
  net.Socket.prototype.connect = function(options, ...rest) {
    opened.push([this, new Promise((closed) => this.once('close', closed))]);
    return original.call(this, host ? {...options, host, port: Number(port)} : options, ...rest);
  };
  return async () => {
    net.Socket.prototype.connect = original;
    for (const [socket, closed] of opened) {
      socket.destroy(); // if it was kept for another request, or is no longer needed
      await closed;
    }
  };
}

// Probes.

// probe resolves to the answer when all connections are closed.
async function probe(request) {
  if (!(request.variant in library.variants)) {
    throw new Error(`no variant ${request.variant}`);
  }
  const restore = divert(request);
  try {
    const got = await library.variants[request.variant](request);
    if (typeof got === 'object') {
      return got;
    }
    return got === 200 ? {outcome: 'accepted'} : {outcome: 'rejected', message: `HTTP status ${got}`};
  } catch (err) {
    // An error with neither a code nor a cause is this program's fault and ends it, which the lab reports.
    if (err.code === undefined && err.cause === undefined) {
      throw err;
    }
    return rejected(err);
  } finally {
    await restore();
  }
}

// rejected reports the library's error and its causes.
function rejected(err) {
  const words = [];
  let code;
  for (let e = err; e; e = e.cause) {
    code = typeof e.code === 'string' ? e.code : code;
    const text = `${e.name}: ${e.message}`;
    if (!words.at(-1)?.endsWith(e.message)) { // axios repeats the message of the error that it wraps
      words.push(text);
    }
  }
  return {outcome: 'rejected', message: words.join(' <- '), code};
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
