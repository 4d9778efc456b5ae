// tlslab's client for MongoDB's Node.js driver: MongoClient, with the TLS options from
// its documentation. Runs on Node 20.19 and later with version 6 or later of the driver.
//
// It is a worker: it writes one line of JSON that describes it, then reads requests,
// one per line, and answers each with one line, until its input ends. Its argument is
// the directory node_modules with the driver. To try it by hand, write {"id": 1,
// "variant": "default", "url": "mongodb://localhost:27017/?tls=true", "host": "localhost",
// "connect": "127.0.0.1:27017", "ca_file": "root.pem", "timeout_ms": 5000}.
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');
const sockets = require('diagnostics_channel').channel('net.client.socket');

const MODULES = process.argv[1];

function say(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

let driver;

// Description.

function hello() {
  const line = {contract: 1, stack: 'mongo-node', version: process.versions.node};
  try {
    driver = require(path.join(MODULES, 'mongodb'));
    line.version = require(path.join(MODULES, 'mongodb', 'package.json')).version;
  } catch (err) {
    line.error = `has no driver that can be used: ${err.message.split('\n')[0]}`;
    return line;
  }
  line.install = fs.realpathSync(path.join(MODULES, 'mongodb'));
  line.library = 'OpenSSL ' + process.versions.openssl;
  line.features = ['tls-1.3'];
  if (parseInt(process.versions.openssl) >= 3) {
    line.features.push('renegotiation-info'); // SSL_OP_LEGACY_SERVER_CONNECT is no longer the default
  }
  return line;
}

// Variants, as options of MongoClient.
const variants = {
  'default': {},
  'tlsInsecure': {tlsInsecure: true},
  'tlsAllowInvalidCertificates': {tlsAllowInvalidCertificates: true},
  'tlsAllowInvalidHostnames': {tlsAllowInvalidHostnames: true},
  'tlsCRLFile': {},
};

// isDirect tells whether the request is about one server, and not about a replica set.
const isDirect = (request) => !request.url.includes('replicaSet=');

// setUp returns the options of MongoClient.
function setUp(request, selection) {
  const options = {
    ...variants[request.variant],
    tlsCAFile: request.ca_file,
    directConnection: isDirect(request),
    connectTimeoutMS: request.timeout_ms,
    socketTimeoutMS: request.timeout_ms,
    serverSelectionTimeoutMS: selection,
    serverMonitoringMode: 'poll', // prevents a third connection, which would only measure round trips
  };
  if (request.connect) {
    // Resolves the host to the request's address, because the names do not resolve.
    const [, address] = /^\[?(.*?)\]?:\d+$/.exec(request.connect);
    const family = require('net').isIP(address);
    options.lookup = (host, o, done) => o.all ? done(null, [{address, family}]) : done(null, address, family);
  }
  if (request.combined_file || request.cert_file) {
    options.tlsCertificateKeyFile = request.combined_file || request.cert_file;
    if (request.key_password) {
      options.tlsCertificateKeyFilePassword = request.key_password;
    }
  }
  if (request.variant === 'tlsCRLFile') {
    options.tlsCRLFile = request.crl_file;
  }
  return options;
}

// The driver reports why it has no server only when its time for finding one is up. So it first gets
// little time, which is enough for most servers to answer or to be refused. If it reports that the
// server has not answered yet, it gets more, and finally the client's own time limit plus the time
// to notice it. In milliseconds.
// A replica set gets all of it at once, because one member may do what another does not.
const patience = (request) => [
  ...[100, 1000].filter((ms) => isDirect(request) && ms < request.timeout_ms), request.timeout_ms + 200,
];

// probe resolves to the answer when all connections are closed.
async function probe(request) {
  if (!(request.variant in variants)) {
    throw new Error(`no variant ${request.variant}`);
  }
  if (request.variant === 'tlsCRLFile' && !request.crl_file) {
    return {
      outcome: 'unsupported',
      message: 'there is no CRL file: it is left to the client to fetch one, which the driver does not',
    };
  }
  const opened = [];
  const note = ({socket}) => opened.push(new Promise((closed) => socket.once('close', closed)));
  sockets.subscribe(note);
  try {
    let err;
    for (const selection of patience(request)) {
      err = await converse(request, selection);
      if (err?.name !== 'MongoServerSelectionError' || err.cause) {
        break;
      }
    }
    await Promise.all(opened);
    return err ? rejected(err) : {outcome: 'accepted'};
  } finally {
    sockets.unsubscribe(note);
  }
}

// converse pings, writes, reads and deletes. It resolves to the error, if there is one.
async function converse(request, selection) {
  let client;
  try {
    client = new driver.MongoClient(request.url, setUp(request, selection));
    const ping = await client.db('admin').command({ping: 1});
    if (ping.ok !== 1) {
      return new Error(`ping returned ${JSON.stringify(ping)}`);
    }
    const db = client.db(`tlslab-${process.pid}`);
    const probes = db.collection('probes');
    const document = {_id: request.id, text: 'hello'};
    const inserted = await probes.insertOne({...document});
    const found = await probes.find({text: 'hello'}).toArray();
    await db.dropDatabase();
    if (inserted.insertedId !== request.id || JSON.stringify(found) !== JSON.stringify([document])) {
      return new Error(`insert and find returned ${JSON.stringify([inserted, found])}`);
    }
    return undefined;
  } catch (err) {
    // An error without a code, such as a TypeError, is this program's fault and ends it,
    // which the lab reports.
    if (!(err instanceof driver.MongoError) && err.code === undefined && err.constructor !== Error) {
      throw err;
    }
    return err;
  } finally {
    await client?.close();
  }
}

function rejected(err) {
  let code;
  for (let e = err; e; e = e.cause) {
    code = typeof e.code === 'string' ? e.code : code;
  }
  return {outcome: 'rejected', message: `${err.name}: ${err.message}`, code};
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
