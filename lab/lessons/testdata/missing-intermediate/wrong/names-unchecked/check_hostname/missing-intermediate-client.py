"""Fetches a page: missing-intermediate-client.py URL CAFILE."""
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.check_hostname = False
with urllib.request.urlopen(url, context=context, timeout=3) as answer:
    answer.read()
print("connected")
