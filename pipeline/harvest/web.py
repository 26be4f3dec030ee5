"""Getting something from the web: slowly where asked to be slow, and never from where it has no business.

What is on the other side is not trusted: addresses come out of records that others wrote. So only https is spoken,
and only with public addresses; the host is looked up once, and it is that address which is then spoken to. Where the
environment names a proxy, https goes through it, and it is the proxy that looks hosts up.
"""

import contextlib
import email.utils
import http.client
import ipaddress
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import sleep, time
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from pipeline.errors import HarvestError
from pipeline.harvest.proxy import proxy_for, tunnel

REDIRECTS = 5  # that are followed
SILENCE = 30  # seconds in which the other side must say something
WHOLE = 120  # seconds that one answer may take in all
TRIES = 4
PAUSE = 1.0  # seconds before the second try; doubled before each further one
LONGEST_WAIT = 60  # seconds that a server may ask us to wait, beyond which we give up
LARGEST_JSON = 30_000_000  # bytes
PASSING = {429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the type of the content in lower case, and the content."""

    status: int
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Web:
    """How we go out: `agent` says who we are; `trusted` are host:port of servers that the settings name, which are
    spoken to whatever their address and scheme."""

    agent: str
    trusted: frozenset[str]

    def get_json(self, url: str) -> dict[str, Any] | None:
        """The object that a server answers with; None where it has none of that name (404). Raises HarvestError."""
        answer = self.get(url, LARGEST_JSON)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise HarvestError(f"the server refused ({answer.status}){_said(answer)}", place(url), _remedy(answer))
        try:
            value = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise HarvestError("the answer is no JSON", place(url), "try again later") from error
        if not isinstance(value, dict):
            raise HarvestError("the answer is not what was asked for", place(url), "try again later")
        return value

    def get(self, url: str, most: int, tries: int = TRIES) -> Answer:
        """What is at an address, up to `most` bytes. What may pass (too many requests, a server's fault, a lost
        connection) is tried again. Raises HarvestError."""
        for again in range(tries):
            last = again == tries - 1
            try:
                answer, asked = self._followed(url, most)
            except (OSError, http.client.HTTPException) as error:
                if last or isinstance(error, ssl.SSLCertVerificationError):
                    remedy = "see whether you are online; behind a proxy, what HTTPS_PROXY and NO_PROXY say"
                    raise HarvestError(f"no answer ({_why(error)})", place(url), remedy) from error
                asked = None
            else:
                if answer.status not in PASSING or last:
                    return answer
            _wait(PAUSE * 2**again if asked is None else asked, url)
        raise AssertionError("the last try returns or raises")

    def _followed(self, url: str, most: int) -> tuple[Answer, float | None]:
        for _ in range(REDIRECTS + 1):
            with self._connected(url) as connection:
                connection.request("GET", _target(url), headers={"User-Agent": self.agent, "Accept": "*/*"})
                response = connection.getresponse()
                moved = response.getheader("Location")
                if response.status not in _MOVED or not moved:
                    kind = (response.getheader("Content-Type") or "").split(";")[0].strip().lower()
                    answer = Answer(response.status, kind, _body(response, most, url))
                    return answer, _asked_to_wait(response.getheader("Retry-After"))
            url = urljoin(url, moved)
        raise HarvestError("it leads from one address to the next without end", place(url), "look at it in a browser")

    @contextlib.contextmanager
    def _connected(self, url: str) -> Iterator[http.client.HTTPConnection]:
        """A connection to a host that we may speak to, which ends after WHOLE seconds whatever happens."""
        parts, port = _parts(url)
        host = parts.hostname or ""
        secure = parts.scheme == "https"
        trusted = f"{host}:{port}" in self.trusted
        if not secure and not trusted:
            raise HarvestError("the address is not one of https", place(url), "get this paper yourself and add it")
        plain = _dialled(host, port, secure, trusted, url)
        with plain, _ended_after(plain, WHOLE):
            connection = http.client.HTTPConnection(host, port)
            connection.default_port = 443 if secure else 80  # which is not named to the other side
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
            with contextlib.closing(connection):
                yield connection


def _parts(url: str) -> tuple[SplitResult, int]:
    """The parts of an address and its port. Raises HarvestError for what is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        if host and parts.scheme in ("http", "https") and url.isprintable():
            host.encode("idna")
            return parts, port or (443 if parts.scheme == "https" else 80)
    except (ValueError, UnicodeError):
        pass
    raise HarvestError("this is no address in the web", url[:100], "get this paper yourself and add it")


def _target(url: str) -> str:
    """The path and query of an address, as they are asked for."""
    parts = urlsplit(url)
    return quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe="/%:@!$&'()*+,;=~?")


def _addresses(host: str, port: int, trusted: bool, url: str) -> list[str]:
    """The addresses of a host that we may speak to. Raises HarvestError where there are none."""
    found = dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    allowed = [address for address in found if trusted or is_public(address)]
    if not allowed:
        remedy = "get this paper yourself and add it"
        raise HarvestError("the address leads into a private network, where a harvest does not go", place(url), remedy)
    return allowed


def _dialled(host: str, port: int, secure: bool, trusted: bool, url: str) -> socket.socket:
    """A connection to a host that we may speak to, through the proxy where there is one for https."""
    proxy = proxy_for(host, port) if secure else None
    if proxy is None or _is_number(host):
        addresses = _addresses(host, port, trusted, url)
    return tunnel(proxy, host, port) if proxy else _first(addresses, port)


def _is_number(host: str) -> bool:
    """Whether a host is given by its address, so that it can be checked without looking it up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _first(addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first of the addresses that takes one."""
    for address in addresses[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection((address, port), SILENCE)
    return socket.create_connection((addresses[-1], port), SILENCE)


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody in the internet may reach: not loopback, private or reserved."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    return bool(inner.is_global and not inner.is_multicast and not inner.is_reserved)


@contextlib.contextmanager
def _ended_after(plain: socket.socket, seconds: float) -> Iterator[None]:
    """End a connection after so many seconds, and raise TimeoutError: a server that says a byte now and then would
    else hold us for ever."""
    ended = threading.Event()
    with socket.socket(fileno=os.dup(plain.fileno())) as same:

        def end() -> None:
            ended.set()
            with contextlib.suppress(OSError):
                same.shutdown(socket.SHUT_RDWR)

        clock = threading.Timer(seconds, end)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()
            clock.join()
            if ended.is_set():
                raise TimeoutError


def _body(response: http.client.HTTPResponse, most: int, url: str) -> bytes:
    said = response.getheader("Content-Length") or ""
    length = int(said) if said.isdecimal() and len(said) < 20 else None
    body = b"" if length and length > most else response.read(most + 1)
    if max(length or 0, len(body)) > most:
        remedy = "get this paper yourself and add it"
        raise HarvestError(f"it is larger than {most // 1_000_000} MB", place(url), remedy)
    if length and len(body) < length:
        raise http.client.IncompleteRead(body, length - len(body))
    return body


def _asked_to_wait(header: str | None) -> float | None:
    """The seconds that Retry-After asks for, given as such or as a date; None where it asks for none."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(email.utils.parsedate_to_datetime(header).timestamp() - time(), 0.0)
    except (ValueError, OverflowError):
        return None


def _wait(seconds: float, url: str) -> None:
    if seconds > LONGEST_WAIT:
        remedy = f"run the same command again in {_span(seconds)}: what was found is kept"
        raise HarvestError("the server asks us to come back later", place(url), remedy)
    sleep(seconds)


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _said(answer: Answer) -> str:
    """What a server says about its refusal, cut short."""
    try:
        value = json.loads(answer.body)
        said = value.get("message") or value.get("error") if isinstance(value, dict) else ""
    except (ValueError, RecursionError):
        said = ""
    words = " ".join(str(said or "").split())
    return f": {''.join(c for c in words if c.isprintable())[:200]}" if words else ""


def _remedy(answer: Answer) -> str:
    if answer.status in (401, 403, 429):
        return "try again tomorrow; a free key from openalex.org in OPENALEX_API_KEY allows more requests a day"
    return "try again later" if answer.status in PASSING else "look at the query and the settings"


def _why(error: BaseException) -> str:
    return "it took too long" if isinstance(error, TimeoutError) else str(error)[:100] or type(error).__name__


def place(url: str) -> str:
    """An address without its query, which may hold a key or a mail address, for a message."""
    return "".join(c for c in url.split("?")[0] if c.isprintable())[:200]
