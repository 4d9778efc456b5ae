// Requests HOST at CONNECT (address:port) with Bun's node:tls, which uses BoringSSL, and trusts CAFILE.
const tls = require("node:tls");
const fs = require("node:fs");
const [host, connect, ca] = process.argv.slice(2);
const colon = connect.lastIndexOf(":");

function refuse(why) {
  console.error(why);
  process.exit(1);
}

const socket = tls.connect({
  host: connect.slice(0, colon),
  port: Number(connect.slice(colon + 1)),
  servername: host,
  ca: fs.readFileSync(ca),
});
socket.on("secureConnect", () => {
  if (!socket.authorized) refuse(String(socket.authorizationError));
  socket.write(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
});
socket.on("data", () => process.exit(0));
socket.on("error", (e) => refuse(`${e.code}: ${e.message}`));
socket.on("end", () => refuse("there was no response"));
