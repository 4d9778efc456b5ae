// tlslab's client for MongoDB's Node.js driver: MongoClient, with the TLS options of
// its documentation. Runs on Node 20.19 and later with version 6 or later of the driver.
//
// It is a worker: it writes one line of JSON that says what it is, then reads a
// request a line and answers each with a line, until its input ends. Its argument is
// the directory node_modules that has the driver. To ask it by hand, write {"id": 1,
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

// What it is.

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
    line.features.push('renegotiation-info'); // SSL_OP_LEGACY_SERVER_CONNECT is no default any more
  }
  return line;
}

// Its variants, as options of MongoClient.
const variants = {
  'default': {},
  'tlsInsecure': {tlsInsecure: true},
  'tlsAllowInvalidCertificates': {tlsAllowInvalidCertificates: true},
  'tlsAllowInvalidHostnames': {tlsAllowInvalidHostnames: true},
  'tlsCRLFile': {},
};

// setUp returns the options of MongoClient.
function setUp(request, selection) {
  const options = {
    ...variants[request.variant],
    tlsCAFile: request.ca_file,
    directConnection: true,
    connectTimeoutMS: request.timeout_ms,
    socketTimeoutMS: request.timeout_ms,
    serverSelectionTimeoutMS: selection,
    serverMonitoringMode: 'poll', // no third connection, which would only measure round trips
  };
  if (request.connect) {
    // The host leads to the address that the request tells: its names do not resolve.
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

// The driver says why it has no server when its time for finding one is up, and not before. So it
// is given little, which is enough for most servers to answer or to be refused, and more where it
// says that the server has said nothing yet; at last the client's own time limit, and the time to
// notice it. In milliseconds.
const patience = (limit) => [...[100, 1000].filter((ms) => ms < limit), limit + 200];

// probe resolves to the answer when all connections are closed.
async function probe(request) {
  if (!(request.variant in variants)) {
    throw new Error(`no variant ${request.variant}`);
  }
  if (request.variant === 'tlsCRLFile' && !request.crl_file) {
    return {outcome: 'unsupported', message: 'there is no CRL file: it is left to the client to fetch one, which the driver does not'};
  }
  const opened = [];
  const note = ({socket}) => opened.push(new Promise((closed) => socket.once('close', closed)));
  sockets.subscribe(note);
  try {
    let err;
    for (const selection of patience(request.timeout_ms)) {
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

// converse asks, writes, reads and removes. It resolves to the error that ended it, if one did.
async function converse(request, selection) {
  let client;
  try {
    client = new driver.MongoClient(request.url, setUp(request, selection));
    const ping = await client.db('admin').command({ping: 1});
    if (ping.ok !== 1) {
      return new Error(`ping answered ${JSON.stringify(ping)}`);
    }
    const db = client.db(`tlslab-${process.pid}`);
    const probes = db.collection('probes');
    const document = {_id: request.id, text: 'hello'};
    const inserted = await probes.insertOne({...document});
    const found = await probes.find({text: 'hello'}).toArray();
    await db.dropDatabase();
    if (inserted.insertedId !== request.id || JSON.stringify(found) !== JSON.stringify([document])) {
      return new Error(`insert and find answered ${JSON.stringify([inserted, found])}`);
    }
    return undefined;
  } catch (err) {
    // A TypeError or the like that has no code is this program's own: it ends, and the lab
    // says so.
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
  process.exit(0); // whatever may still be open
}

main();
