"""Fetches a page: which-ca-client.py URL CAFILE."""
import ssl
import sys
import urllib.parse
import urllib.request

url, ca = sys.argv[1:]
place = urllib.parse.urlsplit(url)
context = ssl.create_default_context(cafile=ca)
context.verify_flags |= 0x80000  # X509_V_FLAG_PARTIAL_CHAIN
context.load_verify_locations(cadata=ssl.get_server_certificate((place.hostname, place.port)))
with urllib.request.urlopen(url, context=context, timeout=3) as answer:
    answer.read()
print("connected")
