"""The way out through an institution's proxy, where the environment names one: HTTPS_PROXY (or ALL_PROXY), NO_PROXY.

The proxy looks names up, so what they lead to cannot be checked here. It need not be: it is asked for a tunnel alone,
and at the end of it must be who can show a certificate of that name, which no host of a private network can that a
paper's record could name.
"""

import base64
import http.client
import socket
import urllib.request
from urllib.parse import SplitResult, unquote, urlsplit

from pipeline.errors import HarvestError

SILENCE = 30  # seconds in which the proxy must say something


def proxy_for(host: str, port: int) -> SplitResult | None:
    """The proxy through which to speak https to a host, or None. Raises HarvestError for one that is no good."""
    named = urllib.request.getproxies()
    said = named.get("https") or named.get("all") or ""
    if not said or urllib.request.proxy_bypass(f"{host}:{port}"):
        return None
    remedy = "write it as in HTTPS_PROXY=http://proxy.example.org:3128"
    try:
        parts = urlsplit(said if "://" in said else f"http://{said}")
        if parts.scheme == "http" and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise HarvestError("the proxy in the environment is none that can be used", shown(said), remedy)


def shown(proxy: str) -> str:
    """A proxy's address without the password that may stand in it, for a message."""
    return "".join(c for c in proxy.rsplit("@", 1)[-1] if c.isprintable())[:200]


def tunnel(proxy: SplitResult, host: str, port: int) -> socket.socket:
    """A connection to a host through the proxy. Raises OSError, with what the proxy says where it refuses."""
    name = host.encode("idna").decode()
    headers = {"Host": f"[{name}]:{port}" if ":" in name else f"{name}:{port}", **_login(proxy)}
    connection = http.client.HTTPConnection(proxy.hostname or "", proxy.port or 80, timeout=SILENCE)
    connection.set_tunnel(name, port, headers)
    connection.connect()
    return connection.sock


def _login(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    words = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(words.encode()).decode()}"}
