// tlslab's client for Deno: fetch, Deno.connectTls and node:https, used as documented. Runs on Deno 2.9 and
// later.
//
// It is a worker: it writes one line of JSON that describes it, then reads requests, one per line, and answers
// each with one line, until its input ends. To try it by hand, write {"id": 1, "variant": "default", "url":
// "https://localhost:8443/", "host": "localhost", "connect": "127.0.0.1:8443", "ca_file": "root.pem",
// "timeout_ms": 5000}.
import https from 'node:https';
import tls from 'node:tls';

function say(line) {
  console.log(JSON.stringify(line));
}

// Description. Deno does not report the version of rustls.

function hello() {
  return {
    contract: 1,
    stack: 'deno',
    version: Deno.version.deno,
    library: 'rustls',
    install: Deno.execPath(),
    features: ['tls-1.3', 'forward-secrecy', 'dh-policy'],
  };
}

// Probes.

const read = (file) => file ? Deno.readTextFileSync(file) : undefined;

// own returns the client's certificate and key, if it has them.
function own(request) {
  return request.cert_file ?
    {cert: read(request.cert_file), key: read(request.key_file || request.cert_file)} : // one file can hold both
    {};
}

// address returns the address to connect to. If the request has none, it is the name, which must be looked up.
function address(request) {
  const [, hostname, port] = /^\[?(.*?)\]?:(\d+)$/.exec(request.connect) ?? [, request.host, request.port];
  return {hostname, port: Number(port)};
}

// Deno's own interfaces take no passphrase.
const noPassphrase = {
  outcome: 'unsupported',
  message: 'Deno reads no encrypted keys: createHttpClient and connectTls take no passphrase',
};

// get uses fetch, which resolves names itself. Only through a proxy can it connect to another address.
async function get(request) {
  if (request.key_password) {
    return noPassphrase;
  }
  const to = address(request);
  const direct = request.host === to.hostname || request.host === 'localhost' && to.hostname === '127.0.0.1';
  const relay = direct ? undefined : openRelay(to, 'HTTP/1.1 200 OK\r\n\r\n');
  let client;
  try {
    client = Deno.createHttpClient({
      caCerts: [read(request.ca_file)],
      ...own(request),
      ...relay && {proxy: {url: relay.url}},
    });
    const response = await fetch(request.url, {
      client,
      redirect: 'manual',
      signal: AbortSignal.timeout(request.timeout_ms),
    });
    await response.arrayBuffer();
    return response.status;
  } finally {
    client?.close();
    relay?.close();
  }
}

// openRelay starts a server that relays one connection to an address. With an answer to CONNECT, it is an HTTP
// proxy for that connection.
function openRelay(to, answer) {
  const listener = Deno.listen({hostname: '127.0.0.1', port: 0});
  const open = [listener];
  const serve = async () => {
    const near = await listener.accept();
    open.push(near);
    if (answer) {
      await near.read(new Uint8Array(4096)); // CONNECT and its headers, which arrive together
    }
    const far = await Deno.connect(to);
    open.push(far);
    if (answer) {
      await near.write(new TextEncoder().encode(answer));
    }
    await Promise.all([near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)]);
  };
  serve().catch(() => {}); // the client sees the error on its side
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    hostname: '127.0.0.1',
    port: listener.addr.port,
    close: () => open.forEach(close),
  };
}

// close closes a resource, which may already be closed.
function close(resource) {
  try {
    resource.close();
  } catch (err) {
    if (!(err instanceof Deno.errors.BadResource)) {
      throw err;
    }
  }
}

// connect sends the request over Deno.connectTls, or over startTls, which can connect to another address but takes no
// client certificate. It has no time limit: if a connection is closed during the handshake, the server sees it open for
// as long as Deno runs.
async function connect(request, options) {
  if (request.key_password) {
    return noPassphrase;
  }
  options.caCerts = [read(request.ca_file)];
  const conn = request.cert_file ?
    await Deno.connectTls({hostname: request.host, port: request.port, ...own(request), ...options}) :
    await Deno.startTls(await Deno.connect(address(request)), {hostname: request.host, ...options});
  try {
    await conn.handshake();
    await conn.write(new TextEncoder().encode(`GET / HTTP/1.0\r\nHost: ${new URL(request.url).host}\r\n\r\n`));
    return status(await new Response(conn.readable).text());
  } finally {
    close(conn);
  }
}

// status returns the HTTP status of a complete response.
function status(text) {
  const [, code, headers, body] = /^HTTP\/1\.\d (\d+).*?\r\n([^]*?)\r\n\r\n([^]*)$/.exec(text) ?? [];
  const length = /^Content-Length: (\d+)/im.exec(headers)?.[1];
  if (code === undefined || length && body.length < length) {
    throw new Deno.errors.UnexpectedEof('the answer ended too early');
  }
  return Number(code);
}

// getAsNode uses node:https, as programs for Node do. If it cannot use the client's files, it leaves the connection
// open for as long as Deno runs. Requests with such files therefore go through a relay, which can be closed.
async function getAsNode(request) {
  const relay = request.cert_file ? openRelay(address(request)) : undefined;
  try {
    return await askAsNode(request, relay ?? address(request));
  } finally {
    relay?.close();
  }
}

function askAsNode(request, {hostname, port}) {
  return new Promise((resolve, reject) => {
    const req = https.request({
      ca: read(request.ca_file),
      ...own(request),
      passphrase: request.key_password || undefined,
      host: hostname,
      port,
      agent: false, // always a new connection
      headers: {Host: new URL(request.url).host, Connection: 'close'},
      checkServerIdentity: (_, certificate) => tls.checkServerIdentity(request.host, certificate),
      signal: AbortSignal.timeout(request.timeout_ms),
    });
    let closed; // a promise that resolves when the connection is closed; undefined before it is made
    const finish = async (settle, what) => {
      req.destroy();
      await closed;
      settle(what);
    };
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
  'default': get,
  'insecure': get, // in a process that was started with --unsafely-ignore-certificate-errors
  'no-hostname': (request) => connect(request, {unsafelyDisableHostnameVerification: true}),
  'node-https': getAsNode,
};

async function probe(request) {
  if (!(request.variant in variants)) {
    throw new Error(`no variant ${request.variant}`);
  }
  try {
    const got = await variants[request.variant](request);
    if (typeof got === 'object') {
      return got;
    }
    return got === 200 ? {outcome: 'accepted'} : {outcome: 'rejected', message: `HTTP status ${got}`};
  } catch (err) {
    return rejected(err, request.variant);
  }
}

// rejected reports the error that Deno threw and its causes. For node:https, it adds the first line of the stack trace,
// as Deno does for uncaught errors, because the message alone could be Node's.
function rejected(err, variant) {
  const words = [];
  let code;
  for (let e = err; e; e = e.cause) {
    code = typeof e.code === 'string' ? e.code : code;
    words.push(`${e.name}: ${e.message}`);
  }
  let message = words.join(' <- ');
  const [where] = /^ +at .*ext:deno_node.*/m.exec(err.stack) ?? [];
  if (variant === 'node-https' && where !== undefined) {
    message += '\n' + where.replace(/:\d+:\d+/, '');
  }
  return {outcome: 'rejected', message, code};
}

async function main() {
  say(hello());
  let text = '';
  for await (const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (text + part).split('\n');
    text = lines.pop();
    for (const line of lines) {
      const request = JSON.parse(line);
      say({id: request.id, ...await probe(request)});
    }
  }
  Deno.exit(0); // even if something is still open
}

main();
