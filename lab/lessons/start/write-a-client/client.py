"""Fetches a page: client.py HOST ADDRESS:PORT CAFILE."""
import sys

host, connect, ca = sys.argv[1:]
sys.exit("not written yet")
