"""A harvest from behind an institution's proxy: what goes through it, what does not, and what is said of refusals."""

import base64
import datetime
import http.server
import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.errors import HarvestError
from pipeline.harvest.web import Web

NAME = "papers.example"
LOGIN = "ana:pass%20word"


@contextmanager
def served(handler: type[http.server.BaseHTTPRequestHandler], secured: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server on loopback."""
    handler.log_message = lambda *_: None  # type: ignore[method-assign]  # quiet
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if secured:
        server.socket = secured.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Papers(http.server.BaseHTTPRequestHandler):
    """A publisher."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{self.headers['Host']}{self.path}".encode())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of NAME and 127.0.0.1 by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
    signed = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, *plain) + signed.public_bytes(pem))
    return path


@pytest.fixture
def way(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A publisher's port, and a proxy that leads every name to it: what it was asked for, and what it refuses with."""
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(certificate)
    way = SimpleNamespace(asked=[], logins=[], refuses=0, publisher=0, proxy=0)

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            way.asked.append(self.path)
            way.logins.append(self.headers["Proxy-Authorization"])
            self.send_response(way.refuses or 200)
            self.end_headers()
            if not way.refuses:
                with socket.create_connection(("127.0.0.1", way.publisher)) as other:
                    relay(self.connection, other)

    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with served(Papers, secured) as way.publisher, served(Proxy) as way.proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{LOGIN}@127.0.0.1:{way.proxy}")
        yield way


def relay(one: socket.socket, other: socket.socket) -> None:
    """Give each what the other says, until one of them ends."""
    to = {one: other, other: one}
    while True:
        for said in select.select(list(to), [], [])[0]:
            content = said.recv(65536)
            if not content:
                return
            to[said].sendall(content)


def web(*trusted: str) -> Web:
    return Web("precedent/test", frozenset(trusted))


def test_https_goes_through_the_proxy_which_looks_the_name_up(way: Any) -> None:
    answer = web().get(f"https://{NAME}/a.pdf?x=1", 1000)
    assert (answer.status, answer.body) == (200, f"{NAME}/a.pdf?x=1".encode())
    assert way.asked == [f"{NAME}:443"]
    assert way.logins == [f"Basic {base64.b64encode(b'ana:pass word').decode()}"]


def test_a_proxy_may_be_written_without_its_scheme(way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv("ALL_PROXY", f"127.0.0.1:{way.proxy}")
    assert web().get(f"https://{NAME}/", 1000).status == 200
    assert way.logins == [None]


@pytest.mark.parametrize("listed", ["*", "127.0.0.1", "intranet.example, 127.0.0.1"])
def test_what_no_proxy_lists_is_spoken_to_directly(listed: str, way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    host = f"127.0.0.1:{way.publisher}"
    monkeypatch.setenv("NO_PROXY", listed)
    assert web(host).get(f"https://{host}/", 1000).status == 200
    assert way.asked == []
    monkeypatch.setenv("NO_PROXY", "127.0.0.10")
    assert web(host).get(f"https://{host}/", 1000).status == 200
    assert way.asked == [host]


def test_who_cannot_show_the_names_certificate_is_not_heard(way: Any, waited: list[float]) -> None:
    with pytest.raises(HarvestError, match="CERTIFICATE_VERIFY_FAILED"):
        web().get("https://leads-inside.example/", 1000)
    assert waited == []


def test_an_address_in_a_private_network_is_not_asked_for(way: Any) -> None:
    for address in ("10.0.0.1", "127.0.0.1", "[::1]"):
        with pytest.raises(HarvestError, match="private network"):
            web().get(f"https://{address}/", 1000)
    assert way.asked == []


def test_a_proxy_that_refuses_is_quoted(way: Any, waited: list[float]) -> None:
    way.refuses = 407
    with pytest.raises(HarvestError, match=r"407 Proxy Authentication Required[\s\S]*HTTPS_PROXY") as refused:
        web().get(f"https://{NAME}/", 1000)
    assert "pass" not in str(refused.value)


@pytest.mark.parametrize("wrong", ["socks5://ana:secret@127.0.0.1:1080", "https://ana:secret@p:1", "ana:secret@p:x"])
def test_a_proxy_that_cannot_be_used_is_refused(wrong: str, way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", wrong)
    with pytest.raises(HarvestError, match="proxy in the environment") as refused:
        web().get(f"https://{NAME}/", 1000)
    assert "secret" not in str(refused.value)
