// fetch, which is the undici inside Node. It takes TLS options through an Agent of the package.
const {Agent} = load('undici');
const {spawn} = require('child_process');
const readline = require('readline');

async function get(request, options) {
  // A new Agent for each request, because it keeps connections and sessions.
  const dispatcher = new Agent({connect: options});
  try {
    const signal = AbortSignal.timeout(request.timeout_ms);
    const response = await fetch(request.url, {dispatcher, redirect: 'manual', signal});
    await response.arrayBuffer();
    return response.status;
  } finally {
    await dispatcher.destroy();
  }
}

let other; // another process, and what it trusts

// inAnother makes another process fetch, without TLS options, because Node reads NODE_EXTRA_CA_CERTS
// only when it first connects. The process runs the same program and is reused while the trusted
// certificates are the same.
async function inAnother(request) {
  if (request.cert_file) {
    return {outcome: 'unsupported', message: "with NODE_EXTRA_CA_CERTS fetch can't be given a client certificate"};
  }
  const trusts = fs.existsSync(request.ca_file) ? fs.readFileSync(request.ca_file, 'latin1') : 'nothing';
  if (other?.trusts !== trusts) {
    await other?.end();
    other = start(request.ca_file, trusts);
    await other.lines.next(); // its description
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
    stdio: ['pipe', 'pipe', 'ignore'], // it warns about a file that it cannot read
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
