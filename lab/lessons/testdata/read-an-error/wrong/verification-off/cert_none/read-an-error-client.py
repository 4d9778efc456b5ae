"""Fetches a page: read-an-error-client.py URL CAFILE."""
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
with urllib.request.urlopen(url, context=context, timeout=3) as answer:
    answer.read()
print("connected")
