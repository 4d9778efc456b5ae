// Requests HOST at CONNECT (address:port) with Deno's TLS, which is rustls, and trusts CAFILE.
const [host, connect, ca] = Deno.args;
const colon = connect.lastIndexOf(":");
try {
  const plain = await Deno.connect({ hostname: connect.slice(0, colon), port: Number(connect.slice(colon + 1)) });
  const conn = await Deno.startTls(plain, { hostname: host, caCerts: [Deno.readTextFileSync(ca)] });
  await conn.write(new TextEncoder().encode(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`));
  if (!await conn.read(new Uint8Array(4096))) throw new Error("there was no response");
} catch (e) {
  console.error(String(e));
  Deno.exit(1);
}
Deno.exit(0);
