# tlslab lesson not-tls
"""Fetches a page: not-tls-client.py URL CAFILE."""
import ssl
import sys
import urllib.error
import urllib.request

url, ca = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
try:
    answer = urllib.request.urlopen(url, context=context)
except urllib.error.URLError as e:
    if "certificate" in str(e):
        raise
    answer = urllib.request.urlopen(url.replace("https:", "http:", 1))
answer.read()
print("connected")
