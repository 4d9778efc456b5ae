"""Requests HOST at CONNECT (address:port) with curl_cffi, which is curl over BoringSSL, and trusts CAFILE."""
import sys

from curl_cffi import Curl, CurlOpt

host, connect, ca = sys.argv[1:]
address, port = connect.rsplit(":", 1)
got = []
curl = Curl()
curl.setopt(CurlOpt.URL, f"https://{host}:{port}/".encode())
curl.setopt(CurlOpt.RESOLVE, [f"{host}:{port}:{address}".encode()])
curl.setopt(CurlOpt.CAINFO, ca.encode())
curl.setopt(CurlOpt.WRITEFUNCTION, lambda data: got.append(data) or len(data))
curl.setopt(CurlOpt.TIMEOUT, 20)
try:
    curl.perform()
except Exception as e:
    sys.exit(str(e))
if not got:
    sys.exit("there was no response")
