# requests: Session.get, with the options verify and cert of its documentation.
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

MODULE, VERSION, FAILURES = requests, requests.__version__, (requests.RequestException,)
asked = create_urllib3_context  # what it has urllib3 make


class ContextAdapter(HTTPAdapter):
    """A transport adapter with a context of its own, as the documentation's example has one."""

    def __init__(self, context):
        self.context = context
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, ssl_context=self.context, **kwargs)


def get(request, adapter=None, **options):
    with requests.Session() as session:
        session.trust_env = False  # a user's settings change nothing
        if adapter:
            session.mount("https://", adapter)
        return session.get(request["url"], timeout=limit(request), allow_redirects=False, **options).status_code


def cert(request):
    if request["key_password"]:
        raise Unsupported("requests can't be given the passphrase of a key")
    if not request["key_file"]:
        return request["cert_file"] or None  # one file can hold both
    return request["cert_file"], request["key_file"]


VARIANTS = {
    "default": lambda request: get(request, verify=request["ca_file"], cert=cert(request)),
    "insecure": lambda request: get(request, verify=False, cert=cert(request)),
    "context": lambda request: get(request, ContextAdapter(default_context(request)), verify=request["ca_file"]),
}
