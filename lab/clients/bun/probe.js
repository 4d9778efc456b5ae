// tlslab's client for Bun: fetch and node:https, used as documented. Runs on Bun 1.4 and later.
//
// It is a worker: it writes one line of JSON that describes it, then reads requests, one per line, and answers
// each with one line, until its input ends. To try it by hand, write {"id": 1, "variant": "default", "url":
// "https://localhost:8443/", "host": "localhost", "connect": "127.0.0.1:8443", "ca_file": "root.pem",
// "timeout_ms": 5000}.
'use strict';

const fs = require('node:fs');
const https = require('node:https');
const net = require('node:net');
const readline = require('node:readline');
const tls = require('node:tls');

function say(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

// Description.

function hello() {
  return {
    contract: 1,
    stack: 'bun',
    version: Bun.version,
    library: 'BoringSSL ' + process.versions.boringssl.slice(0, 12), // a commit, because it has no versions
    install: fs.realpathSync(process.execPath),
    features: ['tls-1.3'],
  };
}

// Probes.

// files returns the contents of the client's files: the CA file, its certificate and its key.
function files(request) {
  const read = (file) => file ? fs.readFileSync(file, 'utf8') : undefined;
  return {
    ca: read(request.ca_file),
    cert: read(request.cert_file),
    key: read(request.key_file || request.cert_file), // one file can hold both
    passphrase: request.key_password || undefined,
  };
}

// address returns the address to connect to. If the request has none, it is the name, which must be looked up.
function address(request) {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(request.connect) ?? [, request.host, request.port];
  return {host, port: Number(port)};
}

// get uses fetch, which resolves names itself. Only through a proxy can it connect to another address.
async function get(request, options) {
  const to = address(request);
  const direct = request.host === to.host || request.host === 'localhost' && to.host === '127.0.0.1';
  const proxy = direct ? undefined : await openProxy(to);
  try {
    const response = await fetch(request.url, {
      tls: {...files(request), ...options},
      proxy: proxy?.url,
      keepalive: false,
      redirect: 'manual',
      signal: AbortSignal.timeout(request.timeout_ms),
    });
    await response.arrayBuffer();
    return response.status;
  } finally {
    proxy?.close();
  }
}

// openProxy starts a proxy that connects to an address, whatever it is asked for.
function openProxy(to) {
  return new Promise((resolve) => {
    const server = net.createServer((near) => {
      const far = net.connect(to);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
      near.once('data', () => { // CONNECT and its headers, which arrive together
        near.write('HTTP/1.1 200 OK\r\n\r\n');
        near.pipe(far).pipe(near);
      });
    });
    server.listen(0, '127.0.0.1', () => {
      resolve({url: `http://127.0.0.1:${server.address().port}`, close: () => server.close()});
    });
  });
}

// getAsNode uses node:https, as programs for Node do. It resolves when the connection is closed.
function getAsNode(request) {
  return new Promise((resolve, reject) => {
    let closed; // a promise that resolves when the connection is closed; undefined before it is made
    const finish = async (settle, what) => {
      req.destroy();
      await closed;
      settle(what);
    };
    const req = https.request({
      ...files(request),
      ...address(request),
      agent: false, // always a new connection
      headers: {Host: new URL(request.url).host, Connection: 'close'},
      servername: net.isIP(request.host) ? '' : request.host,
      checkServerIdentity: (_, certificate) => tls.checkServerIdentity(request.host, certificate),
      signal: AbortSignal.timeout(request.timeout_ms),
    });
    req.on('socket', (socket) => {
      closed = new Promise((done) => socket.once('close', done));
    });
    req.on('error', (err) => finish(reject, err));
    req.on('response', (response) => {
      response.on('error', (err) => finish(reject, err));
      response.on('end', () => finish(resolve, response.statusCode));
      response.resume();
    });
    req.end();
  });
}

const variants = {
  'default': (request) => get(request, {}),
  'insecure': (request) => get(request, {rejectUnauthorized: false}),
  'no-hostname': (request) => get(request, {checkServerIdentity: () => undefined}),
  'node-https': getAsNode,
};

async function probe(request) {
  if (!(request.variant in variants)) {
    throw new Error(`no variant ${request.variant}`);
  }
  try {
    const status = await variants[request.variant](request);
    return status === 200 ? {outcome: 'accepted'} : {outcome: 'rejected', message: `HTTP status ${status}`};
  } catch (err) {
    return rejected(err);
  }
}

// rejected reports the error that Bun threw and its causes.
function rejected(err) {
  const words = [];
  let code;
  for (let e = err; e; e = e.cause) {
    code = typeof e.code === 'string' ? e.code : code;
    words.push(`${e.name}: ${e.message}`);
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
