// fetch, which is undici inside Node and takes options of TLS by way of an Agent of the package.
const {Agent} = load('undici');
const {spawn} = require('child_process');
const readline = require('readline');

async function get(request, options) {
  // One of its own for each request: an Agent keeps connections, and sessions to resume.
  const dispatcher = new Agent({connect: options});
  try {
    const response = await fetch(request.url, {dispatcher, redirect: 'manual', signal: AbortSignal.timeout(request.timeout_ms)});
    await response.arrayBuffer();
    return response.status;
  } finally {
    await dispatcher.destroy();
  }
}

let other; // a process, and what it trusts

// inAnother has another process fetch, without options of TLS: Node reads NODE_EXTRA_CA_CERTS when
// it first connects, and never again. It is the same program, and serves as long as what is to be
// trusted is the same.
async function inAnother(request) {
  if (request.cert_file) {
    return {outcome: 'unsupported', message: "with NODE_EXTRA_CA_CERTS fetch can't be given a client certificate"};
  }
  const trusts = fs.existsSync(request.ca_file) ? fs.readFileSync(request.ca_file, 'latin1') : 'nothing';
  if (other?.trusts !== trusts) {
    await other?.end();
    other = start(request.ca_file, trusts);
    await other.lines.next(); // what it is
  }
  other.child.stdin.write(JSON.stringify({...request, variant: 'trusting-extra'}) + '\n');
  const {value} = await other.lines.next();
  if (value === undefined) {
    throw new Error('the other process ended');
  }
  return JSON.parse(value);
}

function start(file, trusts) {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: {...process.env, NODE_EXTRA_CA_CERTS: file},
    stdio: ['pipe', 'pipe', 'ignore'], // it warns of a file that it cannot read
  });
  const ended = new Promise((done) => child.once('close', done));
  const lines = readline.createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const end = () => {
    child.stdin.end();
    return ended;
  };
  return {child, trusts, lines, end};
}

return {
  version: load('undici/package.json').version,
  variants: {
    'default': (request) => get(request, tlsOptions(request)),
    'insecure': (request) => get(request, {...tlsOptions(request), rejectUnauthorized: false}),
    'extra-ca-certs': inAnother,
    'trusting-extra': (request) => get(request, {}), // in the other process
  },
};
