# requests: Session.get, with the options verify and cert from its documentation.
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

MODULE, VERSION, FAILURES = requests, requests.__version__, (requests.RequestException,)
asked = create_urllib3_context  # requests makes urllib3 use this


class ContextAdapter(HTTPAdapter):
    """A transport adapter with its own context, as in the documentation's example."""

    def __init__(self, context):
        self.context = context
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, ssl_context=self.context, **kwargs)


def get(request, adapter=None, **options):
    with requests.Session() as session:
        session.trust_env = False  # a user's settings have no effect
        if adapter:
            session.mount("https://", adapter)
        return session.get(request["url"], timeout=limit(request), allow_redirects=False, **options).status_code


def cert(request):
    if request["key_password"]:
        raise Unsupported("requests can't be given the passphrase of a key")
    if not request["key_file"]:
        return request["cert_file"] or None  # one file may hold both
    return request["cert_file"], request["key_file"]


VARIANTS = {
    "default": lambda request: get(request, verify=request["ca_file"], cert=cert(request)),
    "insecure": lambda request: get(request, verify=False, cert=cert(request)),
    "context": lambda request: get(request, ContextAdapter(default_context(request)), verify=request["ca_file"]),
}
