"""The one way out: where it refuses to go, and what a hostile server cannot do to it. The servers here are real, on this machine."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fakes.web import Asked, answering, say, serving
from vtclinic.core import http
from vtclinic.core.addresses import is_loopback, is_public
from vtclinic.core.errors import SettingsError
from vtclinic.core.http import Limits
from vtclinic.core.settings import load_settings
from vtclinic.core.urls import NotFetched

QUICK = Limits(connect=2, read=0.5, total=0.8, size=100_000)
Resolver = Callable[..., list[tuple[object, ...]]]


@pytest.fixture(autouse=True)
def _wired(tmp_path: Path) -> Iterator[None]:
    yield
    http.configure(load_settings(tmp_path))


@pytest.fixture
def loopback(tmp_path: Path) -> None:
    """Let this machine be reached, as demos may."""
    http.configure(load_settings(tmp_path, env="test", outbound_loopback=True))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Give names addresses, one list a look-up; returns the names asked for."""
    asked: list[str] = []

    def settle(*turns: list[str]) -> list[str]:
        waiting = list(turns)

        def getaddrinfo(host: str, port: int, **_options: object) -> list[tuple[object, ...]]:
            asked.append(host)
            return [(0, 0, 0, "", (address, port)) for address in (waiting.pop(0) if len(waiting) > 1 else waiting[0])]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return settle


def reason(url: str, limits: Limits = QUICK, **more: object) -> str:
    """Fetch, and return why it was refused."""
    with pytest.raises(NotFetched) as refused:
        http.request("GET", url, limits=limits, **more)  # type: ignore[arg-type]
    assert str(refused.value)
    return refused.value.reason


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.9.1", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "233.252.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "168.63.129.16", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001:0:4136:e378::1", "2001:db8::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "100::1", "5f00::1", "4000::1", "nonsense"],
)
def test_addresses_off_the_open_internet_are_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:4001::2003"])
def test_addresses_of_the_open_internet_are_public(address):
    assert is_public(address) and not is_loopback(address)


@pytest.mark.parametrize(
    "url",
    ["http://calendar.example/a", "ftp://calendar.example/", "file:///etc/passwd", "gopher://calendar.example:25/_x", "//calendar.example/", "", "https://", "https:///a",
     "https://me:secret@calendar.example/", "https://calendar.example\\@127.0.0.1/", "https://calendar.example/a b", "https://calendar.example/\r\nX: y", "https://[::1%25lo]/",
     "https://calendar.example:0x50/", "https://calendar.example:99999/", "https://ex%61mple.org/", "https://bücher.example/", "https://[::1/", "https://a" + "b" * 5000],
)  # fmt: skip
def test_only_plain_https_addresses_are_taken(names, url):
    names(["93.184.216.34"])
    assert reason(url) == "url"


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://localhost./"])
def test_no_spelling_of_this_machine_gets_through(url):
    assert reason(url) == "address"


def test_a_name_with_one_bad_address_among_good_ones_is_refused(names):
    names(["93.184.216.34", "10.0.0.8"])
    assert reason("https://calendar.example/") == "address"


def test_a_name_nobody_has_is_said_so(monkeypatch):
    def getaddrinfo(*_a: object, **_k: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert reason("https://calendar.example/") == "name"


@pytest.mark.parametrize(("port", "why"), [(22, "port"), (25, "port"), (6379, "port"), (8443, "port")])
def test_ports_are_on_a_list(names, port, why):
    names(["93.184.216.34"])
    assert reason(f"https://calendar.example:{port}/") == why
    assert http.check("https://calendar.example/x?y=1", QUICK).path == "/x?y=1"


def test_in_production_this_machine_can_never_be_allowed(tmp_path):
    with pytest.raises(SettingsError):
        load_settings(tmp_path, outbound_loopback=True)
    http.configure(load_settings(tmp_path, env="test"))
    assert reason("http://127.0.0.1:80/") == "url"
    assert reason("https://127.0.0.1/") == "address"


def test_the_name_is_asked_once_and_the_connection_goes_where_it_was_checked(loopback, names):
    with serving(answering(say(200, b"fine"))) as web:
        asked = names(["127.0.0.1"], ["10.0.0.1"])
        answer = http.get(web.url("/x", host="calendar.example"), limits=QUICK)
    assert (answer.status, answer.body, asked) == (200, b"fine", ["calendar.example"])
    assert web.asked[0].headers["host"] == f"calendar.example:{web.port}"


def test_a_name_that_turns_to_this_machine_between_redirects_is_refused(names, monkeypatch, tmp_path):
    monkeypatch.setattr(http, "_exchange", lambda *_: http.Answer(302, {"location": "https://calendar.example/next"}, b"", ""))
    names(["93.184.216.34"], ["127.0.0.1"])
    assert reason("https://calendar.example/", Limits(redirects=3)) == "address"


def test_a_redirect_is_an_answer_unless_asked_to_follow(loopback):
    with serving(answering(say(302, Location="/next"))) as web:
        assert http.get(web.url(), limits=QUICK).status == 302
    assert len(web.asked) == 1


@pytest.mark.parametrize("location", ["http://10.0.0.1/", "https://169.254.169.254/latest/", "file:///etc/passwd", "//[::ffff:10.0.0.1]/"])
def test_a_redirect_to_a_place_inside_is_refused(loopback, location):
    with serving(answering(say(302, Location=location))) as web:
        assert reason(web.url(), Limits(redirects=2)) in ("address", "url")
    assert len(web.asked) == 1


def test_redirects_come_to_an_end(loopback):
    with serving(answering(say(307, Location="/again"))) as web:
        assert reason(web.url(), Limits(redirects=2)) == "redirect"
    assert len(web.asked) == 3


def test_a_password_is_not_carried_to_another_server(loopback):
    with serving(answering(say(200, b"there"))) as other, serving(answering(say(301, Location=other.url("/there")))) as web:
        http.request("REPORT", web.url(), body=b"<x/>", headers={"Authorization": "Basic abc"}, limits=Limits(redirects=1))
    assert "authorization" in web.asked[0].headers
    assert "authorization" not in other.asked[0].headers
    assert (other.asked[0].method, other.asked[0].body) == ("REPORT", b"<x/>")


def drip(part: bytes, start: bytes = b"") -> Callable[[Asked, socket.socket], None]:
    """Send something endlessly, a little at a time."""

    def reply(_asked: Asked, line: socket.socket) -> None:
        line.sendall(start)
        pause = threading.Event()
        while not pause.wait(0.05):
            line.sendall(part)

    return reply


@pytest.mark.parametrize(
    "reply",
    [drip(b"H"), drip(b"x", b"HTTP/1.1 200 OK\r\nA: "), drip(b"x", b"HTTP/1.1 200 OK\r\n\r\n"), drip(b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"), drip(b"HTTP/1.1 100 Continue\r\n\r\n")],
)
def test_a_server_that_drips_is_left_in_time(loopback, reply):
    with serving(reply) as web:
        began = monotonic()
        assert reason(web.url()) == "time"
        assert monotonic() - began < 2


def test_a_server_that_says_nothing_is_left(loopback):
    with serving(lambda _asked, line: line.recv(1)) as web:
        assert reason(web.url()) == "time"


def flood(start: bytes, part: bytes) -> Callable[[Asked, socket.socket], None]:
    """Send as fast as it goes."""

    def reply(_asked: Asked, line: socket.socket) -> None:
        line.sendall(start)
        while True:
            line.sendall(part)

    return reply


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (answering(say(200, b"x" * 100_001)), "size"),
        (flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536), "size"),
        (flood(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 0x1000 + b"\r\n"), "size"),
        (flood(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1" * 65536), "protocol"),
        (flood(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 100), "protocol"),
        (flood(b"", b"x" * 65536), "protocol"),
        (answering(say(200, b"\x1f\x8b", Content_Encoding="gzip")), "protocol"),
        (answering(say(200, b"abc", Content_Length="10")), "protocol"),
        (answering(say(200, b"", Content_Length="99999999999")), "size"),
        (answering(b"SSH-2.0-OpenSSH\r\n"), "protocol"),
        (answering(b""), "protocol"),
    ],
)
def test_what_is_no_proper_answer_is_refused(loopback, reply, why):
    with serving(reply) as web:
        assert reason(web.url()) == why


def test_a_body_of_exactly_the_limit_is_taken(loopback):
    with serving(answering(say(200, b"x" * 100_000, Content_Type="Text/Calendar; charset=utf-8"))) as web:
        answer = http.get(web.url(), limits=QUICK)
    assert (len(answer.body), answer.headers["content-type"]) == (100_000, "Text/Calendar; charset=utf-8")


def test_proxies_of_the_environment_are_not_used(loopback, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(answering(say(200, b"direct"))) as web:
        assert http.get(web.url(), limits=QUICK).body == b"direct"


def test_headers_cannot_be_broken_out_of(loopback):
    with serving(answering(say())) as web:
        assert reason(web.url(), headers={"X": "a\r\nHost: b"}) == "protocol"
        http.post(web.url(), b"abc", {"Host": "inside", "Content-Length": "1", "X": "y"}, limits=QUICK)
    assert (web.asked[-1].headers["host"], web.asked[-1].body) == (f"127.0.0.1:{web.port}", b"abc")


def test_a_closed_port_is_said_so(loopback):
    with serving(answering(say())) as web:
        pass
    assert reason(web.url()) == "connect"


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for a name and a server's context with it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    path = folder / "server.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


def test_the_certificate_must_be_the_names_though_the_address_is_pinned(loopback, names, monkeypatch, tmp_path):
    path, context = certificate(tmp_path, "calendar.example")
    names(["127.0.0.1"])
    with serving(answering(say(200, b"safe")), tls=context) as web:
        url = web.url(host="calendar.example", scheme="https")
        http._context.cache_clear()
        assert reason(url) == "certificate"  # nobody vouches for it
        monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(path))
        http._context.cache_clear()
        assert http.get(url, limits=QUICK).body == b"safe"
        assert reason(web.url(host="other.example", scheme="https")) == "certificate"
    http._context.cache_clear()
