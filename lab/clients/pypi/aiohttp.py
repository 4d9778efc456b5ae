# aiohttp: ClientSession.get, with the option ssl from its documentation.
import asyncio
import aiohttp

MODULE, VERSION, FAILURES = aiohttp, aiohttp.__version__, (aiohttp.ClientError, asyncio.TimeoutError)


def asked():
    return ssl.create_default_context(capath=os.sep)


class Loop(asyncio.SelectorEventLoop):
    """A loop that can wait until all connected sockets are closed."""

    def __init__(self):
        super().__init__()
        self.connected = []

    async def sock_connect(self, sock, address):
        self.connected.append(sock)
        return await super().sock_connect(sock, address)

    async def closed(self):
        """Returns when the sockets are closed, a few iterations of the loop after the session."""
        for sock in self.connected:
            while sock.fileno() >= 0:
                await asyncio.sleep(0)
        self.connected.clear()


class Connector(aiohttp.TCPConnector):
    """Connects to the request's address, if it has one. aiohttp does not use the resolver for
    addresses, so a resolver would not be enough."""

    def __init__(self, request, **options):
        self.there = request["connect"] and address(request["connect"])
        super().__init__(**options)

    async def _resolve_host(self, host, port, traces=None):
        if not self.there:
            return await super()._resolve_host(host, port, traces)
        found = await super()._resolve_host(*self.there, traces)
        return [dict(f, hostname=host) for f in found]


loop = Loop()


def get(request, connector=None, **options):
    return loop.run_until_complete(fetch(request, connector or {}, options))


async def fetch(request, connector, options):
    try:
        timeout = aiohttp.ClientTimeout(total=limit(request))
        async with aiohttp.ClientSession(connector=Connector(request, **connector), timeout=timeout) as session:
            async with session.get(request["url"], allow_redirects=False, **options) as response:
                await response.read()
                return response.status
    finally:
        await loop.closed()


def no_certificate(request):
    if request["cert_file"]:
        raise Unsupported("with ssl=False aiohttp can't be given a client certificate")
    return request


VARIANTS = {
    "default": lambda request: get(request, ssl=default_context(request)),
    "insecure": lambda request: get(request, connector={"ssl": unverified_context(request)}),
    "ssl-false": lambda request: get(no_certificate(request), ssl=False),
}
